// The value that is passed as often as we are willing to be woken: from a wanted false-alarm rate to a threshold, with its uncertainty.
import { chiSquareQuantile } from './chi-square.ts'
import { type Failed, failed } from './failure.ts'
import { boxCox, gpdLogLikelihood, gpdQuantile, LEAST_XI, MOST_XI } from './gpd.ts'
import { minimise1 } from './minimise.ts'
import type { PotFit } from './pot.ts'

export interface ReturnLevel {
  readonly kind: 'fitted'
  readonly level: number
  /** Ends of the confidence interval, by profile likelihood; without a bound within a factor of 1,000 of the excess they are the threshold and Infinity. */
  readonly low: number
  readonly high: number
  readonly confidence: number
}

/**
 * The level passed `alarmsPerYear` times a year on average, given that many observations a year and a fit of peaks over threshold (clusters
 * count once). In the unit of the series. The interval is that of the profile likelihood of the level (Coles 2001, section 4.3.3); the share of
 * values above the threshold is taken as known. Fails if the wanted rate is no number above 0, or so high that the level lies under the threshold.
 */
export function returnLevel(
  fit: Pick<PotFit, 'threshold' | 'share' | 'gpd' | 'excesses'>,
  alarmsPerYear: number,
  observationsPerYear: number,
  confidence = 0.95,
): ReturnLevel | Failed {
  const tail = alarmsPerYear / observationsPerYear
  if (!(tail > 0 && observationsPerYear < Number.POSITIVE_INFINITY))
    return failed('out-of-range', `${alarmsPerYear} alarms in ${observationsPerYear} observations a year is no rate`)
  if (!(confidence > 0 && confidence < 1)) return failed('out-of-range', `a confidence of ${confidence} is not between 0 and 1`)
  if (tail >= fit.share) return failed('out-of-range', `${alarmsPerYear} alarms a year are more than exceed the threshold`)
  const ratio = fit.share / tail
  const excess = gpdQuantile(1 / ratio, fit.gpd)
  /** Minus the log likelihood if the level's excess is x, at the best shape. */
  const profile = (x: number): number =>
    minimise1((xi) => -gpdLogLikelihood(fit.excesses, { xi, sigma: x / boxCox(ratio, xi) }), LEAST_XI, MOST_XI, 50, 1e-7).value
  const cut = -gpdLogLikelihood(fit.excesses, fit.gpd) + chiSquareQuantile(confidence, 1) / 2
  return {
    kind: 'fitted',
    level: fit.threshold + excess,
    low: fit.threshold + end(profile, cut, excess, 0.8),
    high: fit.threshold + end(profile, cut, excess, 1.25),
    confidence,
  }
}

/** Where the profile passes the cut, going from the estimate by a factor, then halving. */
function end(profile: (x: number) => number, cut: number, from: number, factor: number): number {
  let inside = from
  let outside = from * factor
  while (profile(outside) < cut) {
    inside = outside
    outside *= factor
    if (outside > 1_000 * from) return Number.POSITIVE_INFINITY
    if (outside < from / 1_000) return 0
  }
  while (Math.abs(outside - inside) > 1e-7 * from) {
    const middle = (inside + outside) / 2
    if (profile(middle) < cut) inside = middle
    else outside = middle
  }
  return (inside + outside) / 2
}
