// Fills a history from a node: what is missing in the range, chunk by chunk, so that a run that was stopped goes on where it was.
import { UserError } from '../core/errors.ts'
import type { Log, ReadResult } from '../core/flow.ts'
import type { History, StoredBlock } from '../history/types.ts'
import type { Protocol } from '../state/protocol.ts'
import { Along, covers, filterOf, isWanted, wantedOf } from './along.ts'
import { type FetchedBlock, fetchRange } from './fetch-range.ts'
import { Nodes, type NodesOptions } from './nodes.ts'
import { RangeSize } from './range-size.ts'
import { asksReads, followsAll, type ReadsMode } from './reads-mode.ts'
import type { ImportProgress, ImportResult } from './result.ts'

export interface ImportRpcOptions extends Omit<NodesOptions, 'signal'> {
  readonly history: History
  /** Say which contracts' logs are wanted and which reads. */
  readonly protocols: readonly Protocol[]
  readonly fromBlock: number
  readonly toBlock: number
  readonly reads: ReadsMode
  /** Most blocks to ask the logs of at once. */
  readonly batch: number
  /** Ranges that are asked for at once. */
  readonly inFlight: number
  /** What is there is written, then it ends. */
  readonly stop: AbortSignal
  readonly onProgress: (progress: ImportProgress) => void
}

/** A chunk of this many blocks, or logs, is written at once. */
const CHUNK_BLOCKS = 2_000
const CHUNK_LOGS = 200_000

export async function importRpc(options: ImportRpcOptions): Promise<ImportResult & { readonly requests: number }> {
  const ending = new AbortController()
  const nodes = new Nodes({ ...options, signal: ending.signal })
  const run = new Run(options, nodes, ending.signal)
  try {
    return { ...(await run.all()), requests: nodes.asked }
  } finally {
    ending.abort()
    nodes.close()
  }
}

interface Stretch {
  readonly fromBlock: number
  readonly toBlock: number
}

class Run {
  private readonly along: Along
  private readonly size: RangeSize
  private waiting: StoredBlock[] = []
  private waitingLogs = 0
  private readonly sum = { added: 0, replaced: 0, known: 0, logs: 0, reads: 0 }
  private done = 0
  private total = 0
  constructor(
    private readonly options: ImportRpcOptions,
    private readonly nodes: Nodes,
    private readonly signal: AbortSignal,
  ) {
    this.along = new Along(options.chainId, options.protocols)
    this.size = new RangeSize(options.batch)
  }

  async all(): Promise<ImportResult> {
    const { fromBlock, toBlock, reads } = this.options
    const head = await this.nodes.patiently((node) => node.client.header('latest'))
    if (head === null || head.number < toBlock)
      throw new UserError('--to', toBlock, `at most ${head?.number ?? 'nothing'}, the newest block of the endpoint`)
    const missing = this.missing()
    this.total = missing.reduce((sum, { fromBlock, toBlock }) => sum + toBlock + 1 - fromBlock, 0)
    this.sum.known = toBlock + 1 - fromBlock - this.total
    if (missing.length > 0 && reads.kind === 'none') {
      // without reads of the past, the newest state says which contracts belong together: any node has that
      const found = await this.nodes.patiently((node) => this.along.reads(node.client, head, [], this.signal))
      this.along.apply({ ...head, logs: [], reads: found })
    }
    let folded = fromBlock
    for (const stretch of missing) {
      this.foldStored(folded, stretch.fromBlock - 1)
      folded = stretch.toBlock + 1
      try {
        await this.stretch(stretch)
      } catch (error) {
        this.write()
        throw error
      }
      this.write()
      if (this.options.stop.aborted) break
    }
    const nextBlock = this.options.stop.aborted ? (this.missing()[0]?.fromBlock ?? null) : null
    return { fromBlock, toBlock, ...this.sum, nextBlock }
  }

  /** What is not there, and what is there without the reads that are wanted. */
  private missing(): readonly Stretch[] {
    const { history, fromBlock, toBlock, reads } = this.options
    const found: Stretch[] = [...history.gaps(fromBlock, toBlock)]
    if (reads.kind !== 'none')
      for (const chunk of history.chunks(fromBlock, reads.kind === 'at-start' ? fromBlock : toBlock))
        for (let n = 0; n < chunk.blocks; n++) {
          const number = chunk.fromBlock + n
          if (chunk.readsState(n) === 'not-asked' && asksReads(reads, number, fromBlock)) found.push({ fromBlock: number, toBlock: number })
        }
    const joined: Stretch[] = []
    for (const one of found.sort((a, b) => a.fromBlock - b.fromBlock)) {
      const last = joined.at(-1)
      if (last?.toBlock === one.fromBlock - 1) joined[joined.length - 1] = { fromBlock: last.fromBlock, toBlock: one.toBlock }
      else joined.push(one)
    }
    return joined
  }

  /** The world is to be as it was when they were imported. */
  private foldStored(fromBlock: number, toBlock: number): void {
    const { history, reads, fromBlock: start } = this.options
    if (reads.kind === 'none' || toBlock < fromBlock) return
    const last = reads.kind === 'at-start' ? Math.min(start, toBlock) : toBlock
    for (const chunk of history.chunks(fromBlock, last)) for (let n = 0; n < chunk.blocks; n++) this.along.apply(chunk.block(n))
  }

  private async stretch({ fromBlock, toBlock }: Stretch): Promise<void> {
    const { inFlight, stop, fromBlock: start, reads } = this.options
    let next = fromBlock
    let parentHash: FetchedBlock['header']['hash'] | undefined
    while (next <= toBlock && !stop.aborted) {
      const asked = wantedOf(this.along.watches())
      // after the first block more contracts are known
      const end = reads.kind === 'at-start' && next === start ? start : toBlock
      const range = { filter: filterOf(asked), fromBlock: next, toBlock: end, parentHash, inFlight, size: this.size, signal: this.signal }
      let wanted = asked
      parts: for await (const part of fetchRange(this.nodes, range))
        for (const { header, logs } of part) {
          if (stop.aborted || (wanted !== asked && !covers(asked, wanted))) break parts
          await this.take(
            header,
            logs.filter((log) => isWanted(wanted, log)),
          )
          if (followsAll(reads)) wanted = wantedOf(this.along.watches())
          next = header.number + 1
          parentHash = header.hash
        }
    }
  }

  private async take({ number, hash, parentHash, timeS }: FetchedBlock['header'], logs: readonly Log[]): Promise<void> {
    const { options, signal, along } = this
    const asks = asksReads(options.reads, number, options.fromBlock)
    const header = { number, hash, parentHash, timeS }
    const reads: readonly ReadResult[] = asks ? await this.nodes.patiently((node) => along.reads(node.client, header, logs, signal)) : []
    const block: StoredBlock = { ...header, logs, reads, readsState: asks ? 'asked' : 'not-asked' }
    if (followsAll(options.reads) || asks) along.apply(block)
    this.waiting.push(block)
    this.waitingLogs += logs.length
    this.sum.logs += logs.length
    this.sum.reads += reads.length
    this.done++
    if (this.waiting.length >= CHUNK_BLOCKS || this.waitingLogs >= CHUNK_LOGS) this.write()
    options.onProgress({ done: this.done, total: this.total, logs: this.sum.logs })
  }

  private write(): void {
    const blocks = this.waiting
    if (blocks.length === 0) return
    this.waiting = []
    this.waitingLogs = 0
    const { added, replaced, known } = this.options.history.append(blocks, 'rpc')
    this.sum.added += added
    this.sum.replaced += replaced
    this.sum.known += known
  }
}
