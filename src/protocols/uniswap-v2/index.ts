// Uniswap v2 pairs: reserves, shares and price sums to the last bit, depth, a mean price, and the law that no share loses value.
// Run for real: v2-core 1.0.1. It only watches: a pair has no emergency action. A pair is its own venue.
import { confirmFeeds } from '../../state/confirm-feeds.ts'
import type { Protocol } from '../../state/protocol.ts'
import { feeds, poolLosses, pools as poolsTable } from '../../state/tables.ts'
import { call, TOPIC } from './abi.ts'
import { applyPair, mustRead } from './apply.ts'
import { specOf, type UniswapV2Config } from './spec.ts'

export function uniswapV2({ chainId, pools }: UniswapV2Config): Protocol {
  const specs = pools.map(specOf)
  const topics = Object.values(TOPIC)
  const watches = specs.map(({ pool }) => ({ address: pool, topics }))
  return {
    id: `uniswap-v2:${chainId}`,
    // of feeds the mean price only
    writes: [poolsTable, poolLosses, feeds],
    watches: () => watches,
    reads: (world, _, sofar) =>
      sofar.missing(specs.filter(({ pool }) => mustRead(world, pool)).flatMap(({ pool }) => Object.values(call).map((view) => view(pool)))),
    apply(world, block, answers) {
      for (const spec of specs) applyPair(world, spec, block, answers)
      confirmFeeds(world, specs)
    },
    actions: {},
    steps: () => [],
  }
}
