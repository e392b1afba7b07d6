// Fits how several boundaries are crossed together: margins by peaks over threshold, a t-copula between them, and the table that blocks look up.
import type { JointTail, TailVariable } from '../core/calibration.ts'
import { fitTCopula, tailDependence } from '../models/copula.ts'
import { type Failed, failed } from '../models/failure.ts'
import { buildJointTable } from '../models/joint-table.ts'
import { fitPot } from '../models/pot.ts'
import { filter, OTHER_HALF_LIFE_ROWS } from './calibrate-filter.ts'

export interface JointInput {
  readonly market: string
  readonly horizonBlocks: number
  readonly variables: readonly {
    readonly kind: TailVariable['kind']
    readonly subject: string
    /** One a horizon, of the same horizons in all: what is dangerous is positive. */
    readonly values: Float64Array
  }[]
}

export interface JointFit extends JointTail {
  readonly kind: 'fitted'
  readonly observations: number
  readonly correlation: readonly (readonly number[])[]
  readonly clipped: boolean
  readonly nu: number
  readonly nuLow: number
  readonly nuHigh: number
  readonly pairs: readonly {
    readonly of: readonly [number, number]
    readonly tau: number
    readonly tailDependence: number
    readonly tailDependenceLow: number
    readonly tailDependenceHigh: number
  }[]
  readonly seed: number
  /** Greatest relative standard error of the simulated part of the table. */
  readonly relativeError: number
}

const LEAST_HORIZONS = 300
const QUANTILES = [0.9, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.075, 0.05, 0.03, 0.02, 0.01]

export function fitJoint(input: JointInput, seed: number): JointFit | Failed {
  const residuals: Float64Array[] = []
  const variables: TailVariable[] = []
  for (const { kind, subject, values } of input.variables) {
    const { sigmas, warmFrom } = filter(values, OTHER_HALF_LIFE_ROWS)
    const known = sigmas.slice(warmFrom).sort()
    const positive = known.subarray(
      Math.max(
        0,
        known.findIndex((s) => s > 0),
      ),
    )
    if (positive.length < LEAST_HORIZONS || !((positive[0] as number) > 0))
      return failed(
        'too-short',
        `${values.length} horizons of ${kind} ${subject}; at least ${OTHER_HALF_LIFE_ROWS + LEAST_HORIZONS} are needed`,
      )
    const sigmaLow = positive[Math.floor(0.01 * (positive.length - 1))] as number
    const sigmaHigh = positive.at(-1) as number
    const sizes = Float64Array.from(values.subarray(warmFrom), (v, i) => v / Math.max(sigmaLow, sigmas[warmFrom + i] as number))
    const pot = fitPot(sizes)
    if (pot.kind === 'failed') return failed(pot.reason, `${kind} ${subject}: ${pot.detail}`)
    const sorted = sizes.slice().sort()
    const quantiles = QUANTILES.filter((p) => p > pot.share).map(
      (p) => [p, sorted[Math.min(sorted.length - 1, Math.ceil((1 - p) * sorted.length))] as number] as const,
    )
    residuals.push(sizes)
    variables.push({
      kind,
      subject,
      sigma: sigmas.at(-1) as number,
      sigmaLow,
      sigmaHigh,
      threshold: pot.threshold,
      share: pot.share,
      values: sizes.length,
      xi: pot.gpd.xi,
      scale: pot.gpd.sigma,
      excesses: pot.excesses.length,
      quantiles,
    })
  }
  const copula = fitTCopula(residuals)
  if (copula.kind === 'failed') return copula
  const { correlation, nu, nuLow, nuHigh, clipped } = copula
  const built = buildJointTable(correlation, [nuHigh, nu, nuLow], seed)
  if (built.kind === 'failed') return built
  const pairs = correlation.flatMap((row, i) =>
    row.flatMap((rho, j) =>
      j <= i
        ? []
        : [
            {
              of: [i, j] as const,
              tau: (2 / Math.PI) * Math.asin(rho),
              tailDependence: tailDependence(rho, nu),
              tailDependenceLow: tailDependence(rho, nuHigh),
              tailDependenceHigh: tailDependence(rho, nuLow),
            },
          ],
    ),
  )
  const { market, horizonBlocks } = input
  const observations = (residuals[0] as Float64Array).length
  const { table, relativeError } = built
  return {
    kind: 'fitted',
    market,
    horizonBlocks,
    variables,
    observations,
    correlation,
    clipped,
    nu,
    nuLow,
    nuHigh,
    pairs,
    table,
    seed,
    relativeError,
  }
}
