// Aave's side of the account book: which effective prices an account depends on, and how far the contract's rounding reaches.
import { RAY, SECONDS_PER_YEAR } from '../../core/exact.ts'
import type { Line, Measured } from '../../state/account-book.ts'
import type { World } from '../../state/world.ts'
import type { HealthAt } from './health.ts'
import { positionsOf } from './keys.ts'

/** Lines of a market: its aToken, its variable debt, its bare price (stable debt), and the same at its e-mode category's price. */
const LINES = 6
const LINE = { supply: 0, debt: 1, price: 2 } as const
const AT_EMODE_PRICE = 3

const RAY_FLOAT = Number(RAY)
const YEAR_S = Number(SECONDS_PER_YEAR)

/** Every market's lines now. */
export function linesOf(health: HealthAt, venue: number, markets: readonly number[]): readonly Line[] {
  return markets.flatMap((row) => {
    const market = health.market(row)
    const income = Number(market.income) / RAY_FLOAT
    const debtIndex = Number(market.debtIndex) / RAY_FLOAT
    const lines = (price: number, from: number): readonly Line[] => [
      { id: row * LINES + from + LINE.supply, value: price * income },
      { id: row * LINES + from + LINE.debt, value: price * debtIndex },
      { id: row * LINES + from + LINE.price, value: price },
    ]
    const eModePrice = health.eMode(venue, market.eMode).priceE8
    return [...lines(Number(market.priceE8), 0), ...(eModePrice === 0n ? [] : lines(Number(eModePrice), AT_EMODE_PRICE))]
  })
}

export function measure(world: World, health: HealthAt, account: number): Measured {
  const { positions, accounts } = world
  const category = accounts.columns.eMode.get(account)
  const mode = health.eMode(accounts.columns.venue.get(account) - 1, category)
  const collateralLines: number[] = []
  const debtLines: number[] = []
  let collateralGrainE8 = 1
  let debtGrainE8 = 1
  let lowestThreshold = Number.POSITIVE_INFINITY
  let growthPerS = 0
  for (const position of positionsOf(world, account)) {
    const row = positions.columns.market.get(position) - 1
    const market = health.market(row)
    const inCategory = category !== 0 && market.eMode === category
    const atEMode = inCategory && mode.priceE8 !== 0n
    const base = row * LINES + (atEMode ? AT_EMODE_PRICE : 0)
    // one raw unit of the token, and one of the base currency for the division
    const grainE8 = Number(atEMode ? mode.priceE8 : market.priceE8) / Number(market.unit) + 1
    if (
      market.thresholdBps !== 0n &&
      positions.columns.collateral.get(position) === 1 &&
      positions.columns.scaledSupply.get(position) !== 0n
    ) {
      collateralLines.push(base + LINE.supply)
      collateralGrainE8 += grainE8
      lowestThreshold = Math.min(lowestThreshold, Number(inCategory ? mode.thresholdBps : market.thresholdBps))
    }
    if (positions.columns.scaledDebt.get(position) !== 0n) {
      debtLines.push(base + LINE.debt)
      debtGrainE8 += grainE8
    }
    if (positions.columns.stablePrincipal.get(position) !== 0n) {
      debtLines.push(base + LINE.price)
      debtGrainE8 += grainE8
      growthPerS = Math.max(growthPerS, Number(positions.columns.stableRate.get(position)) / RAY_FLOAT / YEAR_S)
    }
  }
  const thresholdGrain = collateralLines.length > 1 ? 1 / lowestThreshold : 0
  return { ...health.account(account), collateralLines, debtLines, collateralGrainE8, debtGrainE8, thresholdGrain, growthPerS }
}
