// How several series fall together, apart from how each falls: a t-copula, which unlike the Gaussian one keeps its dependence in the tail.
import { ln } from '../core/math.ts'
import { chiSquareQuantile } from './chi-square.ts'
import { cholesky, type Matrix, positiveDefinite } from './correlation.ts'
import { exp, sinHalfPi } from './elementary.ts'
import { type Failed, failed, unfit } from './failure.ts'
import { lnGamma } from './gamma-beta.ts'
import { kendallTau } from './kendall.ts'
import { minimise1 } from './minimise.ts'
import { student } from './student.ts'

export interface TCopula {
  readonly correlation: Matrix
  /** Degrees of freedom; Infinity is the Gaussian copula. */
  readonly nu: number
}

export interface CopulaFit extends TCopula {
  readonly kind: 'fitted'
  readonly logLikelihood: number
  /** 95 % by profile likelihood, within 1 to 100. At 100 the copula can't be told from a Gaussian one. */
  readonly nuLow: number
  readonly nuHigh: number
  /** The correlations were those of no distribution and had to be clipped. */
  readonly clipped: boolean
}

const LEAST = 50
const LEAST_NU = 1
const MOST_NU = 100

/**
 * From series of equal length, one a variable: correlation = sin(pi tau / 2), made positive definite by clipping of eigenvalues; then nu by
 * likelihood of the ranks over n + 1. Demarta and McNeil (2005), section 3. Fails on fewer than 2 series, fewer than 50 values,
 * unequal lengths, constant or not finite series.
 */
export function fitTCopula(series: readonly ArrayLike<number>[]): CopulaFit | Failed {
  const n = series[0]?.length ?? 0
  if (series.length < 2) return failed('too-short', `${series.length} series have no joint tail`)
  for (const values of series) {
    const bad = unfit(values, LEAST)
    if (bad) return bad
    if (values.length !== n) return failed('out-of-range', `series of ${n} and ${values.length} values`)
  }
  const raw: number[][] = series.map((_, i) => series.map((__, j) => (i === j ? 1 : 0)))
  for (let i = 0; i < series.length; i += 1)
    for (let j = 0; j < i; j += 1) {
      const rank = kendallTau(series[i] as ArrayLike<number>, series[j] as ArrayLike<number>)
      if (rank.kind === 'failed') return rank
      ;(raw[i] as number[])[j] = (raw[j] as number[])[i] = sinHalfPi(rank.tau)
    }
  const correlation = positiveDefinite(raw)
  const root = cholesky(correlation)
  if (!root) return failed('no-convergence', 'the clipped correlation matrix has no root')
  const ranks = series.map(doubledRanks)
  const loss = (lnNu: number): number => -logLikelihood(ranks, root, exp(lnNu))
  const [low, high] = [ln(LEAST_NU), ln(MOST_NU)]
  const best = minimise1(loss, low, high, 12, 1e-6)
  const lnNu = best.at[0] as number
  const cut = best.value + chiSquareQuantile(0.95, 1) / 2
  return {
    kind: 'fitted',
    correlation,
    nu: exp(lnNu),
    logLikelihood: -best.value,
    nuLow: exp(crossing(loss, cut, lnNu, low)),
    nuHigh: exp(crossing(loss, cut, lnNu, high)),
    clipped: correlation !== raw,
  }
}

/**
 * How likely one variable is beyond its quantile when the other is, in the limit of ever rarer quantiles: McNeil, Frey and Embrechts (2005),
 * equation 5.31. rho between -1 and 1, 1 included.
 */
export function tailDependence(rho: number, nu: number): number {
  if (nu === Number.POSITIVE_INFINITY) return rho === 1 ? 1 : 0
  return rho <= -1 ? 0 : 2 * student(nu + 1).cdf(-Math.sqrt(((nu + 1) * (1 - rho)) / (1 + rho)))
}

/** Twice the rank of each value, from 2 to 2n; equal values share their mean rank, so that all are whole. */
function doubledRanks(values: ArrayLike<number>): Uint32Array {
  const n = values.length
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number))
  const ranks = new Uint32Array(n)
  for (let from = 0; from < n; ) {
    let to = from
    while (to + 1 < n && values[order[to + 1] as number] === values[order[from] as number]) to += 1
    for (let k = from; k <= to; k += 1) ranks[order[k] as number] = from + to + 2
    from = to + 1
  }
  return ranks
}

function logLikelihood(ranks: readonly Uint32Array[], root: Matrix, nu: number): number {
  const margin = student(nu)
  const n = (ranks[0] as Uint32Array).length
  const d = ranks.length
  // every variable has the same ranks, and the quantiles are symmetrical: computed once
  const quantiles = new Float64Array(2 * n + 2).fill(Number.NaN)
  const quantile = (rank: number): number => {
    const low = Math.min(rank, 2 * n + 2 - rank)
    if (Number.isNaN(quantiles[low] as number)) quantiles[low] = margin.quantile(low / (2 * n + 2))
    return rank === low ? (quantiles[low] as number) : -(quantiles[low] as number)
  }
  const perPoint = lnGamma((nu + d) / 2) + (d - 1) * lnGamma(nu / 2) - d * lnGamma((nu + 1) / 2)
  let sum = n * (perPoint - root.reduce((s, row, i) => s + ln(row[i] as number), 0))
  const y = new Float64Array(d)
  for (let t = 0; t < n; t += 1) {
    let form = 0
    let margins = 1
    for (let i = 0; i < d; i += 1) {
      const x = quantile(ranks[i]?.[t] as number)
      let rest = x
      for (let k = 0; k < i; k += 1) rest -= (root[i]?.[k] as number) * (y[k] as number)
      y[i] = rest / (root[i]?.[i] as number)
      form += (y[i] as number) * (y[i] as number)
      margins *= 1 + (x * x) / nu
    }
    sum += ((nu + 1) / 2) * ln(margins) - ((nu + d) / 2) * ln(1 + form / nu)
  }
  return sum
}

/** Where the loss passes the cut between the best point and an end; the end itself if it doesn't. */
function crossing(loss: (x: number) => number, cut: number, best: number, end: number): number {
  if (loss(end) <= cut) return end
  let inside = best
  let outside = end
  while (Math.abs(outside - inside) > 1e-4) {
    const middle = (inside + outside) / 2
    if (loss(middle) <= cut) inside = middle
    else outside = middle
  }
  return (inside + outside) / 2
}
