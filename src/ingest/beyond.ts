// Heads beyond a gap: while a block can't be had, the newest one that can is shown as provisional, so that nobody is quite blind.
import type { BlockInput, Hex } from '../core/flow.ts'
import type { BlockAdapter } from './block-source.ts'
import type { ChainClient } from './chain-client.ts'
import { type ReadOptions, readAll } from './reads.ts'
import type { Tracer } from './traces/tracer.ts'
import { fetchBlock, watchedLogs } from './watched-logs.ts'

/** Behind a longer gap too much is unknown for a judgement: a price that moved step by step would look like a jump. */
const MOST_MISSING = 32

export class Beyond {
  private shown: Hex | undefined
  constructor(
    private readonly chainId: number,
    private readonly adapter: BlockAdapter,
    private readonly options: ReadOptions,
    private readonly tracer: Tracer,
  ) {}

  /** The head, whole, if it lies beyond block `missing` and is another than before. Throws what asking for it throws. */
  async next(client: ChainClient, missing: number): Promise<BlockInput | undefined> {
    const header = await client.header('latest')
    if (header === null || header.hash === this.shown) return undefined
    if (header.number <= missing || header.number > missing + MOST_MISSING) return undefined
    const { number, hash, parentHash, timeS } = header
    const fetched = await fetchBlock(client, header)
    const logs = await watchedLogs(client, fetched, this.adapter.watches())
    const reads = await readAll(client, this.adapter, { number, hash, timeS, logs }, this.options)
    const traced = this.adapter.traces?.()
    const traces = traced && (await this.tracer.traces(client, fetched, traced))
    this.shown = hash
    return { chainId: this.chainId, number, hash, parentHash, timeS, logs, reads, ...(traces && { traces }) }
  }
}
