// Uniswap v4 pools of one manager: price, liquidity and ticks to the last bit, depth, a mean price of our own, each swap judged by the curve,
// and what the manager holds against what its pools owe. Run for real: v4-core 1.0.2, pools without hooks. It only watches.
import type { Log } from '../../core/flow.ts'
import { confirmFeeds } from '../../state/confirm-feeds.ts'
import { isScanDue } from '../../state/pool-ticks.ts'
import type { Protocol } from '../../state/protocol.ts'
import { feeds, poolLosses, pools as poolsTable, ticks } from '../../state/tables.ts'
import { scanCalls } from '../../state/tick-scan.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { applyPool, eventsOf } from './apply.ts'
import { heldCalls, judgeOwed } from './owed.ts'
import { specOf, type UniswapV4Config, type V4PoolSpec } from './spec.ts'
import { viewsOf } from './views.ts'

export function uniswapV4({ chainId, manager: given, pools }: UniswapV4Config): Protocol {
  const specs = pools.map((pool) => specOf(given, pool))
  const manager = given.toLowerCase() as typeof given
  const watches = [{ address: manager, topics: Object.values(TOPIC) }]
  return {
    id: `uniswap-v4:${chainId}:${manager}`,
    // of feeds the mean price only
    writes: [poolsTable, ticks, poolLosses, feeds],
    watches: () => watches,
    reads: (world, { logs }, sofar) =>
      sofar.missing([
        ...heldCalls(manager, specs),
        ...specs
          .filter((spec) => mustScan(world, spec, logs))
          .flatMap((spec) => scanCalls(viewsOf(spec), spec.bandBps, spec.tickSpacing, sofar)),
      ]),
    apply(world, block, answers) {
      for (const spec of specs) applyPool(world, spec, block, answers)
      judgeOwed(world, manager, specs, answers)
      confirmFeeds(world, specs)
    },
    actions: {},
    steps: () => [],
  }
}

function mustScan(world: World, spec: V4PoolSpec, logs: readonly Log[]): boolean {
  const row = world.pools.find(spec.pool)
  if (row === undefined) return true
  let tick = world.pools.columns.tick.get(row)
  for (const [event] of eventsOf(spec, logs)) if (event.kind === 'swap') tick = event.tick
  return isScanDue(world, row, spec.bandBps, tick)
}
