// What a pool pays out, and takes in, while its price goes to a target: tick by tick along its liquidity, no fee counted.
import { isqrt, MAX_SQRT_PRICE_X96, MIN_SQRT_PRICE_X96, sqrtPriceAt } from '../../core/tick-math.ts'

const Q96 = 96n

export interface Liquidity {
  readonly sqrtPriceX96: bigint
  readonly tick: number
  readonly liquidity: bigint
  /** Beyond these ticks nothing is known, and nothing counts. */
  readonly low: number
  readonly high: number
  /** Ascending by tick, all within low and high. */
  readonly nets: readonly { readonly tick: number; readonly net: bigint }[]
}

/** Prices at which the base token has fallen or risen by the band; they lie the other way round if the base is token1. */
export function bandEnds(sqrtPriceX96: bigint, bandBps: number, baseIsFirst: boolean): { readonly down: bigint; readonly up: bigint } {
  const [whole, lower, higher] = [10_000n, BigInt(10_000 - bandBps), BigInt(10_000 + bandBps)]
  const times = (over: bigint, under: bigint): bigint => inBounds(isqrt((sqrtPriceX96 * sqrtPriceX96 * over) / under))
  return baseIsFirst ? { down: times(lower, whole), up: times(higher, whole) } : { down: times(whole, lower), up: times(whole, higher) }
}

/** Smallest units that change hands until the price is at the target, each rounded down; one comes in, the other goes out. */
export function amountsTo(from: Liquidity, targetX96: bigint): { readonly amount0: bigint; readonly amount1: bigint } {
  const falls = targetX96 < from.sqrtPriceX96
  const end = falls ? larger(targetX96, sqrtPriceAt(from.low)) : smaller(targetX96, sqrtPriceAt(from.high))
  const ahead = falls ? from.nets.filter(({ tick }) => tick <= from.tick).reverse() : from.nets.filter(({ tick }) => tick > from.tick)
  let [at, liquidity, amount0, amount1] = [from.sqrtPriceX96, from.liquidity, 0n, 0n]
  const goTo = (next: bigint): void => {
    const [low, high] = falls ? [next, at] : [at, next]
    if (low >= high) return
    if (liquidity > 0n) {
      amount0 += ((liquidity << Q96) * (high - low)) / high / low
      amount1 += (liquidity * (high - low)) >> Q96
    }
    at = next
  }
  for (const { tick, net } of ahead) {
    const next = sqrtPriceAt(tick)
    if (falls ? next < end : next > end) break
    goTo(next)
    liquidity += falls ? -net : net
  }
  goTo(end)
  return { amount0, amount1 }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const inBounds = (root: bigint): bigint => smaller(larger(root, MIN_SQRT_PRICE_X96 + 1n), MAX_SQRT_PRICE_X96 - 1n)
