// Ticks and square roots of prices, to the last bit as a pool has them: a tick is a factor of 1.0001 in price (Uniswap v3 white paper, 6.1).
import { MAX_UINT256 } from './exact.ts'
import { ln } from './math.ts'

/** 1.0001^(-2^n / 2) for n from 0 to 19, to the nearest 1/2^128: the constants of the pool's own arithmetic. */
const POWERS_X128 = powersX128()
/** 1.0001^MAX_TICK is just under 2^128. */
export const MAX_TICK = 887_272
/** A pool's price is never at or beyond these. */
export const MIN_SQRT_PRICE_X96 = sqrtPriceAt(-MAX_TICK)
export const MAX_SQRT_PRICE_X96 = sqrtPriceAt(MAX_TICK)
/** Natural logarithm of one tick. */
export const LN_TICK = ln(1.0001)

const Q96 = Number(1n << 96n)
const Q128 = Number(1n << 128n)

/** Square root of token1 per token0 at a whole tick, times 2^96, rounded up as pools do. */
export function sqrtPriceAt(tick: number): bigint {
  const root = sqrtRatioX128(tick)
  return (root + 0xffff_ffffn) >> 32n
}

/** Token1 per token0, smallest units, at a tick that need not be whole (a mean is not). Relative error under 1e-14. */
export function priceAtTick(tick: number): number {
  const whole = Math.floor(tick)
  const root = Number(sqrtRatioX128(whole)) / Q128
  const rest = (tick - whole) * LN_TICK // under 1e-4: its series ends soon
  return root * root * (1 + rest * (1 + (rest / 2) * (1 + rest / 3)))
}

/** Token1 per token0, smallest units. */
export function priceAtRoot(sqrtPriceX96: bigint): number {
  const root = Number(sqrtPriceX96) / Q96
  return root * root
}

/** Whole square root, rounded down (Newton's method from above). */
export function isqrt(n: bigint): bigint {
  if (n < 2n) return n
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return x
    x = next
  }
}

/** Product of the powers that the tick's binary digits pick, each step cut off at 128 bits: the pool's own order of rounding. */
function sqrtRatioX128(tick: number): bigint {
  let ratio = 1n << 128n
  let digits = Math.abs(tick)
  for (const power of POWERS_X128) {
    if (digits % 2 === 1) ratio = (ratio * power) >> 128n
    digits = Math.floor(digits / 2)
  }
  return tick > 0 ? MAX_UINT256 / ratio : ratio
}

function powersX128(): readonly bigint[] {
  const bits = 512n
  const found: bigint[] = []
  for (let power = isqrt(((1n << (2n * bits)) * 10_000n) / 10_001n); found.length < 20; power = (power * power) >> bits)
    found.push((power + (1n << (bits - 129n))) >> (bits - 128n))
  return found
}
