// Uniswap v3 pools as price sources: price, liquidity and ticks to the last bit, depth within a band, and the mean price over time.
// Run for real: v3-core 1.0.1. It only watches: a pool has no emergency action.

import { confirmFeeds } from '../../state/confirm-feeds.ts'
import type { Protocol } from '../../state/protocol.ts'
import { feeds, pools as poolsTable, ticks } from '../../state/tables.ts'
import { TOPIC } from './abi.ts'
import { applyPool } from './apply.ts'
import { poolReads } from './reads.ts'
import { specOf, type UniswapV3Config } from './spec.ts'

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
