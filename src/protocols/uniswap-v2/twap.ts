// A pair's price added up over time, to the last bit as the pair does it (v2 white paper, 2.2), and samples of it for a mean over a window.
import { MAX_UINT256 } from '../../core/exact.ts'
import type { World } from '../../state/world.ts'

const Q112 = 2n ** 112n
/** Samples that are kept of a pair: one a sixteenth of the window, and half as many again. */
const SAMPLES = 24
const PER_WINDOW = 16

/** By the pair's row: both sums, and the time of the last change, modulo 2^32 as in the contract. */
export const sums = (world: World) =>
  ({
    price0: world.store.column('uniswapV2.price0', 'word'),
    price1: world.store.column('uniswapV2.price1', 'word'),
    lastS: world.store.column('uniswapV2.lastS', 'u32'),
  }) as const

/** SAMPLES cells a pair, a ring; `next` counts all that were taken. */
const samples = (world: World) =>
  ({
    timeS: world.store.column('uniswapV2.sampleS', 'f64'),
    sum: world.store.column('uniswapV2.sample', 'word'),
    next: world.store.column('uniswapV2.samples', 'u32'),
  }) as const

/** Before the reserves change: what stood until now counts for the time that it stood. */
export function accumulate(world: World, row: number, timeS: number): void {
  const { price0, price1, lastS } = sums(world)
  const [first, second] = sumsAt(world, row, timeS)
  price0.set(row, first)
  price1.set(row, second)
  lastS.set(row, timeS % 2 ** 32)
}

export function sumsAt(world: World, row: number, timeS: number): readonly [bigint, bigint] {
  const { price0, price1, lastS } = sums(world)
  const { reserve0, reserve1 } = world.pools.at(row)
  const elapsedS = BigInt((timeS - lastS.get(row)) >>> 0)
  const [first, second] = [price0.get(row), price1.get(row)]
  if (elapsedS === 0n || reserve0 === 0n || reserve1 === 0n) return [first, second]
  return [
    (first + ((reserve1 * Q112) / reserve0) * elapsedS) & MAX_UINT256,
    (second + ((reserve0 * Q112) / reserve1) * elapsedS) & MAX_UINT256,
  ]
}

/** Takes a sample if one is due, and gives the mean of token1 per token0 (or the other way round) over the window; 0: not that old yet. */
export function meanPrice(world: World, row: number, timeS: number, windowS: number, ofFirst: boolean): number {
  const now = sumsAt(world, row, timeS)[ofFirst ? 0 : 1]
  const kept = samples(world)
  const next = kept.next.get(row)
  const cell = (n: number): number => row * SAMPLES + (n % SAMPLES)
  let mean = 0
  for (let n = next - 1; n >= 0 && n >= next - SAMPLES; n--) {
    const thenS = kept.timeS.get(cell(n))
    if (thenS > timeS - windowS) continue
    mean = Number((now - kept.sum.get(cell(n))) & MAX_UINT256) / (timeS - thenS) / Number(Q112)
    break
  }
  if (next === 0 || timeS - kept.timeS.get(cell(next - 1)) >= windowS / PER_WINDOW) {
    kept.timeS.set(cell(next), timeS)
    kept.sum.set(cell(next), now)
    kept.next.set(row, next + 1)
  }
  return mean
}
