// From series of history to the document of `firebreak calibrate`: fits, thresholds, how they held out of time, and the joint tail.

import { CALIBRATION_FORMAT } from '../calibration.ts'
import type { CalibratedThreshold } from '../core/calibration.ts'
import { canonicalHash } from '../core/canonical.ts'
import { fitEwma } from '../models/ewma.ts'
import type { Failed } from '../models/failure.ts'
import { fitGarch } from '../models/garch.ts'
import { returnLevel } from '../models/return-level.ts'
import { VERSION } from '../version.ts'
import { type Day, type DayReport, type OutOfTime, outOfTime, testDay } from './calibrate-check.ts'
import { fitRule, halfLifeOf, type Rule, thresholdOf, tooRare } from './calibrate-fit.ts'
import { perYearOf, type Series, yearsOf } from './calibrate-series.ts'
import { fitJoint, type JointFit, type JointInput } from './joint-fit.ts'

export interface CalibrateOptions {
  readonly chainId: number | null
  readonly alarmsPerYear: number
  readonly horizonBlocks: number
  readonly seed: number
  readonly days: readonly Day[]
  /** Told before each fit. */
  readonly progress?: (text: string) => void
}

export interface CalibratedSeries {
  readonly measure: Series['measure']
  readonly subject: string
  readonly source: string
  readonly fromS: number
  readonly toS: number
  readonly values: number
  readonly valuesPerYear: number
  /** The detector's window; and what likelihood would choose. `halfLifeRows` of the best lambda. */
  readonly halfLifeRows: number
  readonly ewma: { readonly lambda: number; readonly halfLifeRows: number; readonly logLikelihood: number } | null
  readonly garch: {
    readonly omega: number
    readonly alpha: number
    readonly beta: number
    readonly logLikelihood: number
    /** Standard deviations a value: in the long run, and forecast for the next. */
    readonly longRun: number
    readonly next: number
  } | null
  /** Of value over running volatility. */
  readonly tail: {
    readonly quantile: number
    readonly threshold: number
    readonly excesses: number
    readonly extremalIndex: number
    readonly xi: number
    readonly xiError: number
    readonly scale: number
    readonly scaleError: number
    readonly andersonDarling: number
    readonly pValue: number
    readonly thresholdsTested: number
  } | null
  /** perSigma with its 95 % interval by profile likelihood; no upper end: null. */
  readonly threshold: (CalibratedThreshold & { readonly perSigmaLow: number; readonly perSigmaHigh: number | null }) | null
  /** Why there is no threshold. */
  readonly why: string | null
  readonly outOfTime: readonly OutOfTime[]
}

export interface CalibrationDocument {
  readonly format: typeof CALIBRATION_FORMAT
  readonly build: string
  readonly chainId: number | null
  readonly wanted: { readonly alarmsPerYear: number; readonly confidence: number; readonly horizonBlocks: number; readonly seed: number }
  readonly series: readonly CalibratedSeries[]
  readonly joint: readonly JointFit[]
  readonly jointMissing: readonly { readonly market: string; readonly why: string }[]
  readonly hash: string
}

export interface CalibrateResult {
  readonly document: CalibrationDocument
  readonly days: readonly (
    | DayReport
    | { readonly kind: 'failed'; readonly name: string; readonly subject: string; readonly detail: string }
  )[]
}

const CONFIDENCE = 0.95

