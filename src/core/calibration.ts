// What history taught of each series: thresholds for a wanted rate of false alarms, and how boundaries fall together. Made by `firebreak calibrate`.
import type { Hex } from './flow.ts'

/** What is measured, by the detector that is judged by it. */
export type Measure = 'oracle-jump' | 'outflow-rate' | 'liquidity-depth'

/** A threshold in the unit of the measure: `perSigma` times the running volatility, never outside the bounds. */
export interface CalibratedThreshold {
  readonly perSigma: number
  /** Of the threshold, in the unit of the measure: what volatility does between calibrations moves it no further. */
  readonly lower: number
  readonly upper: number
}

/** A threshold, and which calibration it is from. */
export interface Calibrated extends CalibratedThreshold {
  readonly calibrationHash: Hex
}

/** A variable of a joint tail: a fall of a feed's price, a feed's distance from its second price, a loss of what pools pay. */
export interface TailVariable {
  readonly kind: 'price-fall' | 'oracle-deviation' | 'depth-loss'
  /** Key of the feed, or of the market. */
  readonly subject: string
  /** Running volatility is kept within these, and is `sigma` until enough has been seen. All per horizon. */
  readonly sigma: number
  readonly sigmaLow: number
  readonly sigmaHigh: number
  /** Of value over volatility: beyond `threshold`, which the share `share` of `values` passes, a GPD; below it the quantiles. */
  readonly threshold: number
  readonly share: number
  readonly values: number
  readonly xi: number
  readonly scale: number
  readonly excesses: number
  /** [probability of more, value], falling in probability, down to the threshold. */
  readonly quantiles: readonly (readonly [number, number])[]
}

/** P(all are beyond their boundary) by the margins' probabilities, on a grid of them, for nu and the ends of its interval. */
export interface JointTable {
  /** Rising, the last is 1. */
  readonly grid: readonly number[]
  /** One for each pair (0,1), (0,2), (1,2): row-major, logarithms. For nuHigh, nu, nuLow. */
  readonly pairs: readonly (readonly (readonly number[])[])[]
  /** Of all three, row-major, logarithms; null with two variables. For nuHigh, nu, nuLow. */
  readonly triple: readonly (readonly number[])[] | null
}

/** How a market's boundaries are crossed together within a horizon. */
export interface JointTail {
  /** Key of the market whose boundaries they are; a price file's name where it is of no market. */
  readonly market: string
  readonly horizonBlocks: number
  readonly variables: readonly TailVariable[]
  readonly table: JointTable
}

/** What the middle takes of a calibration file. */
export interface Calibration {
  readonly chainId: number
  readonly hash: Hex
  readonly thresholds: ReadonlyMap<string, CalibratedThreshold>
  readonly joint: readonly JointTail[]
}

export const thresholdKey = (measure: Measure, subjectId: string): string => `${measure} ${subjectId}`

/** In the unit of the measure, `sigma` being the running volatility in it. */
export const limitOf = ({ perSigma, lower, upper }: CalibratedThreshold, sigma: number): number =>
  Math.min(upper, Math.max(lower, perSigma * sigma))
