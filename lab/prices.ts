// The true price of every asset at every block: the lab knows what the feeds ought to say, and values all losses by it.
import type { PriceMove } from '../src/scenario.ts'
import { ASSETS, type AssetSymbol, BLOCK_S, SYMBOLS } from './market.ts'
import { normal } from './random.ts'

export type Prices = Readonly<Record<AssetSymbol, number>>

const DAY_S = 86_400
/** Share of the distance from the start price that is lost each day: keeps the prepared days' market in its range. */
const DAILY_REVERSION = 0.4

export const startPrices = (): Prices => Object.fromEntries(SYMBOLS.map((s) => [s, ASSETS[s].startPriceUsd])) as Prices

/** One step of the random walk in the logarithm, `stepS` seconds long. */
export function nextPrices(seed: number, step: number, stepS: number, from: Prices): Prices {
  const days = stepS / DAY_S
  const entries = SYMBOLS.map((symbol) => {
    const { startPriceUsd, dailySigma, stablecoin } = ASSETS[symbol]
    const away = Math.log(from[symbol] / startPriceUsd)
    const reversion = Math.min(1, (stablecoin ? 20 : 1) * DAILY_REVERSION * days)
    return [symbol, from[symbol] * Math.exp(-reversion * away + dailySigma * Math.sqrt(days) * normal('price', seed, step, symbol))]
  })
  return Object.fromEntries(entries) as Prices
}

/** Prices of a run, by blocks since the prepared head. */
export class TruePrices {
  private readonly seed: number
  private readonly path: Prices[]
  private readonly moves: readonly PriceMove[]
  constructor(seed: number, atHead: Prices, moves: readonly PriceMove[] = []) {
    this.seed = seed
    this.path = [atHead]
    this.moves = moves
  }

  /** `afterBlocks` 0 is the prepared head. */
  at(afterBlocks: number): Prices {
    for (let n = this.path.length; n <= afterBlocks; n++) {
      this.path.push(nextPrices(this.seed, n, BLOCK_S, this.path[n - 1] ?? startPrices()))
    }
    const calm = this.path[afterBlocks]
    if (calm === undefined) throw new Error(`no price ${afterBlocks} blocks after the head`)
    const factor = (symbol: AssetSymbol): number =>
      this.moves.reduce((f, move) => (move.symbol === symbol && afterBlocks >= move.afterBlocks ? f * move.factor : f), 1)
    return Object.fromEntries(SYMBOLS.map((symbol) => [symbol, calm[symbol] * factor(symbol)])) as Prices
  }
}
