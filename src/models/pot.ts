// Peaks over threshold: which threshold is high enough for the generalised Pareto law, and its fit beyond that.
import { ln } from '../core/math.ts'
import { decluster } from './decluster.ts'
import { type Failed, failed, unfit } from './failure.ts'
import { fitGpd, type GpdFit } from './gpd.ts'
import { andersonDarling, type GoodnessOfFit } from './gpd-goodness.ts'

export interface PotRules {
  /** Candidate thresholds as quantiles of all values, rising. */
  readonly quantiles: readonly number[]
  /** Candidates with fewer excesses are left out. */
  readonly leastExcesses: number
  /** Share of wrongly rejected thresholds that is accepted. */
  readonly falseDiscovery: number
  /** Values in a row at or under the threshold that end a cluster; 0: every exceedance counts. */
  readonly runLength: number
}

export const POT_RULES: PotRules = {
  quantiles: [0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99],
  leastExcesses: 50,
  falseDiscovery: 0.1,
  runLength: 0,
}

interface PotCandidate extends GoodnessOfFit {
  readonly quantile: number
  readonly threshold: number
}

export interface PotFit extends PotCandidate {
  readonly kind: 'fitted'
  readonly gpd: GpdFit
  /** What the GPD was fitted to: value minus threshold, one a cluster. */
  readonly excesses: Float64Array
  /** Values above the threshold, before declustering. */
  readonly exceedances: number
  /** Excesses (clusters) divided by all values. */
  readonly share: number
  /** All thresholds that were tested, rising. */
  readonly candidates: readonly PotCandidate[]
}

/**
 * The upper tail of a series (give losses as positive values). Threshold: for each candidate, a GPD is fitted and tested by Anderson and
 * Darling; by ForwardStop the first k thresholds are rejected, k the last with mean(-ln(1 - p_1..k)) <= falseDiscovery, and the next one is
 * taken: Bader, Yan and Zhang (2018). Fails with `no-threshold` if all are rejected or none has enough excesses, and on short, constant or not
 * finite series.
 */
export function fitPot(values: ArrayLike<number>, rules: PotRules = POT_RULES): PotFit | Failed {
  const bad = unfit(values, 2 * rules.leastExcesses)
  if (bad) return bad
  const sorted = Float64Array.from(values).sort()
  const fits: Omit<PotFit, 'candidates'>[] = []
  for (const quantile of rules.quantiles) {
    const threshold = sorted[Math.floor(quantile * (sorted.length - 1))] as number
    if (fits.at(-1)?.threshold === threshold) continue // many equal values
    const clusters = decluster(values, threshold, rules.runLength)
    if (clusters.length < rules.leastExcesses) continue // a low threshold may have few: its runs never end
    const excesses = Float64Array.from(clusters, ({ value }) => value - threshold)
    const gpd = fitGpd(excesses)
    if (gpd.kind === 'failed') continue
    const exceedances = clusters.reduce((sum, { size }) => sum + size, 0)
    const share = clusters.length / values.length
    fits.push({ kind: 'fitted', quantile, threshold, ...andersonDarling(excesses, gpd), gpd, excesses, exceedances, share })
  }
  if (fits.length === 0) return failed('no-threshold', `no threshold has ${rules.leastExcesses} excesses that a GPD can be fitted to`)
  const rejected = forwardStop(
    fits.map(({ pValue }) => pValue),
    rules.falseDiscovery,
  )
  const chosen = fits[rejected]
  const candidates = fits.map(({ quantile, threshold, statistic, pValue }) => ({ quantile, threshold, statistic, pValue }))
  if (!chosen) return failed('no-threshold', `all ${fits.length} thresholds are rejected, up to the quantile ${fits.at(-1)?.quantile}`)
  return { ...chosen, candidates }
}

/** How many of the first hypotheses are rejected: G'Sell, Wager, Chouldechova and Tibshirani (2016). */
function forwardStop(pValues: readonly number[], falseDiscovery: number): number {
  let rejected = 0
  let sum = 0
  for (const [i, p] of pValues.entries()) {
    sum -= ln(1 - p)
    if (sum / (i + 1) <= falseDiscovery) rejected = i + 1
  }
  return rejected
}
