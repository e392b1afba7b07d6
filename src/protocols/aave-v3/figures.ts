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
