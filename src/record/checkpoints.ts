// The last two checkpoints: the newest for a restart, the one before in case the newest is damaged. Older inputs are not needed.
import { sha256 } from '../core/canonical.ts'
import { BadDataError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import type { Database } from './database.ts'
import type { Inputs } from './inputs.ts'

/** As in store/checkpoint.ts, which this stage may not import. */
export interface CheckpointHead {
  readonly chainId: number
  readonly number: number
  readonly hash: Hex
  readonly rulesHash: Hex
}

export interface NewCheckpoint {
  readonly head: CheckpointHead
  readonly bytes: Uint8Array
  /** The state is that after this input; `commit` takes its own input's number. */
  readonly throughInputSeq?: number
}

export type LoadedCheckpoint =
  | {
      readonly found: true
      readonly head: CheckpointHead
      readonly bytes: Uint8Array
      readonly throughInputSeq: number
      /** Why a newer one was not taken; empty if this is the newest. */
      readonly passedOver: string
    }
  /** `inputsWhole`: folding the stored inputs from nothing gives the present state. If not, read the chain again. */
  | { readonly found: false; readonly why: string; readonly inputsWhole: boolean }

interface Row extends CheckpointHead {
  readonly throughInputSeq: number
  readonly bytesHash: Hex
  readonly bytes: ArrayBuffer
}

const KEPT = 2

export class Checkpoints {
  constructor(
    private readonly db: Database,
    private readonly inputs: Inputs,
  ) {}

  /** One transaction with the dropping of what it makes superfluous. */
  save({ head, bytes, throughInputSeq }: NewCheckpoint): void {
    this.db.transaction(() => {
      const last = this.inputs.lastSeq()
      const newest = this.db.one<{ n: number | null }>('select max(throughInputSeq) n from checkpoints')?.n ?? 0
      const through = throughInputSeq ?? last
      if (through > last || through < newest) {
        throw new BadDataError({ from: 'checkpoint', what: 'its last input', got: through, want: `from ${newest} to ${last}` })
      }
      const row = [through, head.chainId, head.number, head.hash, head.rulesHash, sha256(bytes), bytes]
      this.db.run('insert or replace into checkpoints values (?, ?, ?, ?, ?, ?, ?)', row)
      const kept = this.db.all<{ n: number }>('select throughInputSeq n from checkpoints order by n desc limit ?', [KEPT])
      const oldest = kept.at(-1)
      if (oldest === undefined || kept.length < KEPT) return
      this.db.run('delete from checkpoints where throughInputSeq < ?', [oldest.n])
      this.inputs.drop(oldest.n)
    })
  }

  load(rulesHash: Hex): LoadedCheckpoint {
    const why: string[] = []
    for (const found of this.fitting(rulesHash, why)) return found
    return { found: false, why: why.length === 0 ? 'there is no checkpoint yet' : why.join('; '), inputsWhole: this.inputs.whole() }
  }

  /** What can be loaded, newest first. */
  heads(rulesHash: Hex): CheckpointHead[] {
    return [...this.fitting(rulesHash, [])].map(({ head }) => head)
  }

  /** Drops those above the block (all without one); the last input that the rest rests on, if any. */
  forgetAbove(number: number | undefined): number | undefined {
    if (number === undefined) this.db.run('delete from checkpoints')
    else this.db.run('delete from checkpoints where number > ?', [number])
    return this.db.one<{ n: number | null }>('select max(throughInputSeq) n from checkpoints')?.n ?? undefined
  }

  private *fitting(rulesHash: Hex, why: string[]): Generator<Extract<LoadedCheckpoint, { found: true }>> {
    for (const row of this.db.all<Row>('select * from checkpoints order by throughInputSeq desc')) {
      const { chainId, number, hash, throughInputSeq } = row
      const bytes = new Uint8Array(row.bytes)
      if (row.rulesHash !== rulesHash) why.push(`the checkpoint of block ${number} has other rules (${row.rulesHash}, now ${rulesHash})`)
      else if (sha256(bytes) !== row.bytesHash) why.push(`the checkpoint of block ${number} is damaged`)
      else yield { found: true, head: { chainId, number, hash, rulesHash }, bytes, throughInputSeq, passedOver: why.join('; ') }
    }
  }
}
