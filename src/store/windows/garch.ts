// Volatility that rises with each large value and returns to its long-run level: GARCH(1,1) with parameters fitted elsewhere.
import type { F64Column } from '../column.ts'
import type { Store } from '../store.ts'
import type { Cell, Memory } from './cell.ts'

/** v' = omega + alpha value^2 + beta v (Bollerslev 1986). alpha, beta >= 0, alpha + beta < 1, omega > 0 in the unit of the values, squared. */
export interface GarchParameters {
  readonly omega: number
  readonly alpha: number
  readonly beta: number
  /** The standard deviation stays within [1/bound, bound] of its long-run level; 10 by default. */
  readonly bound?: number
}

export class GarchVolatility implements Cell {
  private at = 0
  /** Rows and variance of each subject. */
  private readonly state: F64Column
  private readonly omega: number
  private readonly alpha: number
  private readonly beta: number
  private readonly longRun: number
  private readonly least: number
  private readonly most: number
  constructor(store: Store, name: string, { omega, alpha, beta, bound = 10 }: GarchParameters) {
    if (!(omega > 0 && alpha >= 0 && beta >= 0 && alpha + beta < 1 && bound >= 1 && omega < Number.POSITIVE_INFINITY))
      throw new RangeError(
        `GARCH: omega ${omega}, alpha ${alpha}, beta ${beta}, bound ${bound}; want omega > 0, alpha + beta < 1, bound >= 1`,
      )
    this.state = store.column(name, 'f64')
    this.omega = omega
    this.alpha = alpha
    this.beta = beta
    this.longRun = omega / (1 - alpha - beta)
    this.least = this.longRun / (bound * bound)
    this.most = this.longRun * bound * bound
  }
  seek(subject: number): void {
    this.at = subject * 2
  }
  get rows(): number {
    return this.state.upTo(this.at + 2)[this.at] as number
  }
  /** Expected of the next value; the long-run level before the first. */
  get sigma(): number {
    const { at } = this
    const state = this.state.upTo(at + 2)
    return Math.sqrt(state[at] === 0 ? this.longRun : (state[at + 1] as number))
  }
  /** Values whose square isn't finite are left out. */
  push(value: number): void {
    const square = value * value
    if (!(square < Number.POSITIVE_INFINITY)) return
    const { at } = this
    const state = this.state.open(at, at + 2)
    const before = state[at] === 0 ? this.longRun : (state[at + 1] as number)
    const next = this.omega + this.alpha * square + this.beta * before
    state[at] = (state[at] as number) + 1
    state[at + 1] = next < this.least ? this.least : next > this.most ? this.most : next
  }
}

/** Sizes of values that follow each other, as returns of a price from round to round. */
export const garchVolatility = (by: GarchParameters): Memory<GarchVolatility> => ({
  create: (store, name) => new GarchVolatility(store, name, by),
})
