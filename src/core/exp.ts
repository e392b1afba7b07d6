// e^x with the promise of math.ts: + - * / and bit moves only, so the same bits on every engine.

const bits = new DataView(new ArrayBuffer(8))
const LN2_HI = 0.6931471803691238 // upper bits of ln 2: exact times any exponent
const LN2_LO = 1.9082149292705877e-10

/** 2^k for a whole k from -1022 to 1023. */
function powerOf2(k: number): number {
  bits.setUint32(0, (k + 1023) << 20)
  bits.setUint32(4, 0)
  return bits.getFloat64(0)
}

/** e^r - 1 for |r| up to 0.35, by Taylor's series; the first term left out is under 1e-17 of the result. */
export function smallExpm1(r: number): number {
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
