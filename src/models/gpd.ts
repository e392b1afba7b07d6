// The generalised Pareto distribution: what lies beyond a high threshold, whatever the distribution below it.
import { ln } from '../core/math.ts'
import { exp, expm1, log1p } from './elementary.ts'
import { type Failed, failed, unfit } from './failure.ts'
import { minimise } from './minimise.ts'

/** Shape `xi` (0 exponential, above 0 heavy, below 0 with an end at -sigma/xi) and scale `sigma` > 0, in the unit of the excesses. */
export interface Gpd {
  readonly xi: number
  readonly sigma: number
}

export interface GpdFit extends Gpd {
  readonly kind: 'fitted'
  readonly logLikelihood: number
  /** Standard errors from the expected information (Smith 1984). */
  readonly xiError: number
  readonly sigmaError: number
}

const LEAST = 20
/** Beyond these the likelihood is irregular, or the mean of a million draws says nothing. */
export const LEAST_XI = -0.5
export const MOST_XI = 2

/** ln of the likelihood of excesses > 0; -Infinity if one lies beyond the end. Pickands (1975). */
export function gpdLogLikelihood(excesses: ArrayLike<number>, { xi, sigma }: Gpd): number {
  if (!(sigma > 0)) return Number.NEGATIVE_INFINITY
  let sum = 0
  if (Math.abs(xi) < 1e-12) for (let i = 0; i < excesses.length; i += 1) sum += (excesses[i] as number) / sigma
  else {
    for (let i = 0; i < excesses.length; i += 1) {
      const z = (xi * (excesses[i] as number)) / sigma
      if (z <= -1) return Number.NEGATIVE_INFINITY
      sum += log1p(z)
    }
    sum *= 1 + 1 / xi
  }
  return -excesses.length * ln(sigma) - sum
}

/** ln P(Y > y): 0 at and below y = 0, -Infinity beyond the end. */
export function gpdLogTail(y: number, { xi, sigma }: Gpd): number {
  if (y <= 0) return 0
  if (Math.abs(xi) < 1e-12) return -y / sigma
  const z = (xi * y) / sigma
  return z <= -1 ? Number.NEGATIVE_INFINITY : -log1p(z) / xi
}

/** P(Y > y). */
export const gpdTail = (y: number, gpd: Gpd): number => exp(gpdLogTail(y, gpd))

/** (ratio^xi - 1) / xi, which is ln ratio at xi = 0. */
export function boxCox(ratio: number, xi: number): number {
  const log = ln(ratio)
  return Math.abs(xi) < 1e-12 ? log : expm1(xi * log) / xi
}

/** The y with P(Y > y) = `tail`, 0 < tail <= 1. In the unit of sigma. */
export const gpdQuantile = (tail: number, { xi, sigma }: Gpd): number => sigma * boxCox(1 / tail, xi)

/** The mean of what lies beyond that quantile; Infinity for xi >= 1. McNeil, Frey and Embrechts (2005), section 7.2. */
export function gpdExpectedShortfall(tail: number, gpd: Gpd): number {
  if (gpd.xi >= 1) return Number.POSITIVE_INFINITY
  const y = gpdQuantile(tail, gpd)
  return y + (gpd.sigma + gpd.xi * y) / (1 - gpd.xi)
}

/**
 * Maximum likelihood, begun at the probability weighted moments of Hosking and Wallis (1987). Fails on fewer than 20 excesses; on constant,
 * not finite or not positive ones; if the search doesn't settle; and if the shape comes within 0.001 of -0.5 or 2: at the one standard errors end
 * (Smith 1985), beyond the other it is no estimate but a sign that the data are something else.
 */
export function fitGpd(excesses: ArrayLike<number>): GpdFit | Failed {
  const bad = unfit(excesses, LEAST)
  if (bad) return bad
  const sorted = Float64Array.from(excesses).sort()
  if ((sorted[0] as number) <= 0) return failed('out-of-range', `an excess is ${sorted[0]}, not above 0`)
  const n = sorted.length
  let mean = 0
  for (const y of sorted) mean += y / n
  if (!(mean > 1e-290 && mean < 1e290)) return failed('out-of-range', `the mean excess is ${mean}`)
  const unit = sorted.map((y) => y / mean)

  const loss = (x: readonly number[]): number => {
    const xi = x[1] as number
    return xi <= LEAST_XI || xi >= MOST_XI ? Number.POSITIVE_INFINITY : -gpdLogLikelihood(unit, { xi, sigma: exp(x[0] as number) })
  }
  const moments = weightedMoments(unit)
  const start = [
    [ln(moments.sigma), moments.xi],
    [0, 0.05],
  ].find((x) => Number.isFinite(loss(x))) as readonly number[]
  const best = minimise(loss, start, 0.2)
  if (!best.converged) return failed('no-convergence', `after the last step the log likelihood is ${-best.value}`)
  const xi = best.at[1] as number
  if (xi < LEAST_XI + 1e-3 || xi > MOST_XI - 1e-3)
    return failed('out-of-range', `the shape ends at ${xi}, the range is ${LEAST_XI} to ${MOST_XI}`)
  const sigma = exp(best.at[0] as number) * mean
  return {
    kind: 'fitted',
    xi,
    sigma,
    logLikelihood: -best.value - n * ln(mean),
    xiError: (1 + xi) / Math.sqrt(n),
    sigmaError: sigma * Math.sqrt((2 * (1 + xi)) / n),
  }
}

/** Of sorted values with mean 1. */
function weightedMoments(sorted: Float64Array): Gpd {
  let weighted = 0
  const n = sorted.length
  for (let i = 0; i < n; i += 1) weighted += (((n - i - 0.65) / n) * (sorted[i] as number)) / n
  const gap = Math.max(1 - 2 * weighted, 1e-3)
  return { xi: Math.min(1, Math.max(-0.4, 2 - 1 / gap)), sigma: Math.max((2 * weighted) / gap, 1e-3) }
}
