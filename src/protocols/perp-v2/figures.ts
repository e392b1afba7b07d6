// What an account is worth, must keep and may still use, from the tables, exactly as the contracts say of one without orders and without
// other collateral than the settlement token. The account book has the first two as well; each checks the other.
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { positionsOf } from './keys.ts'

const E18 = 10n ** 18n
const PPM = 1_000_000n
const FUNDING_UNIT = 1n << 96n
const DAY_S = 86_400n
const DUST_E18 = 10n

export interface AccountFigures {
  /** Vault.getAccountValue, floored to the settlement token's decimals, also below zero. */
  readonly valueE18: bigint
  /** AccountBalance.getMarginRequirementForLiquidation. */
  readonly requirementE18: bigint
  /** Vault.getFreeCollateral, floored, never below zero. */
  readonly freeE18: bigint
}

export function figuresOf(world: World, venue: number, account: number): AccountFigures {
  const { perpMarkets, perpPositions } = world
  const { imRatioPpm, mmRatioPpm } = world.perpVenues.at(venue)
  let collateral = signed(world.perpAccounts.columns.collateralE18.get(account))
  let [profit, notional, quotes, baseDebt] = [0n, 0n, 0n, 0n]
  for (const row of positionsOf(world, account)) {
    const market = perpPositions.columns.perpMarket.get(row) - 1
    const size = signed(perpPositions.columns.sizeE18.get(row))
    const quote = signed(perpPositions.columns.openNotionalE18.get(row))
    const worth = (size * perpMarkets.columns.markE18.get(market)) / E18
    const counted = size < DUST_E18 && -size < DUST_E18 ? 0n : worth
    const grown = signed(perpMarkets.columns.fundingX96.get(market)) - signed(perpPositions.columns.fundingThenX96.get(row))
    collateral -= (size * grown) / FUNDING_UNIT / DAY_S
    profit += quote + counted
    notional += counted < 0n ? -counted : counted
    quotes += quote
    if (size < 0n) baseDebt += worth
  }
  const step = stepOf(world, venue)
  const value = collateral + profit
  const debt = -((quotes < 0n ? quotes : 0n) + baseDebt)
  const free = (value < collateral ? value : collateral) - (debt * BigInt(imRatioPpm)) / PPM
  return {
    valueE18: floored(value, step),
    requirementE18: (notional * BigInt(mmRatioPpm)) / PPM,
    freeE18: free > 0n ? floored(free, step) : 0n,
  }
}

const floored = (value: bigint, step: bigint): bigint => value - (((value % step) + step) % step)

/** The smallest unit of the settlement token, with 18 decimals. */
export const stepOf = (world: World, venue: number): bigint => 10n ** BigInt(18 - world.perpVenues.columns.settlementDecimals.get(venue))
