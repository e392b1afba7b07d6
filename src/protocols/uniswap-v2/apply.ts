// How a block changes a pair: reserves and shares by its events, each change judged by the law that no share may lose value, then prices.
import { MAX_UINT256, toFloat } from '../../core/exact.ts'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { ln } from '../../core/math.ts'
import { isqrt, LN_TICK } from '../../core/tick-math.ts'
import { addressWord, wordAt, wordsOf } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import { POOL_LOSS } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { call } from './abi.ts'
import { decodePairLog } from './decode.ts'
import { lostE18 } from './loss.ts'
import type { PairSpec } from './spec.ts'
import { accumulate, meanPrice, sums } from './twap.ts'

const MOST_RESERVE = 2n ** 112n - 1n

/** By the pair's row, 1: events redeemed more shares than there were, so all is read again. */
const doubted = (world: World) => world.store.column('uniswapV2.doubt', 'u32')

export const mustRead = (world: World, pool: Hex): boolean => {
  const row = world.pools.find(pool)
  return row === undefined || doubted(world).get(row) === 1
}

export function applyPair(world: World, spec: PairSpec, block: BlockInput, answers: Answers): void {
  const known = world.pools.find(spec.pool)
  if (known !== undefined) applyLogs(world, known, spec, block)
  const read = readOf(spec.pool, answers)
  const row = known ?? (read && firstRow(world, spec, answers))
  if (row === undefined) return // no pair there, or one of other tokens: asked again in the next block
  if (read) writeRead(world, row, read)
  if (read || world.pools.columns.updatedAtS.get(row) === block.timeS) summarise(world, row, spec)
  if (read) world.pools.columns.updatedAtS.set(row, block.timeS)
  const baseIsFirst = isBaseFirst(world, row)
  const mean = meanPrice(world, row, block.timeS, spec.twapWindowS, baseIsFirst)
  world.pools.columns.twapPrice.set(row, mean * unitRatio(spec) * spec.quoteUsd)
}

interface Read {
  readonly reserve0: bigint
  readonly reserve1: bigint
  readonly lastS: bigint
  readonly supply: bigint
  readonly price0: bigint
  readonly price1: bigint
}

function readOf(pool: Hex, answers: Answers): Read | undefined {
  const [reserve0, reserve1, lastS] = wordsOf(answers.get(call.reserves(pool)), 3) ?? []
  const [supply, price0, price1] = [call.supply(pool), call.price0(pool), call.price1(pool)].map((one) => wordAt(answers.get(one), 0))
  if (reserve0 === undefined || reserve1 === undefined || lastS === undefined) return undefined
  if (supply === undefined || price0 === undefined || price1 === undefined) return undefined
  if (reserve0 > MOST_RESERVE || reserve1 > MOST_RESERVE || lastS >= 2n ** 32n) return undefined
  return { reserve0, reserve1, lastS, supply, price0, price1 }
}

function firstRow(world: World, spec: PairSpec, answers: Answers): number | undefined {
  const { pool } = spec
  const [token0, token1] = [wordAt(answers.get(call.token0(pool)), 0), wordAt(answers.get(call.token1(pool)), 0)]
  const base = addressWord(spec.base)
  if (token0 === undefined || token1 === undefined || (base !== token0 && base !== token1)) return undefined
  const venue = world.venues.rowOf(pool)
  world.venues.columns.chainId.set(venue, world.chainId)
  world.venues.columns.pool.set(venue, BigInt(pool))
  const row = world.pools.rowOf(pool)
  const { columns } = world.pools
  columns.chainId.set(row, world.chainId)
  columns.pool.set(row, BigInt(pool))
  columns.base.set(row, base)
  columns.quote.set(row, base === token0 ? token1 : token0)
  columns.twapWindowS.set(row, spec.twapWindowS)
  columns.bandBps.set(row, spec.bandBps)
  return row
}

function writeRead(world: World, row: number, { reserve0, reserve1, lastS, supply, price0, price1 }: Read): void {
  const { columns } = world.pools
  columns.reserve0.set(row, reserve0)
  columns.reserve1.set(row, reserve1)
  columns.lpSupply.set(row, supply)
  const state = sums(world)
  state.price0.set(row, price0)
  state.price1.set(row, price1)
  state.lastS.set(row, Number(lastS))
  doubted(world).set(row, 0)
}

