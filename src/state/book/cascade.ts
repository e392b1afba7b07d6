// The liquidation cascade curve: what a fall of one asset liquidates when the seized collateral is sold into a pool of given depth.
//
// The path is the price elsewhere, in equal ratios from now down to `untilShare`. At each step every account at or below its liquidation
// price is liquidated: half of its debt, all of it once health is at or under 0.95 (Aave v3's close factor), collateral for it with the
// bonus. What is seized is sold at once, which moves the pool's price further down and may reach more accounts, in the same step. An
// account that is still under its threshold is taken again once the pool has fallen by another sixteenth of a step.
//
// Toxic (Warmuz, Chaudhary, Pinna: Toxic Liquidation Spirals, arXiv 2212.07306): while LTV x (1 + bonus) > 1, a liquidation takes more
// collateral than it repays debt for what is left, so LTV rises with each, and what remains is bad debt. The curve says what was
// liquidated there, and what bad debt would be if such accounts were left alone.

/** Accounts as rows of floats, half a cache line each: the curve comes to an account in the order of prices, not of rows. */
export interface CascadeAccounts {
  readonly count: number
  /** Seven digits are enough for a curve; sums over accounts are kept with sixteen. */
  readonly cells: Float32Array<ArrayBuffer>
}
export const LANES = 8
/** Collateral in the asset that falls, units. */
export const UNITS = 0
/** Other collateral, USD, and the same times its thresholds. */
export const OTHER_USD = 1
export const WEIGHTED_USD = 2
/** Debt in other assets, USD. */
export const DEBT_USD = 3
/** 0 to 1, of the asset for this account (e-mode). */
export const THRESHOLD = 4
/** For the curve's own use: the next in its list, and 1 once it has been liquidated past the toxic point. */
const NEXT = 5
const TOXIC = 6

/** What selling does to the price: a constant-product pool with these reserves now, or points of a curve that was measured. */
export type Depth =
  | { readonly kind: 'constant-product'; readonly reserveUnits: number }
  /** Points in order of units sold; the share of the price that is left there, straight between them, flat after the last. */
  | { readonly kind: 'curve'; readonly points: readonly { readonly soldUnits: number; readonly priceShare: number }[] }

export interface CascadeQuestion {
  readonly priceUsd: number
  /** Where the path ends, share of the price now. */
  readonly untilShare: number
  readonly steps: number
  readonly bonus: number
  readonly depth: Depth
}

export interface CascadePoint {
  /** Price elsewhere, and the pool's after all that was sold up to here. */
  readonly pathUsd: number
  readonly poolUsd: number
  /** All sums are from the start of the path to here. */
  readonly liquidatedUsd: number
  readonly soldUnits: number
  readonly liquidations: number
  /** Debt of accounts that have no collateral left. */
  readonly badDebtUsd: number
  /** Repaid in liquidations past the toxic point. */
  readonly toxicUsd: number
  /** Debt less collateral of those accounts at the pool's price when they became toxic: what leaving them alone would have cost then. */
  readonly leftAloneUsd: number
}

export interface CascadeCurve {
  readonly points: readonly CascadePoint[]
  /** Index of the first point with a liquidation past the toxic point; -1: none. */
  readonly toxicPoint: number
}

const WHOLE_BELOW = 0.95
const CLOSE_FACTOR = 0.5
/** Debts smaller than this are paid whole: no liquidation halves for ever. */
const DUST_USD = 1
/** Lists of liquidation prices a step. */
const PARTS = 16
const NONE = -1
/** Row numbers are floats of 24 bits in NEXT. */
const MOST_ACCOUNTS = 2 ** 24

export function cascade(accounts: CascadeAccounts, question: CascadeQuestion): CascadeCurve {
  const { priceUsd, untilShare, steps, bonus } = question
  if (accounts.count > MOST_ACCOUNTS) throw new RangeError(`a cascade of ${accounts.count} accounts: at most ${MOST_ACCOUNTS}`)
  const buckets = new Buckets(accounts, priceUsd, steps * PARTS)
  const { cells } = buckets
  const cell = (account: number, lane: number): number => cells[account * LANES + lane] as number

  const perBonus = 1 / (1 + bonus)
  const points: CascadePoint[] = []
  const sum = { liquidatedUsd: 0, soldUnits: 0, liquidations: 0, badDebtUsd: 0, toxicUsd: 0, leftAloneUsd: 0 }
  let toxicPoint = NONE
  for (let step = 0; step <= steps; step++) {
    const pathUsd = priceUsd * (1 - ((1 - untilShare) * step) / steps)
    let poolUsd = pathUsd * priceShare(question.depth, sum.soldUnits)
    for (let n = buckets.next(poolUsd); n !== NONE; n = buckets.next(poolUsd)) {
      const at = n * LANES
      const units = cell(n, UNITS)
      const otherUsd = cell(n, OTHER_USD)
      const owed = cell(n, DEBT_USD)
      const collateralUsd = units * poolUsd
      const all = collateralUsd + otherUsd
      const health = (cell(n, WEIGHTED_USD) + collateralUsd * cell(n, THRESHOLD)) / owed
      const toxic = owed * (1 + bonus) > all
      if (toxic && cell(n, TOXIC) === 0) {
        cells[at + TOXIC] = 1
        sum.leftAloneUsd += Math.max(0, owed - all)
      }
      const wanted = health <= WHOLE_BELOW || owed <= DUST_USD ? owed : owed * CLOSE_FACTOR
      // the asset first; other collateral goes only when it is used up, and is sold elsewhere
      const most = collateralUsd * perBonus
      const fromUnits = Math.min(wanted, most)
      const sold = fromUnits >= most ? units : (fromUnits * (1 + bonus)) / poolUsd
      cells[at + UNITS] = units - sold
      let repaid = fromUnits
      let leftUsd = otherUsd
      if (wanted > most && otherUsd > 0) {
        repaid += Math.min(wanted - most, otherUsd * perBonus)
        leftUsd = Math.max(0, otherUsd - (repaid - most) * (1 + bonus))
        cells[at + OTHER_USD] = leftUsd
        cells[at + WEIGHTED_USD] = (cell(n, WEIGHTED_USD) * leftUsd) / otherUsd
      }
      cells[at + DEBT_USD] = owed - repaid
      sum.liquidatedUsd += repaid
      sum.soldUnits += sold
      sum.liquidations += 1
      if (toxic) sum.toxicUsd += repaid
      poolUsd = pathUsd * priceShare(question.depth, sum.soldUnits)
      if (units - sold <= 0 && leftUsd <= DUST_USD / 1e6) {
        sum.badDebtUsd += owed - repaid
        cells[at + DEBT_USD] = 0
      } else buckets.put(n, liquidationUsd(cells, n), poolUsd)
    }
    if (toxicPoint === NONE && sum.toxicUsd > 0) toxicPoint = step
    points.push({ pathUsd, poolUsd, ...sum })
  }
  return { points, toxicPoint }
}

