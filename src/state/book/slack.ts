// The slack of a lending account: how far all its prices may move together before a threshold can be crossed.
//
// With health h, let s = (h-1)/(h+1). While every collateral's effective price (price x index) stays above (1-s) of what it was when
// the account was armed, and every debt's below (1+s), h stays at 1 or above, since h(1-s)/(1+s) = 1.
import { STATUS } from '../account-book.ts'
import { FRESH } from './triggers.ts'

/** An account's sums, exact or as floats, and what they may be off by. */
export interface Sums {
  readonly collateralE8: number
  readonly debtE8: number
  /** Average threshold of the collateral, 0 to 1. */
  readonly threshold: number
  /** Most that rounding can put the sums off, USD E8. */
  readonly collateralGrainE8: number
  readonly debtGrainE8: number
  /** Share of the threshold that averaging may cut off: 0 with a single collateral. */
  readonly thresholdGrain: number
}

/** Prices move between arming and waking, so the rounding then may be larger than now: at most twice a side. */
const GRAIN_SAFETY = 4
/** Room for the floats' own rounding. */
const FLOAT_SHARE = 1e-12

/** Share that every line may move against (or, past a threshold, in any direction) with the status certain to stay. */
export function slackOf(sums: Sums, status: number): number {
  const { collateralE8: collateral, debtE8: debt, threshold } = sums
  const collateralGrain = GRAIN_SAFETY * sums.collateralGrainE8 + FLOAT_SHARE * collateral
  const debtGrain = GRAIN_SAFETY * sums.debtGrainE8 + FLOAT_SHARE * debt
  const ratioLow = (collateral - collateralGrain) / (debt + debtGrain)
  const ratioHigh = debt > debtGrain ? (collateral + collateralGrain) / (debt - debtGrain) : Number.POSITIVE_INFINITY
  switch (status) {
    case STATUS.healthy:
      return above(ratioLow * threshold * (1 - sums.thresholdGrain))
    case STATUS.under:
      return Math.min(FRESH, above(ratioLow), below(ratioHigh * threshold * (1 + 2 * sums.thresholdGrain)))
    default:
      return Math.min(FRESH, below(ratioHigh))
  }
}

/** How far a ratio over 1 is from it, as slack; the other way round for one below. Infinity - Infinity is none. */
const above = (ratio: number): number => (ratio === Number.POSITIVE_INFINITY ? 1 : (ratio - 1) / (ratio + 1))
const below = (ratio: number): number => (ratio === Number.POSITIVE_INFINITY ? -1 : (1 - ratio) / (1 + ratio))
