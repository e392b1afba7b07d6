// Aave accounts as the rows of floats that the cascade curve takes: everybody who owes and has the falling asset as collateral.
import { type CascadeAccounts, DEBT_USD, LANES, OTHER_USD, THRESHOLD, UNITS, WEIGHTED_USD } from '../../state/book/cascade.ts'
import type { World } from '../../state/world.ts'
import { AaveMargin, floatAt } from './book.ts'
import { HealthAt } from './health.ts'
import { marketOfLeg, SIDE, sideOfLeg } from './keys.ts'

/** Debt in the falling asset itself counts at its price now: it would shrink with the price, so the curve is on the safe side there. */
export function cascadeAccounts(world: World, market: number, timeS: number): CascadeAccounts {
  const health = new HealthAt(world, timeS)
  const margin = new AaveMargin(world, health, timeS)
  const { accounts, positions } = world
  const { leg, next, amount } = positions.columns
  const { venue, eMode, firstPosition } = accounts.columns
  const priceUsd = Number(health.market(market).priceE8) / 1e8
  const cells = new Float32Array(accounts.count * LANES)
  let count = 0
  for (let account = 0; account < accounts.count; account++) {
    const category = eMode.get(account)
    const ofVenue = venue.get(account) - 1
    let assetUsd = 0
    let assetThreshold = 0
    let others = 0
    let weighted = 0
    let debt = 0
    for (let at = firstPosition.get(account); at !== 0; at = next.get(at - 1)) {
      const has = leg.get(at - 1)
      const side = sideOfLeg(has)
      if (side === SIDE.supply) continue
      const of = marketOfLeg(has)
      const worth = margin.worth(ofVenue, of, category !== 0 && health.market(of).eMode === category)
      const scaled = floatAt(amount, at - 1) / 1e8
      if (side === SIDE.variable) debt += scaled * worth.debtE8
      else if (side === SIDE.stable) debt += scaled * worth.stableE8
      else if (worth.threshold === 0) continue
      else if (of === market) {
        assetUsd = scaled * worth.supplyE8
        assetThreshold = worth.threshold
      } else {
        others += scaled * worth.supplyE8
        weighted += scaled * worth.supplyE8 * worth.threshold
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
