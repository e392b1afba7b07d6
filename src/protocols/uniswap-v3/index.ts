// Uniswap v3 pools as price sources: price, liquidity and ticks to the last bit, depth within a band, and the mean price over time.
// Run for real: v3-core 1.0.1. It only watches: a pool has no emergency action.
import type { Protocol } from '../../state/protocol.ts'
import { feeds, pools as poolsTable, ticks } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { applyPool } from './apply.ts'
import { poolReads } from './reads.ts'
import { type PoolSpec, specOf, type UniswapV3Config } from './spec.ts'

export function uniswapV3({ chainId, pools }: UniswapV3Config): Protocol {
  const specs = pools.map(specOf)
  const topics = Object.values(TOPIC)
  const watches = specs.map(({ pool }) => ({ address: pool, topics }))
  return {
    id: `uniswap-v3:${chainId}`,
    // of feeds the mean price only
    writes: [poolsTable, ticks, feeds],
    watches: () => watches,
    reads: (world, { logs }, sofar) => specs.flatMap((spec) => poolReads(world, spec, logs, sofar)),
    apply(world, block, answers) {
      for (const spec of specs) applyPool(world, spec, block, answers)
      confirmFeeds(world, specs)
    },
    actions: {},
    steps: () => [],
  }
}

/** The mean price beside the feed's own. Of several pools the first counts that remembers its window. */
function confirmFeeds(world: World, specs: readonly PoolSpec[]): void {
  const means = new Map<number, number>()
  for (const { pool, feed } of specs) {
    const row = world.pools.find(pool)
    const of = feed === undefined ? undefined : world.feeds.find(feed)
    if (row === undefined || of === undefined) continue
    world.pools.columns.feed.set(row, of + 1)
    means.set(of, means.get(of) || world.pools.columns.twapPrice.get(row))
  }
  for (const [feed, mean] of means) world.feeds.columns.twapPrice.set(feed, mean)
}
