// A pool's row, what we know of its ticks, and the columns beside both: where it was read last, and how far.
import type { Hex } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import { signed, unsigned } from '../../store/column.ts'
import type { Liquidity } from './depth.ts'
import { outermost, type Scan } from './scan.ts'

/** By the pool's row. `doubt` 1: an event said what can't be, so all is read again. */
export const scanned = (world: World) =>
  ({
    spacing: world.store.column('uniswapV3.spacing', 'u32'),
    centre: world.store.column('uniswapV3.centre', 'f64'),
    low: world.store.column('uniswapV3.low', 'f64'),
    high: world.store.column('uniswapV3.high', 'f64'),
    doubt: world.store.column('uniswapV3.doubt', 'u32'),
  }) as const

/** Ticks outside what was read have no row, or one that reads 0: what we know in part is not kept. */
export function writeScan(world: World, row: number, pool: Hex, scan: Scan): void {
  const { columns } = world.pools
  columns.sqrtPriceX96.set(row, scan.sqrtPriceX96)
  columns.tick.set(row, scan.tick)
  columns.liquidity.set(row, scan.liquidity)
  const state = scanned(world)
  state.centre.set(row, scan.tick)
  state.low.set(row, scan.low)
  state.high.set(row, scan.high)
  state.doubt.set(row, 0)
  const { ticks } = world
  for (let n = 0; n < ticks.count; n++)
    if (ticks.columns.pool.get(n) === row + 1 && !scan.nets.has(ticks.columns.tick.get(n))) ticks.columns.liquidityNet.set(n, 0n)
  for (const [tick, net] of scan.nets) {
    // a tick without liquidity needs no row to say so
    if (net !== 0n || ticks.find(`${pool}:${tick}`) !== undefined) writeTick(world, row, pool, tick, net)
  }
}

export function writeTick(world: World, row: number, pool: Hex, tick: number, net: bigint): void {
  const { ticks } = world
  const at = ticks.rowOf(`${pool}:${tick}`)
  ticks.columns.pool.set(at, row + 1)
  ticks.columns.tick.set(at, tick)
  ticks.columns.liquidityNet.set(at, unsigned(net))
}

export function netAt(world: World, pool: Hex, tick: number): bigint {
  const at = world.ticks.find(`${pool}:${tick}`)
  return at === undefined ? 0n : signed(world.ticks.columns.liquidityNet.get(at))
}

/** Was this tick read, and so may be kept by events? */
export function isKnown(world: World, row: number, tick: number): boolean {
  const { spacing, low, high } = scanned(world)
  return (tick >= low.get(row) && tick <= high.get(row)) || outermost(spacing.get(row)).includes(tick)
}

export function liquidityOf(world: World, row: number): Liquidity {
  const { columns } = world.pools
  const state = scanned(world)
  const [low, high] = [state.low.get(row), state.high.get(row)]
  const nets: { readonly tick: number; readonly net: bigint }[] = []
  const { ticks } = world
  for (let n = 0; n < ticks.count; n++) {
    const tick = ticks.columns.tick.get(n)
    if (ticks.columns.pool.get(n) !== row + 1 || tick < low || tick > high) continue
    const net = signed(ticks.columns.liquidityNet.get(n))
    if (net !== 0n) nets.push({ tick, net })
  }
  nets.sort((a, b) => a.tick - b.tick)
  return {
    sqrtPriceX96: columns.sqrtPriceX96.get(row),
    tick: columns.tick.get(row),
    liquidity: columns.liquidity.get(row),
    low,
    high,
    nets,
  }
}

export const isBaseFirst = (world: World, row: number): boolean => world.pools.columns.base.get(row) < world.pools.columns.quote.get(row)

/** The pool's two tokens as its own answers have them; undefined if the base is neither: the config means another pool. */
export function pairOf(
  base: Hex,
  token0: bigint | undefined,
  token1: bigint | undefined,
): readonly [base: bigint, quote: bigint] | undefined {
  const word = addressWord(base)
  if (token0 === undefined || token1 === undefined || token0 >= token1) return undefined
  if (word === token0) return [token0, token1]
  return word === token1 ? [token1, token0] : undefined
}
