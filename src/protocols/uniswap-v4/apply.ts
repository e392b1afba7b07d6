// How a block changes a pool of the manager: its events, each swap judged by the curve, then what was read, then prices, depth and what it owes.
import { toFloat } from '../../core/exact.ts'
import type { BlockInput, Log } from '../../core/flow.ts'
import { amountsTo, bandEnds } from '../../core/tick-depth.ts'
import { MAX_SQRT_PRICE_X96, MAX_TICK, MIN_SQRT_PRICE_X96, priceAtRoot, priceAtTick } from '../../core/tick-math.ts'
import { addressWord } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import { applyLiquidity, isBaseFirst, liquidityOf, scanned, writeScan } from '../../state/pool-ticks.ts'
import type { Answers } from '../../state/protocol.ts'
import { POOL_LOSS } from '../../state/tables.ts'
import { scanOf } from '../../state/tick-scan.ts'
import type { World } from '../../state/world.ts'
import { decodeV4Log, type V4Event } from './decode.ts'
import { judgeSwap, type SwapLoss } from './judge.ts'
import type { V4PoolSpec } from './spec.ts'
import { accumulate, meanTick } from './twap.ts'
import { viewsOf } from './views.ts'

export function applyPool(world: World, spec: V4PoolSpec, block: BlockInput, answers: Answers): void {
  const known = world.pools.find(spec.pool)
  const changed = known !== undefined && applyLogs(world, known, spec, block)
  const scan = scanOf(viewsOf(spec), spec.bandBps, spec.tickSpacing, answers)
  const row = known ?? (scan && firstRow(world, spec))
  if (row === undefined) return // not initialised: asked again in the next block
  if (scan) writeScan(world, row, spec.pool, scan)
  if (scan || changed) {
    summarise(world, row, spec)
    world.pools.columns.updatedAtS.set(row, block.timeS)
  }
  const mean = meanTick(world, row, block.timeS, spec.twapWindowS)
  const isTold = mean !== undefined && Math.abs(mean) <= MAX_TICK
  world.pools.columns.twapPrice.set(row, isTold ? baseUsd(spec, priceAtTick(mean), isBaseFirst(world, row)) : 0)
}

/** The events of one pool among the manager's. */
export function eventsOf(spec: V4PoolSpec, logs: readonly Log[]): readonly (readonly [V4Event, Log])[] {
  const id = BigInt(spec.id)
  return logsOf(logs, spec.manager).flatMap((log) => {
    const event = decodeV4Log(log)
    return event?.id === id ? [[event, log] as const] : []
  })
}

function firstRow(world: World, spec: V4PoolSpec): number {
  const { manager, pool, currency0, currency1, base } = spec
  const venue = world.venues.rowOf(manager)
  world.venues.columns.chainId.set(venue, world.chainId)
  world.venues.columns.pool.set(venue, addressWord(manager))
  const row = world.pools.rowOf(pool)
  const { columns } = world.pools
  columns.chainId.set(row, world.chainId)
  columns.pool.set(row, addressWord(manager))
  columns.base.set(row, addressWord(base))
  columns.quote.set(row, addressWord(base === currency0 ? currency1 : currency0))
  columns.twapWindowS.set(row, spec.twapWindowS)
  columns.bandBps.set(row, spec.bandBps)
  scanned(world).spacing.set(row, spec.tickSpacing)
  return row
}

function applyLogs(world: World, row: number, spec: V4PoolSpec, { logs, timeS }: BlockInput): boolean {
  const { columns } = world.pools
  const events = eventsOf(spec, logs)
  for (const [event, log] of events) {
    if (event.kind === 'liquidity') {
      applyLiquidity(world, row, spec.pool, event)
      continue
    }
    const loss = scanned(world).doubt.get(row) === 0 ? judgeSwap(liquidityOf(world, row), event) : undefined
    if (loss) appendLoss(world, row, spec, loss, log.txIndex)
    accumulate(world, row, timeS)
    columns.sqrtPriceX96.set(row, event.sqrtPriceX96)
    columns.liquidity.set(row, event.liquidity)
    columns.tick.set(row, event.tick)
  }
  return events.length > 0
}

const E18 = 10n ** 18n

function appendLoss(world: World, row: number, spec: V4PoolSpec, { lost0, lost1, strangeLiquidity }: SwapLoss, txIndex: number): void {
  const { depthDownUsd, depthUpUsd, liquidity, price } = world.pools.at(row)
  const [base, quote] = isBaseFirst(world, row) ? [lost0, lost1] : [lost1, lost0]
  const lostUsd = toFloat(base, spec.baseDecimals) * price + toFloat(quote, spec.quoteDecimals) * spec.quoteUsd
  const depthUsd = depthDownUsd + depthUpUsd
  if (lost0 > 0n || lost1 > 0n) writeLoss(world, row, POOL_LOSS.swap, txIndex, partE18(lostUsd, depthUsd), lostUsd)
  if (strangeLiquidity === 0n) return
  const part = (strangeLiquidity * E18) / (liquidity > strangeLiquidity ? liquidity : strangeLiquidity)
  writeLoss(world, row, POOL_LOSS.liquidity, txIndex, part, toFloat(part, 18) * depthUsd)
}

/** Of what its depth is worth, the nearest measure of what it holds; all of it at most. */
const partE18 = (lostUsd: number, depthUsd: number): bigint =>
  lostUsd < depthUsd ? BigInt(Math.ceil((lostUsd / depthUsd) * 1e9)) * 10n ** 9n : E18

export function writeLoss(world: World, row: number, kind: number, txIndex: number, lostE18: bigint, lostUsd: number): void {
  const at = world.poolLosses.append()
  const { columns } = world.poolLosses
  columns.pool.set(at, row + 1)
  columns.kind.set(at, kind)
  columns.txIndex.set(at, txIndex)
  columns.lostE18.set(at, lostE18)
  columns.lostUsd.set(at, lostUsd)
}

function summarise(world: World, row: number, spec: V4PoolSpec): void {
  const { columns } = world.pools
  const baseIsFirst = isBaseFirst(world, row)
  const liquidity = liquidityOf(world, row)
  const ends = bandEnds(liquidity.sqrtPriceX96, spec.bandBps, baseIsFirst)
  const usd = (target: bigint): number => {
    const { amount0, amount1 } = amountsTo(liquidity, target)
    return toFloat(baseIsFirst ? amount1 : amount0, spec.quoteDecimals) * spec.quoteUsd
  }
  columns.price.set(row, baseUsd(spec, priceAtRoot(liquidity.sqrtPriceX96), baseIsFirst))
  columns.depthDownUsd.set(row, usd(ends.down))
  columns.depthUpUsd.set(row, usd(ends.up))
  // what its liquidity could pay out, as far as its ticks are known
  columns.reserve0.set(row, amountsTo(liquidity, MAX_SQRT_PRICE_X96 - 1n).amount0)
  columns.reserve1.set(row, amountsTo(liquidity, MIN_SQRT_PRICE_X96 + 1n).amount1)
}

/** USD of a whole base token, from token1 per token0 in smallest units. */
function baseUsd({ baseDecimals, quoteDecimals, quoteUsd }: V4PoolSpec, price: number, baseIsFirst: boolean): number {
  return (baseIsFirst ? price : 1 / price) * (toFloat(1n, quoteDecimals) / toFloat(1n, baseDecimals)) * quoteUsd
}