export function calibrate(series: readonly Series[], joints: readonly JointInput[], options: CalibrateOptions): CalibrateResult {
  const { chainId, alarmsPerYear, horizonBlocks, seed, progress } = options
  const fitted = series.map((one, n) => {
    progress?.(`fitting ${n + 1} of ${series.length}: ${one.measure} ${one.subject}, ${one.values.length} values`)
    return calibrateOne(one, alarmsPerYear)
  })
  const days = options.days.flatMap((day) => {
    progress?.(`testing ${day.name}`)
    return series.flatMap((one) => {
      const report = testDay(one, day, alarmsPerYear)
      if (!report) return []
      return [report.kind === 'tested' ? report : { ...report, name: day.name, subject: one.subject }]
    })
  })
  const joint: JointFit[] = []
  const jointMissing: { market: string; why: string }[] = []
  for (const one of joints) {
    progress?.(`fitting the joint tail of ${one.variables.map((v) => `${v.kind} ${v.subject}`).join(', ')}`)
    const fit = fitJoint(one, seed)
    if (fit.kind === 'fitted') joint.push(fit)
    else jointMissing.push({ market: one.market, why: fit.detail })
  }
  const body = {
    format: CALIBRATION_FORMAT,
    build: VERSION,
    chainId,
    wanted: { alarmsPerYear, confidence: CONFIDENCE, horizonBlocks, seed },
    series: fitted,
    joint,
    jointMissing,
  } as const
  return { document: { ...body, hash: canonicalHash(body) }, days }
}

function calibrateOne(series: Series, alarmsPerYear: number): CalibratedSeries {
  const { measure, subject, source, values, timesS } = series
  const valuesPerYear = perYearOf(series)
  const alarmShare = alarmsPerYear / valuesPerYear
  const rule: Rule | Failed = values.length < 2 ? tooFew(values.length) : fitRule(series, alarmShare)
  const level =
    rule.kind === 'fitted'
      ? (tooRare(yearsOf(series), alarmsPerYear) ?? returnLevel(rule.pot, alarmsPerYear, valuesPerYear, CONFIDENCE))
      : rule
  const threshold = rule.kind === 'fitted' && level.kind === 'fitted' ? thresholdOf(rule, alarmShare) : undefined
  return {
    measure,
    subject,
    source,
    fromS: timesS[0] ?? 0,
    toS: timesS.at(-1) ?? 0,
    values: values.length,
    valuesPerYear: Number.isFinite(valuesPerYear) ? valuesPerYear : 0,
    halfLifeRows: halfLifeOf(measure),
    ewma: ewmaOf(values),
    garch: isSigned(measure) ? garchOf(values) : null,
    tail: rule.kind === 'fitted' ? tailOf(rule) : null,
    threshold:
      threshold && level.kind === 'fitted'
        ? { ...threshold, perSigmaLow: level.low, perSigmaHigh: Number.isFinite(level.high) ? level.high : null }
        : null,
    why: level.kind === 'failed' ? level.detail : null,
    outOfTime: threshold ? outOfTime(series, alarmsPerYear) : [],
  }
}

const tooFew = (n: number): Failed => ({ kind: 'failed', reason: 'too-short', detail: `${n} values` })

/** Returns to and fro; shares and ratios are above 0. */
const isSigned = (measure: Series['measure']): boolean => measure === 'oracle-jump' || measure === 'price-move' || measure === 'depth-move'

function ewmaOf(values: Float64Array): CalibratedSeries['ewma'] {
  const fit = fitEwma(values)
  return fit.kind === 'failed' || !Number.isFinite(fit.logLikelihood)
    ? null
    : { lambda: fit.lambda, halfLifeRows: Math.log(0.5) / Math.log(fit.lambda), logLikelihood: fit.logLikelihood }
}

function garchOf(values: Float64Array): CalibratedSeries['garch'] {
  const fit = fitGarch(values)
  if (fit.kind === 'failed') return null
  const { omega, alpha, beta, logLikelihood, variances } = fit
  return { omega, alpha, beta, logLikelihood, longRun: Math.sqrt(omega / (1 - alpha - beta)), next: Math.sqrt(variances.at(-1) as number) }
}

function tailOf({ pot, extremalIndex }: Rule): NonNullable<CalibratedSeries['tail']> {
  return {
    quantile: pot.quantile,
    threshold: pot.threshold,
    excesses: pot.excesses.length,
    extremalIndex,
    xi: pot.gpd.xi,
    xiError: pot.gpd.xiError,
    scale: pot.gpd.sigma,
    scaleError: pot.gpd.sigmaError,
    andersonDarling: pot.statistic,
    pValue: pot.pValue,
    thresholdsTested: pot.candidates.length,
  }
}
