// What core/math.ts doesn't have of exp and its kin, with the same promise: + - * / and bit moves, so the same bits on every engine.
import { exp, smallExpm1 } from '../core/exp.ts'
import { ln } from '../core/math.ts'

export { exp }

const HALF_PI = 1.5707963267948966
export const PI = 2 * HALF_PI
export const HALF_LN_2PI = 0.9189385332046728

/** e^x - 1, exact for small x too. */
export const expm1 = (x: number): number => (Math.abs(x) < 0.35 ? smallExpm1(x) : exp(x) - 1)

/** ln(1 + x), exact for small x too; -Infinity at -1, NaN below. */
export function log1p(x: number): number {
  if (Math.abs(x) > 0.25) return ln(1 + x)
  const s = x / (2 + x) // ln(1 + x) = 2 atanh s, |s| < 0.15
  const z = s * s
  let series = 0
  for (let n = 21; n >= 3; n -= 2) series = (series + 1 / n) * z
  return 2 * s * (1 + series)
}

/** sin(pi x / 2) for x from -1 to 1. */
export function sinHalfPi(x: number): number {
  const angle = x * HALF_PI
  const z = angle * angle
  let series = 1
  for (let n = 24; n >= 2; n -= 2) series = 1 - (series * z) / (n * (n + 1))
  return angle * series
}
