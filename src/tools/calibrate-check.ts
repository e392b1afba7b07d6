// Does the promise hold on data that it wasn't fitted to? Fitted on the first part, counted on the rest; and single days, fitted before them.
import { limitOf } from '../core/calibration.ts'
import { christoffersen } from '../models/backtests.ts'
import type { Failed } from '../models/failure.ts'
import { filter } from './calibrate-filter.ts'
import { fitRule, halfLifeOf, thresholdOf, tooRare } from './calibrate-fit.ts'
import { perYearOf, type Series, YEAR_S, yearsOf } from './calibrate-series.ts'

export interface OutOfTime {
  readonly alarmsPerYear: number
  readonly fromS: number
  readonly toS: number
  readonly observations: number
  readonly expected: number
  readonly observed: number
  /** Kupiec (1995); Christoffersen (1998), independence alone and both together. */
  readonly kupiecP: number
  readonly independenceP: number
  readonly conditionalP: number
}

const FITTED_SHARE = 0.7

/** At the wanted rate and at higher ones, where a test has more to count. Empty where the first part can't be fitted. */
export function outOfTime(series: Series, alarmsPerYear: number): readonly OutOfTime[] {
  const split = Math.floor(FITTED_SHARE * series.values.length)
  const perYear = perYearOf(series)
  const first = { ...series, values: series.values.slice(0, split) }
  const rule = fitRule(first, alarmsPerYear / perYear)
  if (rule.kind === 'failed') return []
  return [...new Set([alarmsPerYear, 12, 52])].flatMap((rate) => {
    const threshold = thresholdOf(rule, rate / perYear)
    if (!threshold || tooRare(yearsOf({ timesS: series.timesS.subarray(0, split) }), rate)) return []
    const fired = begins(filter(series.values, halfLifeOf(series.measure), threshold).fired, series.runLength).slice(split)
    const tests = christoffersen(fired, rate / perYear)
    if (tests.kind === 'failed') return []
    const { unconditional, independence, conditional } = tests
    return [
      {
        alarmsPerYear: rate,
        fromS: series.timesS[split] as number,
        toS: series.timesS.at(-1) as number,
        observations: unconditional.observations,
        expected: unconditional.expected,
        observed: unconditional.exceedances,
        kupiecP: unconditional.pValue,
        independenceP: independence.pValue,
        conditionalP: conditional.pValue,
      },
    ]
  })
}

/** Only the first of a run counts as an alarm. */
function begins(fired: readonly boolean[], runLength: number): readonly boolean[] {
  if (runLength === 0) return fired
  let last = Number.NEGATIVE_INFINITY
  return fired.map((is, i) => {
    const begin = is && i - last > runLength
    if (is) last = i
    return begin
  })
}

export interface Day {
  readonly name: string
  readonly fromS: number
  readonly toS: number
}

export interface DayReport {
  readonly kind: 'tested'
  readonly name: string
  readonly subject: string
  readonly fittedFromS: number
  readonly fittedValues: number
  readonly perSigma: number
  readonly alarmsPerYear: number
  readonly expected: number
  readonly fires: number
  readonly firstFireS: number | null
  /** The greatest move of one step, its size in running volatilities, and the limit at that time. */
  readonly greatest: number
  readonly greatestSigmas: number
  readonly limit: number
  /** From the last value before the days to the lowest in them; of a price, as a share. */
  readonly fall: number
}

/** A threshold fitted only on what was known before the days, then run through them. */
export function testDay(series: Series, day: Day, alarmsPerYear: number): DayReport | Failed | undefined {
  const { timesS, values } = series
  const from = timesS.findIndex((t) => t >= day.fromS)
  const past = timesS.findIndex((t) => t >= day.toS)
  const to = past < 0 ? timesS.length : past
  if (from < 1 || from >= to) return undefined
  const before = { ...series, timesS: timesS.slice(0, from), values: values.slice(0, from) }
  const perYear = perYearOf(before)
  const rare = tooRare(yearsOf(before), alarmsPerYear)
  if (rare) return rare
  const rule = fitRule(before, alarmsPerYear / perYear)
  if (rule.kind === 'failed') return rule
  const threshold = thresholdOf(rule, alarmsPerYear / perYear)
  if (!threshold) return undefined
  const { sigmas, fired } = filter(values.subarray(0, to), halfLifeOf(series.measure), threshold)
  let at = from
  let level = 0
  let lowest = 0
  for (let t = from; t < to; t++) {
    if (Math.abs(values[t] as number) > Math.abs(values[at] as number)) at = t
    level += values[t] as number
    lowest = Math.min(lowest, level)
  }
  const first = fired.findIndex((is, t) => is && t >= from)
  const sigma = Math.min(rule.sigmaHigh, Math.max(rule.sigmaLow, sigmas[at] as number))
  return {
    kind: 'tested',
    name: day.name,
    subject: series.subject,
    fittedFromS: timesS[0] as number,
    fittedValues: from,
    perSigma: threshold.perSigma,
    alarmsPerYear,
    expected: (alarmsPerYear * (day.toS - day.fromS)) / YEAR_S,
    fires: fired.slice(from).filter(Boolean).length,
    firstFireS: first < 0 ? null : (timesS[first] as number),
    greatest: values[at] as number,
    greatestSigmas: Math.abs(values[at] as number) / sigma,
    limit: limitOf(threshold, sigmas[at] as number),
    fall: 1 - Math.exp(lowest),
  }
}