/** Events of one call come as: shares issued or redeemed, reserves, and then what it was. Reserves alone: `sync`. */
function applyLogs(world: World, row: number, spec: PairSpec, { logs, timeS }: BlockInput): void {
  const { columns } = world.pools
  let call = newCall(world, row)
  const close = (kind: number, log: Log): void => {
    judge(world, row, spec, call, kind, log.txIndex)
    call = newCall(world, row)
  }
  let last: Log | undefined
  for (const log of logsOf(logs, spec.pool)) {
    const event = decodePairLog(log)
    if (!event) continue
    const isNext = event.kind === 'swap' || event.kind === 'mint' || event.kind === 'burn'
    if (call.synced && last && (!isNext || last.txIndex !== log.txIndex)) close(POOL_LOSS.sync, last)
    switch (event.kind) {
      case 'sync':
        accumulate(world, row, timeS)
        columns.reserve0.set(row, event.reserve0)
        columns.reserve1.set(row, event.reserve1)
        columns.updatedAtS.set(row, timeS)
        call.synced = true
        break
      case 'issued':
        if (columns.lpSupply.get(row) + event.shares > MAX_UINT256) doubted(world).set(row, 1)
        else {
          columns.lpSupply.set(row, columns.lpSupply.get(row) + event.shares)
          call.issued.push(event.shares)
        }
        break
      case 'redeemed':
        if (event.shares > columns.lpSupply.get(row)) doubted(world).set(row, 1)
        else columns.lpSupply.set(row, columns.lpSupply.get(row) - event.shares)
        break
      default:
        close(event.kind === 'swap' ? POOL_LOSS.swap : POOL_LOSS.liquidity, log)
    }
    last = log
  }
  if (call.synced && last) close(POOL_LOSS.sync, last)
}

interface PairCall {
  readonly reserve0: bigint
  readonly reserve1: bigint
  readonly supply: bigint
  readonly issued: bigint[]
  synced: boolean
}

function newCall(world: World, row: number): PairCall {
  const { reserve0, reserve1, lpSupply: supply } = world.pools.at(row)
  return { reserve0, reserve1, supply, issued: [], synced: false }
}

/** Shares that the protocol issued to itself as its fee dilute as they should: they count as if they had been there before. */
function judge(world: World, row: number, spec: PairSpec, before: PairCall, kind: number, txIndex: number): void {
  const { reserve0, reserve1, lpSupply } = world.pools.at(row)
  const redeemed = lpSupply < before.supply + before.issued.reduce((sum, shares) => sum + shares, 0n)
  const fees = redeemed ? before.issued : before.issued.slice(0, -1)
  const supplyBefore = before.supply + fees.reduce((sum, shares) => sum + shares, 0n)
  const lost = lostE18(
    { reserve0: before.reserve0, reserve1: before.reserve1, supply: supplyBefore },
    { reserve0, reserve1, supply: lpSupply },
  )
  if (lost === 0n || before.supply === 0n) return
  const at = world.poolLosses.append()
  const { columns } = world.poolLosses
  columns.pool.set(at, row + 1)
  columns.kind.set(at, kind)
  columns.txIndex.set(at, txIndex)
  columns.lostE18.set(at, lost)
  const quote = isBaseFirst(world, row) ? before.reserve1 : before.reserve0
  columns.lostUsd.set(at, toFloat(lost, 18) * 2 * toFloat(quote, spec.quoteDecimals) * spec.quoteUsd)
}

function summarise(world: World, row: number, spec: PairSpec): void {
  const { columns } = world.pools
  const { reserve0, reserve1, lpSupply } = world.pools.at(row)
  const root = isqrt(reserve0 * reserve1)
  columns.liquidity.set(row, root)
  columns.valuePerShareE18.set(row, lpSupply === 0n ? 0n : isqrt(reserve0 * reserve1 * 10n ** 36n) / lpSupply)
  columns.sqrtPriceX96.set(row, reserve0 === 0n ? 0n : isqrt((reserve1 << 192n) / reserve0))
  const [base, quote] = isBaseFirst(world, row) ? [reserve0, reserve1] : [reserve1, reserve0]
  const isEmpty = reserve0 === 0n || reserve1 === 0n
  columns.tick.set(row, isEmpty ? 0 : Math.floor(ln(Number(reserve1) / Number(reserve0)) / LN_TICK))
  columns.price.set(row, isEmpty ? 0 : (toFloat(quote, spec.quoteDecimals) / toFloat(base, spec.baseDecimals)) * spec.quoteUsd)
  // x * y = k: the quote's reserve goes with the square root of the price
  const quoteUsd = toFloat(quote, spec.quoteDecimals) * spec.quoteUsd
  columns.depthDownUsd.set(row, quoteUsd * (1 - Math.sqrt(1 - spec.bandBps / 10_000)))
  columns.depthUpUsd.set(row, quoteUsd * (Math.sqrt(1 + spec.bandBps / 10_000) - 1))
}

const isBaseFirst = (world: World, row: number): boolean => world.pools.columns.base.get(row) < world.pools.columns.quote.get(row)

/** Whole quote tokens a whole base token, of smallest units each. */
const unitRatio = ({ baseDecimals, quoteDecimals }: PairSpec): number => toFloat(1n, quoteDecimals) / toFloat(1n, baseDecimals)
