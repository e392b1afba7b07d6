// Does a generalised Pareto law fit at all? The test that weighs the tail, with its p-value by the shape that was estimated.
import { ln } from '../core/math.ts'
import { exp, expm1 } from './elementary.ts'
import { type Gpd, gpdLogTail } from './gpd.ts'

export interface GoodnessOfFit {
  /** Anderson and Darling's A^2. */
  readonly statistic: number
  readonly pValue: number
}

/** P(A^2 > critical value), for the columns after the first of the table. */
export const LEVELS: readonly number[] = [0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
/** Shape, then critical values: of the limit law with both parameters estimated. Made by scripts/reference/models.py. */
export const CRITICAL: readonly (readonly number[])[] = [
  [-0.5, 0.2532, 0.3432, 0.4958, 0.7354, 1.0613, 1.3206, 1.5899, 1.958, 2.2435, 2.9219],
  [-0.4, 0.2426, 0.3267, 0.468, 0.6881, 0.9853, 1.2209, 1.4654, 1.7993, 2.0583, 2.6739],
  [-0.3, 0.2337, 0.313, 0.4452, 0.6494, 0.9236, 1.1404, 1.365, 1.6716, 1.9094, 2.4747],
  [-0.2, 0.2263, 0.3015, 0.4262, 0.6175, 0.873, 1.0744, 1.2828, 1.5673, 1.7878, 2.3122],
  [-0.1, 0.22, 0.2919, 0.4103, 0.591, 0.831, 1.0198, 1.2148, 1.4809, 1.6872, 2.1777],
  [0, 0.2147, 0.2838, 0.397, 0.5687, 0.7959, 0.974, 1.1579, 1.4087, 1.603, 2.0652],
  [0.1, 0.2102, 0.277, 0.3858, 0.55, 0.7662, 0.9354, 1.1099, 1.3477, 1.5319, 1.9701],
  [0.2, 0.2065, 0.2712, 0.3763, 0.5341, 0.7411, 0.9026, 1.0691, 1.2958, 1.4714, 1.889],
  [0.3, 0.2033, 0.2663, 0.3682, 0.5206, 0.7196, 0.8746, 1.0341, 1.2513, 1.4195, 1.8195],
  [0.4, 0.2006, 0.2622, 0.3614, 0.509, 0.7012, 0.8505, 1.0041, 1.213, 1.3748, 1.7594],
  [0.5, 0.1984, 0.2587, 0.3555, 0.4991, 0.6853, 0.8298, 0.9782, 1.1799, 1.336, 1.7074],
  [0.7, 0.1949, 0.2532, 0.3462, 0.4832, 0.6598, 0.7963, 0.9362, 1.1262, 1.2732, 1.6227],
  [0.9, 0.1923, 0.2492, 0.3395, 0.4715, 0.6408, 0.7712, 0.9047, 1.0856, 1.2255, 1.5582],
  [1.2, 0.1898, 0.2452, 0.3325, 0.4594, 0.621, 0.7449, 0.8714, 1.0426, 1.1749, 1.4892],
  [1.5, 0.1883, 0.2428, 0.3283, 0.4519, 0.6085, 0.7282, 0.8502, 1.0151, 1.1424, 1.4447],
]

/**
 * A^2 of excesses against a GPD that was fitted to them by likelihood; p-values as in Choulakian and Stephens (2001), good from 25 excesses
 * up. Shapes outside -0.5 to 1.5 take the table's end.
 */
export function andersonDarling(excesses: ArrayLike<number>, gpd: Gpd): GoodnessOfFit {
  const logTails = Float64Array.from(excesses, (y) => gpdLogTail(y, gpd))
    .sort()
    .reverse() // rising in y
  const n = logTails.length
  let sum = 0
  for (let i = 0; i < n; i += 1) sum += (2 * i + 1) * (ln(-expm1(logTails[i] as number)) + (logTails[n - 1 - i] as number))
  const statistic = -n - sum / n
  return { statistic, pValue: pValueOf(statistic, gpd.xi) }
}

/** Between shapes straight in the critical value, between levels and beyond the last in ln p. */
function pValueOf(statistic: number, xi: number): number {
  const critical = criticalValues(xi)
  let i = critical.findIndex((value) => statistic < value)
  if (i < 0) i = critical.length - 1
  const [x0, p0] = i === 0 ? [0, 1] : [critical[i - 1] as number, LEVELS[i - 1] as number]
  const [x1, p1] = [critical[i] as number, LEVELS[i] as number]
  const logP = ln(p0) + ((statistic - x0) / (x1 - x0)) * (ln(p1) - ln(p0))
  return logP >= 0 ? 1 : exp(logP)
}

function criticalValues(xi: number): readonly number[] {
  const next = CRITICAL.findIndex((row) => xi <= (row[0] as number))
  if (next === 0) return (CRITICAL[0] as readonly number[]).slice(1)
  const above = CRITICAL[next < 0 ? CRITICAL.length - 1 : next] as readonly number[]
  if (next < 0) return above.slice(1)
  const below = CRITICAL[next - 1] as readonly number[]
  const share = (xi - (below[0] as number)) / ((above[0] as number) - (below[0] as number))
  return above.slice(1).map((value, i) => (1 - share) * (below[i + 1] as number) + share * value)
}
