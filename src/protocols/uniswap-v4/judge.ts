// The law of a swap along ticks: the pool gives at most what its curve gives on that way, takes at least what it takes, and has in range
// what the ticks that were crossed make of it. Exact: a pool cuts the way into more pieces than we do, and rounds each to its own gain.
import { amountsTo, type Liquidity } from '../../core/tick-depth.ts'
import type { V4Event } from './decode.ts'

export interface SwapLoss {
  /** Smallest units that left beyond what the curve gives, or were not paid. */
  readonly lost0: bigint
  readonly lost1: bigint
  /** Liquidity in range that crossed ticks don't explain, either way. */
  readonly strangeLiquidity: bigint
}

/** undefined: the way leaves the ticks that are known, so it can't be judged. */
export function judgeSwap(before: Liquidity, swap: Extract<V4Event, { kind: 'swap' }>): SwapLoss | undefined {
  const falls = swap.sqrtPriceX96 < before.sqrtPriceX96
  if (swap.tick < before.low || swap.tick > before.high || before.tick < before.low || before.tick > before.high) return undefined
  const { amount0, amount1 } = amountsTo(before, swap.sqrtPriceX96)
  // a falling price takes currency 0 in and gives currency 1
  const [given0, given1] = falls ? [-amount0, amount1] : [amount0, -amount1]
  const above = (is: bigint, may: bigint): bigint => (is > may ? is - may : 0n)
  let expected = before.liquidity
  for (const { tick, net } of before.nets) {
    if (falls && tick <= before.tick && tick > swap.tick) expected -= net
    if (!falls && tick > before.tick && tick <= swap.tick) expected += net
  }
  const strange = swap.liquidity - expected
  return { lost0: above(swap.amount0, given0), lost1: above(swap.amount1, given1), strangeLiquidity: strange < 0n ? -strange : strange }
}
