// The honest arbitrageur: pools follow the true price, a transaction a block at most.
import type { ObservedState, PlannedTx } from '../../src/scenario.ts'
import { honestTx, type Lab } from '../scenarios/lab.ts'
import { swapToPrice } from '../uniswap.ts'

/** A pool that is off by its fee and this share more is worth the gas. */
const WORTHWHILE = 0.001
const FEE_UNITS = 1_000_000

/** For the block after `state`. What it does depends on the chain, so it is not paired. */
export function arbitrageTraffic(lab: Lab, state: ObservedState, leftAlone: (poolId: string) => boolean): PlannedTx[] {
  const { deployment, prices } = lab
  const truth = prices.at(state.afterBlocks + 1)
  return deployment.pools.flatMap((pool) => {
    const spot = state.poolPrices[pool.id] ?? 0
    const target = truth[pool.base] / truth[pool.quote]
    if (leftAlone(pool.id) || Math.abs(spot / target - 1) <= pool.fee / FEE_UNITS + WORTHWHILE) return []
    const call = swapToPrice(deployment, pool, deployment.arbitrageur, spot, target)
    const what = `arbitrage of ${pool.id}: ${spot.toFixed(4)} to ${target.toFixed(4)}`
    return [{ ...honestTx({ id: `${state.block + 1}:arbitrageur-${pool.id}:0`, what, ...call }), paired: false }]
  })
}
