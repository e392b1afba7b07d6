// How a block changes a pool: its events first, then what was read when the block ended, then price, depth and mean price from both.
import { toFloat } from '../../core/exact.ts'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { MAX_TICK, priceAtRoot, priceAtTick } from '../../core/tick-math.ts'
import { arrayOf, wordAt } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { call } from './abi.ts'
import { isBaseFirst, isKnown, liquidityOf, netAt, pairOf, scanned, writeScan, writeTick } from './book.ts'
import { decodePoolLog, MOST_LIQUIDITY, type PoolEvent } from './decode.ts'
import { amountsTo, bandEnds } from './depth.ts'
import { spacingOf } from './reads.ts'
import { scanOf } from './scan.ts'
import type { PoolSpec } from './spec.ts'

export function applyPool(world: World, spec: PoolSpec, block: BlockInput, answers: Answers): void {
  const { pool, bandBps } = spec
  const known = world.pools.find(pool)
  const changed = known !== undefined && applyLogs(world, known, pool, block.logs)
  const spacing = known === undefined ? spacingOf(pool, answers) : scanned(world).spacing.get(known)
  const scan = spacing === undefined ? undefined : scanOf(pool, bandBps, spacing, answers)
  const row = known ?? (scan && spacing !== undefined ? firstRow(world, spec, spacing, answers) : undefined)
  if (row === undefined) return // no pool there, or none with a price: asked again in the next block
  if (scan) writeScan(world, row, pool, scan)
  if (scan || changed) {
    summarize(world, row, spec)
    world.pools.columns.updatedAtS.set(row, block.timeS)
  }
  const twap = twapOf(spec, answers, isBaseFirst(world, row))
  if (twap !== undefined) world.pools.columns.twapPrice.set(row, twap)
}

function firstRow(world: World, spec: PoolSpec, spacing: number, answers: Answers): number | undefined {
  const { pool } = spec
  const pair = pairOf(spec.base, wordAt(answers.get(call.token0(pool)), 0), wordAt(answers.get(call.token1(pool)), 0))
  if (!pair) return undefined
  const row = world.pools.rowOf(pool)
  const { columns } = world.pools
  columns.chainId.set(row, world.chainId)
  columns.pool.set(row, BigInt(pool))
  columns.base.set(row, pair[0])
  columns.quote.set(row, pair[1])
  columns.twapWindowS.set(row, spec.twapWindowS)
  columns.bandBps.set(row, spec.bandBps)
  scanned(world).spacing.set(row, spacing)
  return row
}

/** Did any of them change the pool? */
function applyLogs(world: World, row: number, pool: Hex, logs: readonly Log[]): boolean {
  let changed = false
  for (const log of logsOf(logs, pool)) {
    const event = decodePoolLog(log)
    if (!event) continue
    applyEvent(world, row, pool, event)
    changed = true
  }
  return changed
}

function applyEvent(world: World, row: number, pool: Hex, event: PoolEvent): void {
  const { columns } = world.pools
  switch (event.kind) {
    case 'swap':
      columns.sqrtPriceX96.set(row, event.sqrtPriceX96)
      columns.liquidity.set(row, event.liquidity)
      columns.tick.set(row, event.tick)
      return
    case 'liquidity': {
      const { low, high, amount } = event
      const tick = columns.tick.get(row)
      const liquidity = columns.liquidity.get(row) + (low <= tick && tick < high ? amount : 0n)
      const nets = [
        [low, netAt(world, pool, low) + amount],
        [high, netAt(world, pool, high) - amount],
      ] as const
      const possible = (net: bigint): boolean => net <= MOST_LIQUIDITY && net >= -MOST_LIQUIDITY
      if (liquidity < 0n || liquidity > MOST_LIQUIDITY || !nets.every(([at, net]) => !isKnown(world, row, at) || possible(net))) {
        scanned(world).doubt.set(row, 1)
        return
      }
      columns.liquidity.set(row, liquidity)
      for (const [at, net] of nets) if (isKnown(world, row, at)) writeTick(world, row, pool, at, net)
      return
    }
  }
}

function summarize(world: World, row: number, spec: PoolSpec): void {
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
}

/** 0: it reverted, since the pool doesn't remember that far back. undefined: nobody asked. */
function twapOf(spec: PoolSpec, answers: Answers, baseIsFirst: boolean): number | undefined {
  const answer = answers.get(call.observe(spec.pool, spec.twapWindowS))
  if (answer === undefined) return undefined
  const [then, now] = (arrayOf(answer) ?? []).map(signed)
  if (then === undefined || now === undefined) return 0
  const mean = Number(now - then) / spec.twapWindowS
  return Math.abs(mean) <= MAX_TICK ? baseUsd(spec, priceAtTick(mean), baseIsFirst) : 0
}

/** USD of a whole base token, from token1 per token0 in smallest units. */
function baseUsd({ baseDecimals, quoteDecimals, quoteUsd }: PoolSpec, price: number, baseIsFirst: boolean): number {
  return (baseIsFirst ? price : 1 / price) * (toFloat(1n, quoteDecimals) / toFloat(1n, baseDecimals)) * quoteUsd
}
