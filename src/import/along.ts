// The adapters over the blocks of an import, in order: what they watch and read depends on the world after the block before.
import type { BlockInput, Hex, Log, ReadResult } from '../core/flow.ts'
import { topic0Of } from '../decode/word-log.ts'
import type { ChainClient } from '../ingest/chain-client.ts'
import { readAll } from '../ingest/reads.ts'
import type { Header } from '../ingest/schemas.ts'
import { Answers, type Protocol, type Watch } from '../state/protocol.ts'
import { createWorld, type World } from '../state/world.ts'
import type { LogFilter } from './log-node.ts'

/** As the fold applies them, without detectors: nothing is ever undone here. */
export class Along {
  private readonly world: World
  constructor(
    private readonly chainId: number,
    private readonly protocols: readonly Protocol[],
  ) {
    this.world = createWorld(chainId)
    this.world.store.journal.on = false
  }

  watches(): readonly Watch[] {
    return this.protocols.flatMap((p) => p.watches(this.world))
  }

  /** Asked while the world stands after the parent block. */
  reads(
    client: ChainClient,
    header: Pick<Header, 'number' | 'hash' | 'timeS'>,
    logs: readonly Log[],
    signal: AbortSignal,
  ): Promise<readonly ReadResult[]> {
    const { protocols, world } = this
    const { number, hash, timeS } = header
    const adapter = {
      watches: () => this.watches(),
      reads: (block: { readonly number: number; readonly timeS: number; readonly logs: readonly Log[] }, sofar: readonly ReadResult[]) =>
        protocols.flatMap((p) => p.reads(world, block, new Answers(sofar))),
    }
    return readAll(client, adapter, { number, hash, timeS, logs }, { signal, random: Math.random })
  }

  apply(block: Omit<BlockInput, 'chainId'>): void {
    const { world, chainId } = this
    world.store.begin()
    const { columns } = world.chains
    const row = world.chains.rowOf(String(chainId))
    columns.chainId.set(row, chainId)
    columns.number.set(row, block.number)
    columns.timeS.set(row, block.timeS)
    const answers = new Answers(block.reads)
    for (const protocol of this.protocols) protocol.apply(world, { ...block, chainId }, answers)
  }
}

/** Topics wanted by address; null: all of them. */
export type Wanted = ReadonlyMap<Hex, ReadonlySet<Hex> | null>

export function wantedOf(watches: readonly Watch[]): Wanted {
  const wanted = new Map<Hex, Set<Hex> | null>()
  for (const { address, topics } of watches) {
    const before = wanted.get(address)
    if (topics === undefined || before === null) wanted.set(address, null)
    else wanted.set(address, new Set([...(before ?? []), ...topics]))
  }
  return wanted
}

/** What a node can be asked for: all of these addresses with all of these topics, of which `isWanted` picks. */
export function filterOf(wanted: Wanted): LogFilter {
  const topics = new Set<Hex>()
  let all = false
  for (const firsts of wanted.values())
    if (firsts === null) all = true
    else for (const topic of firsts) topics.add(topic)
  return { addresses: [...wanted.keys()], topics: all ? undefined : [...topics] }
}

export function isWanted(wanted: Wanted, log: Log): boolean {
  const firsts = wanted.get(log.address)
  if (firsts === null || firsts === undefined) return firsts === null
  const topic0 = topic0Of(log)
  return topic0 !== undefined && firsts.has(topic0)
}

/** Does an answer to `asked` hold all that is wanted now? */
export function covers(asked: Wanted, now: Wanted): boolean {
  const { topics } = filterOf(asked)
  const known = new Set(topics)
  for (const [address, firsts] of now) {
    if (!asked.has(address)) return false
    if (topics !== undefined && (firsts === null || [...firsts].some((topic) => !known.has(topic)))) return false
  }
  return true
}
