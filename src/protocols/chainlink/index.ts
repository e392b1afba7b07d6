// Chainlink price feeds: rounds and reporters from the aggregator's events, the aggregator itself by reading, since a swap is silent.
// Run for real: FluxAggregator 0.6 behind EACAggregatorProxy. Aggregators of OCR1 and OCR2 are read by their published interfaces.
import type { Hex } from '../../core/flow.ts'
import type { Protocol } from '../../state/protocol.ts'
import { feedRounds, feeds as feedsTable, reporters } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { applyLogs, applySecondFeeds, applySwap, summarize } from './apply.ts'
import { feedReads } from './reads.ts'

const MOST_U32 = 0xffff_ffff

export interface ChainlinkConfig {
  readonly chainId: number
  readonly feeds: readonly {
    /** For people: `ETH / USD`. */
    readonly name: string
    readonly proxy: Hex
    /** An independent feed of the same price. */
    readonly secondProxy?: Hex
    /** The longest time between rounds that the feed promises. */
    readonly heartbeatS?: number
  }[]
}

export function chainlink({ chainId, feeds }: ChainlinkConfig): Protocol {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex
  // each confirms the other
  const pairs = feeds.flatMap((f) => {
    if (f.secondProxy === undefined) return []
    const [proxy, second] = [lower(f.proxy), lower(f.secondProxy)]
    return [
      { proxy, second },
      { proxy: second, second: proxy },
    ]
  })
  const proxies = [...new Set([...feeds.map((f) => lower(f.proxy)), ...pairs.map((p) => p.second)])]
  const topics = Object.values(TOPIC)
  const rows = (world: World): readonly number[] => proxies.map((p) => world.feeds.find(p)).filter((row) => row !== undefined)
  return {
    id: `chainlink:${chainId}`,
    writes: [feedsTable, feedRounds, reporters],
    watches: (world) => rows(world).map((row) => ({ address: world.feeds.columns.aggregator.address(row), topics })),
    reads: (world, { logs }, sofar) => feedReads(world, proxies, logs, sofar),
    apply(world, block, answers) {
      const changed = new Set<number>()
      applyLogs(world, rows(world), block, answers, changed)
      for (const proxy of proxies) applySwap(world, proxy, answers, changed)
      for (const { proxy, heartbeatS } of feeds) {
        const row = world.feeds.find(lower(proxy))
        if (row !== undefined && heartbeatS !== undefined) world.feeds.columns.heartbeatS.set(row, Math.min(heartbeatS, MOST_U32))
      }
      applySecondFeeds(world, pairs)
      summarize(world, changed)
    },
    actions: {},
    steps: () => [],
  }
}