/** The price at which an account's health is 1; 0: at none, Infinity: at each. */
function liquidationUsd(cells: Float32Array, account: number): number {
  const at = account * LANES
  const debt = cells[at + DEBT_USD] as number
  const power = (cells[at + UNITS] as number) * (cells[at + THRESHOLD] as number)
  const short = debt - (cells[at + WEIGHTED_USD] as number)
  return short <= 0 || debt <= 0 ? 0 : power > 0 ? short / power : Number.POSITIVE_INFINITY
}

/** Share of the price that is left after selling so much. A constant-product pool x y = k has price y/x, so (x / (x + sold)) squared. */
function priceShare(depth: Depth, soldUnits: number): number {
  if (depth.kind === 'constant-product') {
    const share = depth.reserveUnits / (depth.reserveUnits + soldUnits)
    return share * share
  }
  let from = { soldUnits: 0, priceShare: 1 }
  for (const to of depth.points) {
    if (soldUnits <= to.soldUnits) {
      const part = to.soldUnits === from.soldUnits ? 1 : (soldUnits - from.soldUnits) / (to.soldUnits - from.soldUnits)
      return from.priceShare + (to.priceShare - from.priceShare) * part
    }
    from = to
  }
  return from.priceShare
}

/**
 * Accounts in lists by liquidation price, highest first: a copy of those that some price reaches, in that order, so that the curve reads
 * them from front to back. Who comes in again goes to the head of a list, before those who have not been called yet.
 */
class Buckets {
  readonly cells: Float32Array<ArrayBuffer>
  private readonly heads: Int32Array
  /** Of each list the next of the copy, and where its part of the copy ends. */
  private readonly nexts: Int32Array
  private readonly ends: Int32Array
  private readonly each: number
  private at: number
  constructor({ cells, count }: CascadeAccounts, priceUsd: number, lists: number) {
    // one list more, for those that are under their threshold at the start
    this.at = lists + 1
    this.each = priceUsd / lists
    this.heads = new Int32Array(lists + 2).fill(NONE)
    this.nexts = new Int32Array(lists + 2)
    this.ends = new Int32Array(lists + 2)
    const listOf = new Int32Array(count)
    for (let n = 0; n < count; n++) {
      const price = liquidationUsd(cells, n)
      const list = price > 0 ? this.listOf(price) : NONE
      listOf[n] = list
      if (list !== NONE) this.ends[list] = (this.ends[list] as number) + 1
    }
    let total = 0
    for (let list = lists + 1; list >= 0; list--) {
      this.nexts[list] = total
      total += this.ends[list] as number
      this.ends[list] = this.nexts[list] as number
    }
    this.cells = new Float32Array(total * LANES)
    for (let n = 0; n < count; n++) {
      const list = listOf[n] as number
      if (list === NONE) continue
      const to = this.ends[list] as number
      this.ends[list] = to + 1
      for (let lane = 0; lane <= THRESHOLD; lane++) this.cells[to * LANES + lane] = cells[n * LANES + lane] as number
    }
  }

  /** @param belowUsd the price has come down to here: an account is not put above it */
  put(account: number, liquidationUsd: number, belowUsd: number): void {
    if (liquidationUsd <= 0) return
    const list = this.listOf(Math.min(liquidationUsd, belowUsd))
    this.cells[account * LANES + NEXT] = this.heads[list] as number
    this.heads[list] = account
    if (list > this.at) this.at = list
  }

  /** Takes out an account whose list reaches this price; NONE when all are below. */
  next(priceUsd: number): number {
    const lowest = Math.floor(priceUsd / this.each)
    for (; this.at > lowest; this.at -= 1) {
      const { at } = this
      const again = this.heads[at] as number
      if (again !== NONE) {
        this.heads[at] = this.cells[again * LANES + NEXT] as number
        return again
      }
      const first = this.nexts[at] as number
      if (first < (this.ends[at] as number)) {
        this.nexts[at] = first + 1
        return first
      }
    }
    return NONE
  }

  private listOf(liquidationUsd: number): number {
    return Math.min(this.heads.length - 1, Math.floor(liquidationUsd / this.each))
  }
}
