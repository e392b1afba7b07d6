// An account's figures as Pool.getUserAccountData computes them (GenericLogic.calculateUserAccountData, v3.0): same order, same rounding.
import { MAX_UINT256, percentMul, rayMul, wadDiv } from '../../core/exact.ts'
import type { World } from '../../state/world.ts'
import { compoundedInterest, linearInterest } from './interest.ts'
import { findPosition, marketOfLeg, SIDE, sideOfLeg } from './keys.ts'

/** The six fields, in the contract's order. */
export interface AccountData {
  readonly collateralE8: bigint
  readonly debtE8: bigint
  readonly availableE8: bigint
  readonly thresholdBps: bigint
  readonly ltvBps: bigint
  readonly healthE18: bigint
}

/** A market as of a moment: indexes with interest up to then. */
export interface MarketNow {
  readonly income: bigint
  readonly debtIndex: bigint
  readonly priceE8: bigint
  readonly unit: bigint
  readonly ltvBps: bigint
  readonly thresholdBps: bigint
  readonly eMode: number
}

export interface EModeNow {
  readonly ltvBps: bigint
  readonly thresholdBps: bigint
  readonly priceE8: bigint
}
const NO_EMODE: EModeNow = { ltvBps: 0n, thresholdBps: 0n, priceE8: 0n }

/** All markets at one moment; markets and categories are read once and kept. */
export class HealthAt {
  private readonly markets: MarketNow[] = []
  /** By venue row, then category. */
  private readonly categories: EModeNow[][] = []
  constructor(
    private readonly world: World,
    private readonly timeS: number,
  ) {}

  market(row: number): MarketNow {
    let now = this.markets[row]
    if (now === undefined) {
      now = marketNow(this.world, row, this.timeS)
      this.markets[row] = now
    }
    return now
  }

  eMode(venue: number, category: number): EModeNow {
    if (category === 0) return NO_EMODE
    let ofVenue = this.categories[venue]
    if (ofVenue === undefined) {
      ofVenue = []
      this.categories[venue] = ofVenue
    }
    let now = ofVenue[category]
    if (now === undefined) {
      now = eModeNow(this.world, venue, category)
      ofVenue[category] = now
    }
    return now
  }

  /** Debt of a stable-rate position with its own interest. */
  stableDebt(position: number): bigint {
    const { amount, stableRate, stableAtS } = this.world.positions.columns
    const principal = amount.get(position)
    return principal === 0n ? 0n : rayMul(principal, compoundedInterest(stableRate.get(position), stableAtS.get(position), this.timeS))
  }

  account(row: number): AccountData {
    const { accounts, positions } = this.world
    const { leg, next, amount } = positions.columns
    const category = accounts.columns.eMode.get(row)
    const mode = this.eMode(accounts.columns.venue.get(row) - 1, category)
    let collateral = 0n
    let debt = 0n
    let ltvSum = 0n
    let thresholdSum = 0n
    for (let at = accounts.columns.firstPosition.get(row); at !== 0; at = next.get(at - 1)) {
      const has = leg.get(at - 1)
      const side = sideOfLeg(has)
      if (side === SIDE.supply) continue
      const scaled = amount.get(at - 1)
      if (scaled === 0n) continue
      const market = this.market(marketOfLeg(has))
      const inCategory = category !== 0 && market.eMode === category
      const price = inCategory && mode.priceE8 !== 0n ? mode.priceE8 : market.priceE8
      switch (side) {
        case SIDE.collateral: {
          if (market.thresholdBps === 0n) break
          const value = (rayMul(scaled, market.income) * price) / market.unit
          collateral += value
          if (market.ltvBps !== 0n) ltvSum += value * (inCategory ? mode.ltvBps : market.ltvBps)
          thresholdSum += value * (inCategory ? mode.thresholdBps : market.thresholdBps)
          break
        }
        case SIDE.variable:
          debt += (price * rayMul(scaled, market.debtIndex)) / market.unit
          break
        case SIDE.stable: {
          // the contract adds up what is owed at both rates before it divides
          const other = findPosition(this.world, row, marketOfLeg(has), SIDE.variable)
          const variable = other === undefined ? 0n : rayMul(amount.get(other), market.debtIndex)
          debt += (price * (variable + this.stableDebt(at - 1))) / market.unit - (price * variable) / market.unit
          break
        }
      }
    }
    const ltvBps = collateral === 0n ? 0n : ltvSum / collateral
    const thresholdBps = collateral === 0n ? 0n : thresholdSum / collateral
    const healthE18 = debt === 0n ? MAX_UINT256 : wadDiv(percentMul(collateral, thresholdBps), debt)
    const mayOwe = percentMul(collateral, ltvBps)
    return { collateralE8: collateral, debtE8: debt, availableE8: mayOwe < debt ? 0n : mayOwe - debt, thresholdBps, ltvBps, healthE18 }
  }
}

function eModeNow(world: World, venue: number, category: number): EModeNow {
  const row = world.eModes.find(`${world.venues.keyOf(venue)}:${category}`)
  if (row === undefined) return NO_EMODE
  const { ltvBps, thresholdBps, priceSource, priceE8 } = world.eModes.columns
  return {
    ltvBps: BigInt(ltvBps.get(row)),
    thresholdBps: BigInt(thresholdBps.get(row)),
    priceE8: priceSource.get(row) === 0n ? 0n : priceE8.get(row),
  }
}

function marketNow(world: World, row: number, timeS: number): MarketNow {
  const { columns } = world.markets
  const updatedAtS = columns.updatedAtS.get(row)
  const same = updatedAtS === timeS
  const liquidityIndex = columns.liquidityIndex.get(row)
  const variableIndex = columns.variableIndex.get(row)
  return {
    income: same ? liquidityIndex : rayMul(linearInterest(columns.liquidityRate.get(row), updatedAtS, timeS), liquidityIndex),
    debtIndex: same ? variableIndex : rayMul(compoundedInterest(columns.variableRate.get(row), updatedAtS, timeS), variableIndex),
    priceE8: columns.priceE8.get(row),
    unit: 10n ** BigInt(columns.decimals.get(row)),
    ltvBps: BigInt(columns.ltvBps.get(row)),
    thresholdBps: BigInt(columns.thresholdBps.get(row)),
    eMode: columns.eMode.get(row),
  }
}

/** The six fields of one account at a moment. */
export const accountData = (world: World, account: number, timeS: number): AccountData => new HealthAt(world, timeS).account(account)
