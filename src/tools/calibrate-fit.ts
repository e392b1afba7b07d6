// A threshold from a series: volatility as the detector tracks it, the tail beyond it, and the size that is passed as often as is wanted.
import type { CalibratedThreshold } from '../core/calibration.ts'
import { decluster } from '../models/decluster.ts'
import { type Failed, failed } from '../models/failure.ts'
import { gpdQuantile } from '../models/gpd.ts'
import { fitPot, POT_RULES, type PotFit } from '../models/pot.ts'
import { filter, HALF_LIFE_ROWS, OTHER_HALF_LIFE_ROWS } from './calibrate-filter.ts'
import type { Series } from './calibrate-series.ts'

/** A tail in units of running volatility, and the range of that volatility. */
export interface Rule {
  readonly kind: 'fitted'
  readonly pot: PotFit
  /** 1 % of the time volatility was lower; never was it higher. */
  readonly sigmaLow: number
  readonly sigmaHigh: number
  readonly lastSigma: number
  /** Clusters by values beyond the 99 % quantile, runs of ten: 1 is no clustering. */
  readonly extremalIndex: number
}

const LOW_SHARE = 0.01
const RUN = 10
const INDEX_QUANTILE = 0.99
/** A threshold may be passed once in so many times the data's span, no more rarely: beyond that the tail is all guess. */
const MOST_EXTRAPOLATION = 10

export const halfLifeOf = (measure: string): number => HALF_LIFE_ROWS[measure] ?? OTHER_HALF_LIFE_ROWS

/**
 * Value over volatility, and a generalised Pareto law beyond a threshold of it: McNeil and Frey (2000), with an EWMA for the volatility. Twice:
 * the second time without remembering what the first calls an alarm, as the detector will.
 */
export function fitRule(series: Pick<Series, 'values' | 'measure' | 'runLength'>, alarmShare: number): Rule | Failed {
  const halfLifeRows = halfLifeOf(series.measure)
  const first = fitOnce(series, halfLifeRows)
  if (first.kind === 'failed') return first
  const threshold = thresholdOf(first, alarmShare)
  return threshold ? fitOnce(series, halfLifeRows, threshold) : first
}

function fitOnce(series: Pick<Series, 'values' | 'runLength'>, halfLifeRows: number, threshold?: CalibratedThreshold): Rule | Failed {
  const { values, runLength } = series
  const { sigmas, warmFrom } = filter(values, halfLifeRows, threshold)
  const known = sigmas.slice(warmFrom).sort()
  const positive = known.subarray(known.findIndex((sigma) => sigma > 0))
  if (known.length === 0 || !((known.at(-1) as number) > 0))
    return failed('too-short', `${values.length} values, at least ${halfLifeRows + 2 * POT_RULES.leastExcesses} are needed`)
  const sigmaLow = positive[Math.floor(LOW_SHARE * (positive.length - 1))] as number
  const sigmaHigh = known.at(-1) as number
  const sizes = Float64Array.from(values.subarray(warmFrom), (v, i) => Math.abs(v) / Math.max(sigmaLow, sigmas[warmFrom + i] as number))
  const pot = fitPot(sizes, { ...POT_RULES, runLength })
  if (pot.kind === 'failed') return pot
  const high = sizes.slice().sort()[Math.floor(INDEX_QUANTILE * (sizes.length - 1))] as number
  const runs = decluster(sizes, high, Math.max(RUN, runLength))
  const extremalIndex = runs.length / runs.reduce((sum, { size }) => sum + size, 0)
  return { kind: 'fitted', pot, sigmaLow, sigmaHigh, lastSigma: sigmas.at(-1) as number, extremalIndex }
}

/** Passed by that share of values (of clusters, where runs count once); undefined where that is more than pass the tail's threshold. */
export function thresholdOf(rule: Rule, alarmShare: number): CalibratedThreshold | undefined {
  const { pot, sigmaLow, sigmaHigh } = rule
  if (alarmShare >= pot.share) return undefined
  const perSigma = pot.threshold + gpdQuantile(alarmShare / pot.share, pot.gpd)
  return { perSigma, lower: perSigma * sigmaLow, upper: perSigma * sigmaHigh }
}

/** Why so rare an alarm can't be had from so short a time; undefined if it can. */
export function tooRare(years: number, alarmsPerYear: number): Failed | undefined {
  const leastYears = 1 / alarmsPerYear / MOST_EXTRAPOLATION
  if (years >= leastYears) return undefined
  const days = (y: number): string => (y * 365.25).toFixed(0)
  return failed('too-short', `${days(years)} days; ${alarmsPerYear} alarms a year need at least ${days(leastYears)}`)
}
