// A v4 pool remembers no prices, so we do: ticks added up over time, as v3's pools do themselves, and samples of the sum for a mean.
import type { World } from '../../state/world.ts'

/** Samples that are kept of a pool: one a sixteenth of the window, and half as many again. */
const SAMPLES = 24
const PER_WINDOW = 16

/** By the pool's row. Sums of ticks times seconds are whole and under 2^53 for as long as unix time is. */
const kept = (world: World) =>
  ({
    sum: world.store.column('uniswapV4.sum', 'f64'),
    lastS: world.store.column('uniswapV4.lastS', 'f64'),
    sampleS: world.store.column('uniswapV4.sampleS', 'f64'),
    sample: world.store.column('uniswapV4.sample', 'f64'),
    next: world.store.column('uniswapV4.samples', 'u32'),
  }) as const

/** Before the tick changes: the one that stood until now counts for the time that it stood. */
export function accumulate(world: World, row: number, timeS: number): void {
  const { sum, lastS } = kept(world)
  const last = lastS.get(row)
  if (last > 0) sum.set(row, sum.get(row) + world.pools.columns.tick.get(row) * (timeS - last))
  lastS.set(row, timeS)
}

/** Mean tick over the window, and a sample if one is due; undefined: we have not watched for that long. */
export function meanTick(world: World, row: number, timeS: number, windowS: number): number | undefined {
  accumulate(world, row, timeS)
  const { sum, sampleS, sample, next } = kept(world)
  const [now, count] = [sum.get(row), next.get(row)]
  const cell = (n: number): number => row * SAMPLES + (n % SAMPLES)
  let mean: number | undefined
  for (let n = count - 1; n >= 0 && n >= count - SAMPLES && mean === undefined; n--) {
    const thenS = sampleS.get(cell(n))
    if (thenS <= timeS - windowS) mean = (now - sample.get(cell(n))) / (timeS - thenS)
  }
  if (count === 0 || timeS - sampleS.get(cell(count - 1)) >= windowS / PER_WINDOW) {
    sampleS.set(cell(count), timeS)
    sample.set(cell(count), now)
    next.set(row, count + 1)
  }
  return mean
}
