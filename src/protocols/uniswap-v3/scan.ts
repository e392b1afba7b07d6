// Which ticks of a pool have liquidity, read around its price: bitmap words first, then the ticks that they name. What is outside stays unknown.
import type { Call, Hex } from '../../core/flow.ts'
import { ln } from '../../core/math.ts'
import { LN_TICK, MAX_TICK } from '../../core/tick-math.ts'
import { wordAt, wordsOf } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import { signed } from '../../store/column.ts'
import { call } from './abi.ts'
import { isSqrtPrice, MOST_LIQUIDITY, tickOf } from './decode.ts'

/** A word has 256 ticks. With the least spacing, 1, these span a fall of the price by 80 %; with 10 and more all that there is. */
const MOST_WORDS = 128
/** Anybody may open a tick, so a scan stops at so many, the nearest: all of a round must fit into one call's gas. */
const MOST_TICKS = 2_048
const WORD = 256

/** How far around the price a scan goes, and how far the price may move before the next one, in ticks. */
export interface Reach {
  readonly ticks: number
  readonly drift: number
}

/** A quarter of the band more than the band itself, so that a price that moved by less still has its whole band known. */
export function reachOf(bandBps: number, spacing: number): Reach {
  const band = Math.ceil(-ln(1 - bandBps / 10_000) / LN_TICK) // a fall is further in ticks than as large a rise
  const most = (MOST_WORDS / 2 - 1) * WORD * spacing
  const drift = Math.floor(Math.min(band, most) / 4)
  return { ticks: Math.min(band + drift + 1, most), drift }
}

export interface Scan {
  readonly sqrtPriceX96: bigint
  readonly tick: number
  readonly liquidity: bigint
  /** All ticks from `low` to `high` are known: those that aren't in `nets` have no liquidity. */
  readonly low: number
  readonly high: number
  readonly nets: ReadonlyMap<number, bigint>
}

/** The lowest and highest ticks that positions can use: full-range positions end there, wherever the price is. */
export function outermost(spacing: number): readonly [number, number] {
  const high = Math.floor(MAX_TICK / spacing) * spacing
  return [-high, high]
}

export const placeCalls = (pool: Hex): readonly Call[] => [call.slot0(pool), call.liquidity(pool)]

/** Calls in their order of need: price, then words, then ticks. The caller drops those already answered. */
export function scanCalls(pool: Hex, bandBps: number, spacing: number, answers: Answers): readonly Call[] {
  const first = placeCalls(pool)
  const place = placeOf(pool, answers)
  if (!place) return first
  const words = wordsAround(place.tick, reachOf(bandBps, spacing), spacing).map((word) => call.bitmap(pool, word))
  const edges = outermost(spacing).map((tick) => call.tick(pool, tick))
  const found = foundTicks(pool, bandBps, spacing, answers)
  return [...first, ...words, ...edges, ...(found?.ticks.map((tick) => call.tick(pool, tick)) ?? [])]
}

/** undefined: not all answered, or not as a pool answers. */
export function scanOf(pool: Hex, bandBps: number, spacing: number, answers: Answers): Scan | undefined {
  const place = placeOf(pool, answers)
  const found = foundTicks(pool, bandBps, spacing, answers)
  if (!place || !found) return undefined
  const nets = new Map<number, bigint>()
  for (const tick of new Set([...found.ticks, ...outermost(spacing)])) {
    const said = wordsOf(answers.get(call.tick(pool, tick)), 2)
    if (!said) return undefined
    const net = signed(said[1] as bigint)
    if (net > MOST_LIQUIDITY || net < -MOST_LIQUIDITY) return undefined
    nets.set(tick, net)
  }
  return { ...place, low: found.low, high: found.high, nets }
}

/** Where the pool stands when the block ends; undefined: it has no price, or is no pool. */
function placeOf(pool: Hex, answers: Answers): Pick<Scan, 'sqrtPriceX96' | 'tick' | 'liquidity'> | undefined {
  const slot0 = wordsOf(answers.get(call.slot0(pool)), 2)
  const tick = tickOf(slot0?.[1])
  const liquidity = wordAt(answers.get(call.liquidity(pool)), 0)
  if (!slot0 || tick === undefined || liquidity === undefined || liquidity > MOST_LIQUIDITY) return undefined
  const sqrtPriceX96 = slot0[0] as bigint
  return isSqrtPrice(sqrtPriceX96) ? { sqrtPriceX96, tick, liquidity } : undefined
}

function wordsAround(tick: number, { ticks }: Reach, spacing: number): readonly number[] {
  const wordOf = (at: number): number => Math.floor(Math.floor(at / spacing) / WORD)
  const from = wordOf(Math.max(tick - ticks, -MAX_TICK))
  const to = wordOf(Math.min(tick + ticks, MAX_TICK))
  return Array.from({ length: to - from + 1 }, (_, n) => from + n)
}

interface Found {
  /** Ticks with liquidity, ascending. */
  readonly ticks: readonly number[]
  readonly low: number
  readonly high: number
}

function foundTicks(pool: Hex, bandBps: number, spacing: number, answers: Answers): Found | undefined {
  const place = placeOf(pool, answers)
  if (!place) return undefined
  const words = wordsAround(place.tick, reachOf(bandBps, spacing), spacing)
  const ticks: number[] = []
  for (const word of words) {
    const bitmap = wordAt(answers.get(call.bitmap(pool, word)), 0)
    if (bitmap === undefined) return undefined
    for (let bits = bitmap, n = 0; bits !== 0n; bits >>= 1n, n++) if (bits & 1n) ticks.push((word * WORD + n) * spacing)
  }
  const low = Math.max((words[0] as number) * WORD * spacing, -MAX_TICK)
  const high = Math.min(((words.at(-1) as number) * WORD + WORD - 1) * spacing, MAX_TICK)
  return nearest({ ticks: ticks.filter((tick) => tick >= low && tick <= high), low, high }, place.tick)
}

/** Of too many ticks those nearest to the price; what is known then ends before the first that was left out. */
function nearest({ ticks, low, high }: Found, at: number): Found {
  if (ticks.length <= MOST_TICKS) return { ticks, low, high }
  let first = 0
  let end = ticks.length
  while (end - first > MOST_TICKS) {
    if (at - (ticks[first] as number) > (ticks[end - 1] as number) - at) first += 1
    else end -= 1
  }
  return {
    ticks: ticks.slice(first, end),
    low: first === 0 ? low : (ticks[first - 1] as number) + 1,
    high: end === ticks.length ? high : (ticks[end] as number) - 1,
  }
}
