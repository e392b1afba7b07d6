// A pool's row, what we know of its ticks, and the columns beside both: where it was read last, and how far.
import type { Hex } from '../core/flow.ts'
import type { Liquidity } from '../core/tick-depth.ts'
import { addressWord } from '../core/words.ts'
import { signed, unsigned } from '../store/column.ts'
import { MOST_LIQUIDITY, outermost, reachOf, type Scan } from './tick-scan.ts'
import type { World } from './world.ts'

/** By the pool's row. `doubt` 1: an event said what can't be, so all is read again. */
export const scanned = (world: World) =>
  ({
    spacing: world.store.column('pools.spacing', 'u32'),
    centre: world.store.column('pools.centre', 'f64'),
    low: world.store.column('pools.low', 'f64'),
    high: world.store.column('pools.high', 'f64'),
    doubt: world.store.column('pools.doubt', 'u32'),
  }) as const

/** Ticks outside what was read have no row, or one that reads 0: what we know in part is not kept. */
export function writeScan(world: World, row: number, pool: string, scan: Scan): void {
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

function writeTick(world: World, row: number, pool: string, tick: number, net: bigint): void {
  const { ticks } = world
  const at = ticks.rowOf(`${pool}:${tick}`)
  ticks.columns.pool.set(at, row + 1)
  ticks.columns.tick.set(at, tick)
  ticks.columns.liquidityNet.set(at, unsigned(net))
}

function netAt(world: World, pool: string, tick: number): bigint {
  const at = world.ticks.find(`${pool}:${tick}`)
  return at === undefined ? 0n : signed(world.ticks.columns.liquidityNet.get(at))
}

/** Was this tick read, and so may be kept by events? */
function isKnown(world: World, row: number, tick: number): boolean {
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

/** Liquidity that came to a range, or left it. What can't be is not written: all is read again. */
export function applyLiquidity(
  world: World,
  row: number,
  key: string,
  { low, high, amount }: { readonly low: number; readonly high: number; readonly amount: bigint },
): void {
  const { columns } = world.pools
  const tick = columns.tick.get(row)
  const liquidity = columns.liquidity.get(row) + (low <= tick && tick < high ? amount : 0n)
  const nets = [
    [low, netAt(world, key, low) + amount],
    [high, netAt(world, key, high) - amount],
  ] as const
  const possible = (net: bigint): boolean => net <= MOST_LIQUIDITY && net >= -MOST_LIQUIDITY
  if (liquidity < 0n || liquidity > MOST_LIQUIDITY || !nets.every(([at, net]) => !isKnown(world, row, at) || possible(net))) {
    scanned(world).doubt.set(row, 1)
    return
  }
  columns.liquidity.set(row, liquidity)
  for (const [at, net] of nets) if (isKnown(world, row, at)) writeTick(world, row, key, at, net)
}

/** A scan is good while the price stays in its middle. */
export function isScanDue(world: World, row: number, bandBps: number, tick: number): boolean {
  const { spacing, centre, low, high, doubt } = scanned(world)
  const { drift } = reachOf(bandBps, spacing.get(row))
  return doubt.get(row) === 1 || Math.abs(tick - centre.get(row)) > drift || tick < low.get(row) || tick > high.get(row)
}
