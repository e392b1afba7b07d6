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
    canBorrow: open && m.borrowing === 1 && m.frozen === 0 && !capped,
    canSupply: open && m.frozen === 0,
    canLiquidate: open,
    roomUsd: m.supplyCap === 0 ? Number.MAX_VALUE : Math.max(0, cap - m.suppliedUsd),
  }
}

export const marketsOf = (world: World, venue: number): readonly number[] =>
  Array.from({ length: world.markets.count }, (_, row) => row).filter((row) => world.markets.columns.venue.get(row) === venue + 1)

/** A price further than this from the last good one is displaced. */
export const DISPLACED = 0.05

export const displaced = (m: { readonly price: number; readonly goodPrice: number }): boolean =>
  m.goodPrice > 0 && (m.price > m.goodPrice * (1 + DISPLACED) || m.price < m.goodPrice * (1 - DISPLACED))

/**
 * Too high a price: what can be borrowed against the excess, limited by the cash of the markets that lend.
 * Too low: collateral that can be seized below its worth, and cash of the market that can be borrowed too cheaply.
 */
export function lossAtRiskUsd(figures: readonly MarketFigures[], suspects: readonly number[], drained: readonly number[]): number {
  const lendable = figures.reduce((sum, m) => sum + (m.canBorrow ? m.cashUsd : 0), 0)
  let tooHigh = 0
  let tooLow = 0
  for (const m of figures) {
    if (!suspects.includes(m.market) || !displaced(m)) continue
    if (m.price > m.goodPrice) {
      const collateral = m.suppliedUsd + (m.canSupply ? Math.min(m.roomUsd, lendable) : 0)
      tooHigh += collateral * m.ltv * (1 - m.goodPrice / m.price)
    } else {
      const seizable = (m.canLiquidate ? m.supplied : 0) + (m.canBorrow ? m.cash : 0)
      tooLow += seizable * (m.goodPrice - m.price)
    }
  }
  if (suspects.length > 0) return Math.min(tooHigh, lendable) + tooLow
  return figures.reduce((sum, m) => sum + (drained.includes(m.market) && m.canBorrow ? m.cashUsd : 0), 0)
}
