// Aave accounts as the rows of floats that the cascade curve takes: everybody who owes and has the falling asset as collateral.
import { type CascadeAccounts, DEBT_USD, LANES, OTHER_USD, THRESHOLD, UNITS, WEIGHTED_USD } from '../../state/book/cascade.ts'
import type { World } from '../../state/world.ts'
import type { U32Column } from '../../store/column.ts'
import { AaveMargin, floatAt } from './book.ts'
import { HealthAt } from './health.ts'
import { marketOfLeg, SIDE, sideOfLeg } from './keys.ts'

/** Debt in the falling asset itself counts at its price now: it would shrink with the price, so the curve is on the safe side there. */
export function cascadeAccounts(world: World, market: number, timeS: number): CascadeAccounts {
  const health = new HealthAt(world, timeS)
  const { accounts, positions, markets } = world
  const { amount } = positions.columns
  // a million accounts are too many for a call a cell: columns as bare memory, and what a unit is worth in arrays
  const [leg, next] = [cellsOf(positions.columns.leg, positions.count), cellsOf(positions.columns.next, positions.count)]
  const eMode = cellsOf(accounts.columns.eMode, accounts.count)
  const first = cellsOf(accounts.columns.firstPosition, accounts.count)
  const category = cellsOf(markets.columns.eMode, markets.count)
  const worth = worthOf(world, health, timeS)
  const priceUsd = Number(health.market(market).priceE8) / 1e8
  const cells = new Float32Array(accounts.count * LANES)
  let count = 0
  for (let account = 0; account < accounts.count; account++) {
    const mode = eMode[account] as number
    let assetUsd = 0
    let assetThreshold = 0
    let others = 0
    let weighted = 0
    let debt = 0
    for (let at = first[account] as number; at !== 0; at = next[at - 1] as number) {
      const has = leg[at - 1] as number
      const side = sideOfLeg(has)
      if (side === SIDE.supply) continue
      const of = marketOfLeg(has)
      const line = mode !== 0 && category[of] === mode ? of * 2 + 1 : of * 2
      const amounts = floatAt(amount, at - 1)
      if (side !== SIDE.collateral) {
        debt += amounts * ((side === SIDE.stable ? worth.stable : worth.debt)[line] as number)
        continue
      }
      const threshold = worth.threshold[line] as number
      if (threshold === 0) continue
      const usd = amounts * (worth.supply[line] as number)
      if (of === market) {
        assetUsd = usd
        assetThreshold = threshold
      } else {
        others += usd
        weighted += usd * threshold
      }
    }
    if (assetUsd === 0 || debt === 0) continue
    const row = count * LANES
    cells[row + UNITS] = assetUsd / priceUsd
    cells[row + OTHER_USD] = others
    cells[row + WEIGHTED_USD] = weighted
    cells[row + DEBT_USD] = debt
    cells[row + THRESHOLD] = assetThreshold
    count += 1
  }
  return { count, cells }
}

/** USD of one raw unit, and the threshold: for market m at 2m for accounts outside its e-mode category, at 2m + 1 for those in it. */
function worthOf(world: World, health: HealthAt, timeS: number) {
  const { count, columns } = world.markets
  const margin = new AaveMargin(world, health, timeS)
  const lines = Array.from({ length: count * 2 }, (_, line) => margin.worth(columns.venue.get(line >>> 1) - 1, line >>> 1, line % 2 === 1))
  return {
    supply: Float64Array.from(lines, ({ supplyE8 }) => supplyE8 / 1e8),
    debt: Float64Array.from(lines, ({ debtE8 }) => debtE8 / 1e8),
    stable: Float64Array.from(lines, ({ stableE8 }) => stableE8 / 1e8),
    threshold: Float64Array.from(lines, ({ threshold }) => threshold),
  }
}

/** To be read only. */
function cellsOf(column: U32Column, rows: number): Uint32Array {
  column.reserve(rows)
  return column.raw
}
