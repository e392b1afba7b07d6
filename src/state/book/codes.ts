// Values of a line as 32-bit codes in the same order: a trigger's key in four bytes, rounded to the side on which it wakes too early.

const float = new Float64Array(1)
const lanes = new Uint32Array(float.buffer)

/** Codes of values from 2^-64 to 2^192 have 23 bits of mantissa: neighbours are at most 1.2e-7 of the value apart. */
const LEAST_EXPONENT = (1023 - 64) << 20
const EXPONENTS = 256 << 20
const LOST = 0x1fff_ffff
const ZERO = 0x8000_0000
const MOST = 0x7fff_ffff

/** Beyond all values that have a code of their own. */
export const LOWEST_CODE = ZERO - MOST
export const HIGHEST_CODE = ZERO + MOST

/** The greatest code whose value is at most this one; `value < valueOf(code)` is `codeBelow(value) < code`. */
export const codeBelow = (value: number): number => (value < 0 ? ZERO - magnitude(-value, true) : ZERO + magnitude(value, false))
/** The least code whose value is at least this one; `value > valueOf(code)` is `codeAbove(value) > code`. */
export const codeAbove = (value: number): number => (value < 0 ? ZERO - magnitude(-value, false) : ZERO + magnitude(value, true))

function magnitude(value: number, up: boolean): number {
  if (value === 0) return 0
  if (Number.isNaN(value)) throw new RangeError('a line has no value: NaN')
  float[0] = value
  const low = lanes[0] as number
  const high = (lanes[1] as number) - LEAST_EXPONENT
  if (high < 0) return up ? 1 : 0
  if (high >= EXPONENTS) return MOST
  const code = high * 8 + (low >>> 29)
  return up && (low & LOST) !== 0 && code < MOST ? code + 1 : code
}
