// An account's figures as Pool.getUserAccountData computes them (GenericLogic.calculateUserAccountData, v3.0): same order, same rounding.
import { MAX_UINT256, percentMul, rayMul, wadDiv } from '../../core/exact.ts'
import type { World } from '../../state/world.ts'
import { compoundedInterest, linearInterest } from './interest.ts'
import { positionsOf } from './keys.ts'

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

interface EModeNow {
  readonly ltvBps: bigint
  readonly thresholdBps: bigint
  readonly priceE8: bigint
}
const NO_EMODE: EModeNow = { ltvBps: 0n, thresholdBps: 0n, priceE8: 0n }

/** All markets at one moment; markets and categories are read once and kept. */
export class HealthAt {
  private readonly markets = new Map<number, MarketNow>()
  private readonly categories = new Map<string, EModeNow>()
  constructor(
    private readonly world: World,
    readonly timeS: number,
  ) {}

  market(row: number): MarketNow {
    let now = this.markets.get(row)
    if (!now) {
      now = marketNow(this.world, row, this.timeS)
      this.markets.set(row, now)
    }
    return now
  }

  eMode(venue: number, category: number): EModeNow {
    if (category === 0) return NO_EMODE
    const key = `${this.world.venues.keyOf(venue)}:${category}`
    let now = this.categories.get(key)
    if (!now) {
      const row = this.world.eModes.find(key)
      const { columns } = this.world.eModes
      now =
        row === undefined
          ? NO_EMODE
          : {
              ltvBps: BigInt(columns.ltvBps.get(row)),
              thresholdBps: BigInt(columns.thresholdBps.get(row)),
              priceE8: columns.priceSource.get(row) === 0n ? 0n : columns.priceE8.get(row),
            }
      this.categories.set(key, now)
    }
    return now
  }

  /** Debt of a stable-rate position with its own interest. */
  stableDebt(position: number): bigint {
    const { stablePrincipal, stableRate, stableAtS } = this.world.positions.columns
    const principal = stablePrincipal.get(position)
    return principal === 0n ? 0n : rayMul(principal, compoundedInterest(stableRate.get(position), stableAtS.get(position), this.timeS))
  }

  account(row: number): AccountData {
    const { accounts, positions } = this.world
    const category = accounts.columns.eMode.get(row)
    const mode = this.eMode(accounts.columns.venue.get(row) - 1, category)
    let collateral = 0n
    let debt = 0n
    let ltvSum = 0n
    let thresholdSum = 0n
    for (const position of positionsOf(this.world, row)) {
      const market = this.market(positions.columns.market.get(position) - 1)
      const inCategory = category !== 0 && market.eMode === category
      const price = inCategory && mode.priceE8 !== 0n ? mode.priceE8 : market.priceE8
      if (market.thresholdBps !== 0n && positions.columns.collateral.get(position) === 1) {
        const value = (rayMul(positions.columns.scaledSupply.get(position), market.income) * price) / market.unit
        collateral += value
        if (market.ltvBps !== 0n) ltvSum += value * (inCategory ? mode.ltvBps : market.ltvBps)
        thresholdSum += value * (inCategory ? mode.thresholdBps : market.thresholdBps)
      }
      const scaledDebt = positions.columns.scaledDebt.get(position)
      const owed = (scaledDebt === 0n ? 0n : rayMul(scaledDebt, market.debtIndex)) + this.stableDebt(position)
      if (owed !== 0n) debt += (price * owed) / market.unit
    }
    const ltvBps = collateral === 0n ? 0n : ltvSum / collateral
    const thresholdBps = collateral === 0n ? 0n : thresholdSum / collateral
    const healthE18 = debt === 0n ? MAX_UINT256 : wadDiv(percentMul(collateral, thresholdBps), debt)
    const mayOwe = percentMul(collateral, ltvBps)
    return { collateralE8: collateral, debtE8: debt, availableE8: mayOwe < debt ? 0n : mayOwe - debt, thresholdBps, ltvBps, healthE18 }
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
