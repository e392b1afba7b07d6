// Volatility that clusters and returns to a mean: GARCH(1,1) by Gaussian quasi maximum likelihood.
import { ln } from '../core/math.ts'
import { exp, HALF_LN_2PI } from './elementary.ts'
import { type Failed, failed, unfit } from './failure.ts'
import { minimise } from './minimise.ts'

const LEAST = 100
const MOST_PERSISTENCE = 1 - 1e-6
/** In units of the sample variance: below it the likelihood grows without bound, for nearly all returns are the same. */
const LEAST_OMEGA = 1e-9
const STARTS = [
  [0.98, 0.05],
  [0.95, 0.1],
  [0.8, 0.2],
  [0.4, 0.4],
] as const

export interface GarchFit {
  readonly kind: 'fitted'
  /** Sample mean, taken off first. Unit: that of the returns. */
  readonly mean: number
  /** Unit: that of the returns, squared. */
  readonly omega: number
  readonly alpha: number
  readonly beta: number
  readonly logLikelihood: number
  /** Of each return, known before it; one more than returns: the last is the forecast. */
  readonly variances: Float64Array
}

/**
 * v[t+1] = omega + alpha (r[t] - mean)^2 + beta v[t], Bollerslev (1986). v[0] = omega + (alpha + beta) times the sample variance.
 * alpha, beta >= 0 and alpha + beta <= 0.999999 by a logistic transform; the estimate is right for other than normal returns too (Bollerslev
 * and Wooldridge 1992). Where alpha is near 0 beta can't be told. Fails on fewer than 100 returns, on constant and on not finite ones (the
 * sum of squares included), and when the search doesn't settle.
 */
export function fitGarch(returns: ArrayLike<number>): GarchFit | Failed {
  const bad = unfit(returns, LEAST)
  if (bad) return bad
  const n = returns.length
  let mean = 0
  for (let t = 0; t < n; t += 1) mean += (returns[t] as number) / n
  let variance = 0
  for (let t = 0; t < n; t += 1) variance += square((returns[t] as number) - mean) / n
  if (!Number.isFinite(variance)) return failed('not-finite', 'the sum of squares is beyond a float')
  if (variance < 1e-290) return failed('constant', `the variance is ${variance}`)

  const squares = new Float64Array(n) // of standardised returns, so that the search needs no units
  for (let t = 0; t < n; t += 1) squares[t] = square((returns[t] as number) - mean) / variance
  const loss = (x: readonly number[]): number => {
    const found = parameters(x)
    return found.omega < LEAST_OMEGA ? Number.POSITIVE_INFINITY : minusTwiceLogLikelihood(squares, found)
  }
  const starts = STARTS.map(([persistence, share]) => [0, logit(persistence), logit(share)])
  const start = starts.reduce((p, q) => (loss(q) < loss(p) ? q : p))
  const best = minimise(loss, start, 0.5)
  if (!best.converged) return failed('no-convergence', `after the last step minus twice the log likelihood is ${best.value}`)

  const { omega, alpha, beta } = parameters(best.at)
  if (omega < 2 * LEAST_OMEGA) return failed('no-convergence', 'omega falls to 0: nearly all returns are the same')
  const variances = new Float64Array(n + 1)
  let at = omega + alpha + beta
  for (let t = 0; t < n; t += 1) {
    variances[t] = at * variance
    at = omega + alpha * (squares[t] as number) + beta * at
  }
  variances[n] = at * variance
  const logLikelihood = -0.5 * (best.value + n * ln(variance)) - n * HALF_LN_2PI
  return { kind: 'fitted', mean, omega: omega * variance, alpha, beta, logLikelihood, variances }
}

interface Parameters {
  readonly omega: number
  readonly alpha: number
  readonly beta: number
}

const square = (x: number): number => x * x
const logit = (share: number): number => ln(share / (1 - share))
const logistic = (x: number): number => 1 / (1 + exp(-x))

/** Of three free numbers: ln of the long-run variance, persistence, and alpha's share in it. */
function parameters(x: readonly number[]): Parameters {
  const persistence = MOST_PERSISTENCE * logistic(x[1] as number)
  const alpha = persistence * logistic(x[2] as number)
  return { omega: (1 - persistence) * exp(x[0] as number), alpha, beta: persistence - alpha }
}

/** Without the constant; the sample variance of what is squared is 1. */
function minusTwiceLogLikelihood(squares: Float64Array, { omega, alpha, beta }: Parameters): number {
  let variance = omega + alpha + beta
  let sum = 0
  let product = 1 // one logarithm for many: the product is kept far from the ends of a float
  for (let t = 0; t < squares.length; t += 1) {
    const square = squares[t] as number
    product *= variance
    if (product > 1e100 || product < 1e-100) {
      sum += ln(product)
      product = 1
    }
    sum += square / variance
    variance = omega + alpha * square + beta * variance
  }
  return sum + ln(product)
}
