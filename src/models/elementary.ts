// What core/math.ts doesn't have of exp and its kin, with the same promise: + - * / and bit moves, so the same bits on every engine.
import { ln } from '../core/math.ts'

const bits = new DataView(new ArrayBuffer(8))
const LN2_HI = 0.6931471803691238 // upper bits of ln 2: exact times any exponent
const LN2_LO = 1.9082149292705877e-10
const HALF_PI = 1.5707963267948966
export const PI = 2 * HALF_PI
export const HALF_LN_2PI = 0.9189385332046728

/** 2^k for a whole k from -1022 to 1023. */
function powerOf2(k: number): number {
  bits.setUint32(0, (k + 1023) << 20)
  bits.setUint32(4, 0)
  return bits.getFloat64(0)
}

/** e^r - 1 for |r| up to 0.35, by Taylor's series; the first term left out is under 1e-17 of the result. */
function smallExpm1(r: number): number {
  let series = 1
  for (let n = 15; n >= 2; n -= 1) series = 1 + (series * r) / n
  return series * r
}

/** e^x. Relative error under 4e-16 where the result is normal; 0 below -745.2, Infinity above 709.8. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY
  if (x < -745.2) return 0
  const k = Math.round(x / (LN2_HI + LN2_LO))
  const value = 1 + smallExpm1(x - k * LN2_HI - k * LN2_LO)
  const half = Math.trunc(k / 2) // in two steps, for 2^k alone may not be normal
  return value * powerOf2(half) * powerOf2(k - half)
}

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
