// Live blocks into history: those that are final, some tens at a time. What fails here is told once and stops nothing.
import type { Input } from '../core/flow.ts'
import { openHistory } from './history.ts'
import type { History, StoredBlock } from './types.ts'

/** At least as often as this many final blocks. */
const WRITE_EVERY_BLOCKS = 64
/** While nothing becomes final, or nothing can be written, older blocks than these are let go: they make a gap that an import fills. */
const MOST_WAITING_BLOCKS = 4_096

export class HistorySink {
  private history: History | undefined
  /** Consecutive; the last ones may still be reorged. */
  private waiting: StoredBlock[] = []
  private finalNumber = -1
  private failing = false

  /** @param tell why history is not being written, once until it is again */
  constructor(
    private readonly folder: string,
    private readonly chainId: number,
    private readonly tell: (text: string) => void,
  ) {}

  /** Each input that the node committed, in order; after a restart the stored ones again. May take some tens of milliseconds, and never throws. */
  take(input: Input): void {
    if (input.kind === 'committed') {
      const { chainId: _, ...block } = input.block
      const last = this.waiting.at(-1)
      // what is given again begins a stretch of its own
      if (last && block.parentHash !== last.hash) this.startAgain()
      this.waiting.push({ ...block, readsState: 'asked' })
      if (this.waiting.length > MOST_WAITING_BLOCKS) {
        this.fail(`more than ${MOST_WAITING_BLOCKS} blocks wait, the last final one is ${this.finalNumber}: the oldest are not kept`)
        this.waiting.splice(0, WRITE_EVERY_BLOCKS)
      }
    }
    if (input.kind === 'reorged') this.dropAbove(input.toNumber)
    if (input.kind !== 'finalized') return
    this.finalNumber = input.number
    if (this.finalBlocks() >= WRITE_EVERY_BLOCKS) this.write()
  }

  /** The chain went on from this block on another branch, however deep that is. */
  dropAbove(toNumber: number): void {
    this.waiting = this.waiting.filter(({ number }) => number <= toNumber)
  }

  close(): void {
    this.write()
  }

  private startAgain(): void {
    this.write()
    this.waiting = []
  }

  private finalBlocks(): number {
    const first = this.waiting[0]
    return first ? Math.min(this.waiting.length, this.finalNumber - first.number + 1) : 0
  }

  private write(): void {
    const count = this.finalBlocks()
    if (count <= 0) return
    try {
      this.history ??= openHistory(this.folder, this.chainId)
      this.history.append(this.waiting.slice(0, count), 'live')
      this.waiting.splice(0, count)
      this.failing = false
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error))
    }
  }

  private fail(why: string): void {
    if (this.failing) return
    this.failing = true
    this.tell(`history is not being written: ${why}. Detection goes on; it is tried again with every ${WRITE_EVERY_BLOCKS} final blocks`)
  }
}
