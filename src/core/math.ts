// Floats whose bits are the same on every engine: only + - * / and bit moves, never Math.log, exp or pow.

const bits = new DataView(new ArrayBuffer(8))
const LN2_HI = 0.6931471803691238 // upper bits of ln 2: exact times any exponent
const LN2_LO = 1.9082149292705877e-10
const SQRT2 = Math.sqrt(2)

/** Natural logarithm of a positive number; -Infinity at 0, NaN below. Relative error under 1e-15. */
export function ln(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x > 0 ? x : Number.NaN
  let scale = 0
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984 // 2^54 makes a subnormal normal
    scale = -54
  }
  bits.setFloat64(0, x)
  const high = bits.getUint32(0)
  let exponent = (high >>> 20) - 1023 + scale
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000)
  let mantissa = bits.getFloat64(0)
  if (mantissa > SQRT2) {
    mantissa /= 2
    exponent += 1
  }
  const s = (mantissa - 1) / (mantissa + 1) // ln m = 2 atanh s, |s| < 0.172
  const z = s * s
  let series = 0
  for (let n = 23; n >= 3; n -= 2) series = (series + 1 / n) * z
  return exponent * LN2_HI + (2 * s * (1 + series) + exponent * LN2_LO)
}

/** 2^(-x) for x >= 0 by squaring of the fractional part's digits: what half-lives need. */
export function halved(x: number): number {
  if (!(x >= 0)) return Number.NaN
  if (x > 1074) return 0
  let whole = x - (x % 1)
  let fraction = x % 1
  let result = 1
  let root = Math.sqrt(0.5) // 2^(-1/2), then its square roots
  for (let bit = 0.5; fraction > 0 && bit > 1e-17; bit /= 2) {
    if (fraction >= bit) {
      result *= root
      fraction -= bit
    }
    root = Math.sqrt(root)
  }
  while (whole > 0) {
    result /= 2
    whole -= 1
  }
  return result
}
