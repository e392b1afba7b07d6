// How likely a market's boundaries are crossed together soon: a reason to look closer before any of them is. Never an action on chain.
import type { JointTail, TailVariable } from '../core/calibration.ts'
import type { Hex } from '../core/flow.ts'
import { ln } from '../core/math.ts'
import { exp } from '../models/elementary.ts'
import { gpdLogTail } from '../models/gpd.ts'
import { pairOf, tripleOf } from '../models/joint-table.ts'

/** A probability with its 95 % interval. */
export interface Estimate {
  readonly probability: number
  readonly low: number
  readonly high: number
}

export interface Boundary extends Estimate {
  readonly kind: TailVariable['kind']
  readonly subject: string
  /** How far the variable is from it, a logarithm of prices or of depth; 0 or less: it is crossed. */
  readonly distance: number
  /** Volatility over the horizon, in the same unit. */
  readonly sigma: number
}

export interface Readiness {
  readonly market: string
  readonly horizonBlocks: number
  readonly boundaries: readonly Boundary[]
  /** null with two boundaries. */
  readonly allThree: Estimate | null
  readonly atLeastTwo: Estimate
  readonly calibrationHash: Hex
}

/** @param now distance and running volatility of each variable; undefined: not known yet */
export function readiness(
  joint: JointTail,
  now: readonly { readonly distance: number; readonly sigma: number | undefined }[],
  calibrationHash: Hex,
): Readiness {
  const boundaries = joint.variables.map((variable, i): Boundary => {
    const { distance, sigma } = now[i] as (typeof now)[number]
    const kept = Math.min(variable.sigmaHigh, Math.max(variable.sigmaLow, sigma ?? variable.sigma))
    return { kind: variable.kind, subject: variable.subject, distance, sigma: kept, ...tailOf(variable, distance, kept) }
  })
  const of = (pick: (b: Boundary) => number, nu: number) => together(joint, boundaries.map(pick), nu)
  // margins and degrees of freedom at their ends at once: wider than 95 %, and simple
  const best = of((b) => b.probability, 1)
  const low = of((b) => b.low, 0)
  const high = of((b) => b.high, 2)
  const estimate = (pick: (t: ReturnType<typeof together>) => number): Estimate => ({
    probability: pick(best),
    low: Math.min(pick(low), pick(best)),
    high: Math.max(pick(high), pick(best)),
  })
  return {
    market: joint.market,
    horizonBlocks: joint.horizonBlocks,
    boundaries,
    allThree: joint.variables.length === 3 ? estimate((t) => t.all) : null,
    atLeastTwo: estimate((t) => t.two),
    calibrationHash,
  }
}

function together({ table, variables }: JointTail, tails: readonly number[], nu: number): { readonly all: number; readonly two: number } {
  const [a, b, c] = tails as readonly [number, number, number]
  if (variables.length === 2) {
    const both = pairOf(table, nu, 0, a, b)
    return { all: both, two: both }
  }
  const pairs = [pairOf(table, nu, 0, a, b), pairOf(table, nu, 1, a, c), pairOf(table, nu, 2, b, c)]
  const all = Math.min(tripleOf(table, nu, [a, b, c]) ?? 0, ...pairs)
  const sum = pairs.reduce((s, p) => s + p, 0)
  return { all, two: Math.min(1, Math.max(sum - 2 * all, ...pairs)) }
}

/**
 * P(the variable goes further than `distance` within the horizon). Beyond the threshold by the GPD, its interval by the delta method on the
 * logarithm (Smith 1984 for the parameters, the binomial for the share); below by the quantiles.
 */
export function tailOf(variable: TailVariable, distance: number, sigma: number): Estimate {
  if (distance <= 0) return { probability: 1, low: 1, high: 1 }
  const size = distance / sigma
  const { threshold, share, values, xi, scale, excesses } = variable
  if (size <= threshold) {
    const probability = quantileTail(variable, size)
    return around(probability, Math.sqrt((1 - probability) / (probability * values)))
  }
  const y = size - threshold
  const logTail = gpdLogTail(y, { xi, sigma: scale })
  if (logTail === Number.NEGATIVE_INFINITY) return { probability: 0, low: 0, high: share * exp(-30) }
  const z = y / scale
  const byXi = Math.abs(xi) < 1e-6 ? (z * z) / 2 : ln(1 + xi * z) / (xi * xi) - z / (xi * (1 + xi * z))
  const byScale = z / (scale * (1 + xi * z))
  const k = (1 + xi) / excesses
  const variance = k * ((1 + xi) * byXi * byXi + 2 * scale * scale * byScale * byScale - 2 * scale * byXi * byScale)
  return around(share * exp(logTail), Math.sqrt(Math.max(0, variance) + (1 - share) / (share * values)))
}

const NORMAL_95 = 1.959963984540054

const around = (probability: number, logError: number): Estimate => ({
  probability,
  low: probability * exp(-NORMAL_95 * logError),
  high: Math.min(1, probability * exp(NORMAL_95 * logError)),
})

/** Straight between the quantiles in the probability's logarithm; nearer than all of them: as the nearest. */
function quantileTail({ quantiles, threshold, share }: TailVariable, size: number): number {
  const points = [...quantiles, [share, threshold] as const]
  const next = points.findIndex(([, value]) => size <= value)
  if (next <= 0) return (points[0] as readonly [number, number])[0]
  const [p0, v0] = points[next - 1] as readonly [number, number]
  const [p1, v1] = points[next] as readonly [number, number]
  return v1 > v0 ? p0 * exp(((size - v0) / (v1 - v0)) * ln(p1 / p0)) : p1
}
