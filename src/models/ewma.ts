// Volatility as an exponentially weighted mean of squares: one parameter, no model of where it returns to.
import { ln } from '../core/math.ts'
import { HALF_LN_2PI } from './elementary.ts'
import { type Failed, unfit } from './failure.ts'
import { minimise1 } from './minimise.ts'

/** RiskMetrics' decay for daily returns. */
export const RISKMETRICS_LAMBDA = 0.94
const LEAST = 50

export interface EwmaFit {
  readonly kind: 'fitted'
  /** Weight of yesterday's variance, a value of the last period away. */
  readonly lambda: number
  /** Gaussian, of the series given lambda. */
  readonly logLikelihood: number
}

/**
 * Variances of a series of returns (mean taken as 0), each known before its return: v[0] is the mean square of all, v[t+1] = lambda v[t] +
 * (1 - lambda) r[t]^2. One more than returns: the last is the forecast. Unit: that of the returns, squared. J.P. Morgan, RiskMetrics
 * Technical Document (1996), section 5.2.
 */
export function ewmaVariances(returns: ArrayLike<number>, lambda: number): Float64Array {
  const variances = new Float64Array(returns.length + 1)
  let variance = meanSquare(returns)
  for (let t = 0; t < returns.length; t += 1) {
    variances[t] = variance
    variance = lambda * variance + (1 - lambda) * square(returns[t] as number)
  }
  variances[returns.length] = variance
  return variances
}

/** The lambda between 0.5 and 0.9999 of the greatest Gaussian likelihood. Fails on fewer than 50 returns, on constant and on not finite ones. */
export function fitEwma(returns: ArrayLike<number>): EwmaFit | Failed {
  const bad = unfit(returns, LEAST)
  if (bad) return bad
  const loss = (lambda: number): number => {
    const variances = ewmaVariances(returns, lambda)
    let sum = 0
    for (let t = 0; t < returns.length; t += 1) {
      const variance = variances[t] as number
      sum += ln(variance) + square(returns[t] as number) / variance
    }
    return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum
  }
  const best = minimise1(loss, 0.5, 0.9999, 25, 1e-8)
  const logLikelihood = -0.5 * best.value - returns.length * HALF_LN_2PI
  return { kind: 'fitted', lambda: best.at[0] as number, logLikelihood }
}

function meanSquare(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i += 1) sum += square(values[i] as number)
  return values.length === 0 ? 0 : sum / values.length
}

const square = (x: number): number => x * x
