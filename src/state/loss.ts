// What the present state lets someone take, in USD: an upper bound from the tables alone, for when no simulation came in time.
import type { World } from './world.ts'

/** Market figures as the bound needs them; an option's effect is to change some of these. */
export interface MarketFigures {
  readonly market: number
  readonly price: number
  readonly goodPrice: number
  /** Whole tokens. */
  readonly supplied: number
  readonly cash: number
  readonly suppliedUsd: number
  readonly cashUsd: number
  readonly ltv: number
  /** As governance left it last. */
  readonly goodLtv: number
  /** What watched exchange pools pay for the asset until its price has fallen by their band, USD; undefined: none is watched. */
  readonly depthUsd: number | undefined
  /** Somebody outside the governed path let more be taken: a higher LTV, a wider cap. */
  readonly loosened: boolean
  readonly canBorrow: boolean
  readonly canSupply: boolean
  readonly canLiquidate: boolean
  /** Collateral that could still be brought, USD. */
  readonly roomUsd: number
}

/** A cap is whole tokens: from this part on nothing worth having fits under it. */
const FULL = 0.999

export function figuresOf(world: World, market: number): MarketFigures {
  const m = world.markets.at(market)
  const open = m.active === 1 && m.paused === 0
  const cap = m.supplyCap * m.price
  const unit = Number(10n ** BigInt(m.decimals))
  const capped = m.borrowCap > 0 && m.borrowedUsd >= m.borrowCap * m.price * FULL
  return {
    market,
    price: m.price,
    goodPrice: m.goodPrice,
    supplied: (Number(m.scaledSupply) * Number(m.liquidityIndex)) / 1e27 / unit,
    cash: Number(m.cash) / unit,
    suppliedUsd: m.suppliedUsd,
    cashUsd: m.cashUsd,
    ltv: m.ltvBps / 10_000,
    goodLtv: m.goodLtvBps / 10_000,
    depthUsd: m.pools > 0 ? m.depthUsd : undefined,
    loosened: m.ltvBps > m.goodLtvBps || wider(m.supplyCap, m.goodSupplyCap) || wider(m.borrowCap, m.goodBorrowCap),
    canBorrow: open && m.borrowing === 1 && m.frozen === 0 && !capped,
    canSupply: open && m.frozen === 0,
    canLiquidate: open,
    roomUsd: m.supplyCap === 0 ? Number.MAX_VALUE : Math.max(0, cap - m.suppliedUsd),
  }
}

/** Caps: 0 is none. */
const wider = (cap: number, good: number): boolean => good > 0 && (cap === 0 || cap > good)

export const marketsOf = (world: World, venue: number): readonly number[] =>
  Array.from({ length: world.markets.count }, (_, row) => row).filter((row) => world.markets.columns.venue.get(row) === venue + 1)

/** A price further than this from the last good one is displaced. */
export const DISPLACED = 0.05

export const displaced = (m: { readonly price: number; readonly goodPrice: number }): boolean =>
  m.goodPrice > 0 && (m.price > m.goodPrice * (1 + DISPLACED) || m.price < m.goodPrice * (1 - DISPLACED))

/**
 * Too high a price: what can be borrowed against the excess, limited by the cash of the markets that lend.
 * Too low: collateral that can be seized below its worth, and cash of the market that can be borrowed too cheaply.
 * Loosened parameters: what can be borrowed against collateral beyond what its exchange pools pay for it, or, where none is
 * watched, beyond what governance allowed.
 */
export function lossAtRiskUsd(figures: readonly MarketFigures[], suspects: readonly number[], drained: readonly number[]): number {
  const lendable = figures.reduce((sum, m) => sum + (m.canBorrow ? m.cashUsd : 0), 0)
  let tooHigh = 0
  let tooLow = 0
  for (const m of figures) {
    if (!suspects.includes(m.market)) continue
    const collateral = m.suppliedUsd + (m.canSupply ? Math.min(m.roomUsd, lendable) : 0)
    const byPrice = displaced(m) && m.price > m.goodPrice ? collateral * m.ltv * (1 - m.goodPrice / m.price) : 0
    const covered = m.depthUsd ?? collateral * m.goodLtv
    const byParameters = m.loosened ? Math.max(0, collateral * m.ltv - covered) : 0
    tooHigh += Math.max(byPrice, byParameters)
    if (displaced(m) && m.price < m.goodPrice) {
      const seizable = (m.canLiquidate ? m.supplied : 0) + (m.canBorrow ? m.cash : 0)
      tooLow += seizable * (m.goodPrice - m.price)
    }
  }
  if (suspects.length > 0) return Math.min(tooHigh, lendable) + tooLow
  return figures.reduce((sum, m) => sum + (drained.includes(m.market) && m.canBorrow ? m.cashUsd : 0), 0)
}

/** Part of its value that collateral may lose before keepers are back: declared, not fitted. */
export const STRESS = 0.25

/** Debt that nobody would cover if the collateral lost `STRESS` of its value now. */
export const stressedBadDebtUsd = (collateralUsd: number, debtUsd: number): number => Math.max(0, debtUsd - collateralUsd * (1 - STRESS))
