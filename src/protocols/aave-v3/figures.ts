// A market's size in dollars: floats for statistics, written only when the market or its price changed.
import { rayMul, toFloat } from '../../core/exact.ts'
import type { World } from '../../state/world.ts'
import type { HealthAt } from './health.ts'
import { stableTotal } from './venue.ts'

export function writeFigures(world: World, health: HealthAt, market: number): void {
  const { columns } = world.markets
  const { income, debtIndex } = health.market(market)
  const decimals = columns.decimals.get(market)
  const price = columns.price.get(market)
  const usd = (amount: bigint): number => toFloat(amount, decimals) * price
  columns.suppliedUsd.set(market, usd(rayMul(columns.scaledSupply.get(market), income)))
  // stable debt as of its last change: its interest since then is left to the next one
  columns.borrowedUsd.set(market, usd(rayMul(columns.scaledDebt.get(market), debtIndex) + stableTotal(world).total.get(market)))
  columns.cashUsd.set(market, usd(columns.cash.get(market)))
}

/** What watched exchange pools pay for the asset; written only when it changed, since pools trade in most blocks. */
export function writeDepth(world: World, market: number): void {
  const { pools, markets } = world
  const asset = markets.columns.asset.get(market)
  let count = 0
  let depthUsd = 0
  for (let row = 0; row < pools.count; row++) {
    if (pools.columns.base.get(row) !== asset) continue
    count += 1
    depthUsd += pools.columns.depthDownUsd.get(row)
  }
  if (markets.columns.pools.get(market) !== count) markets.columns.pools.set(market, count)
  if (markets.columns.depthUsd.get(market) !== depthUsd) markets.columns.depthUsd.set(market, depthUsd)
}
