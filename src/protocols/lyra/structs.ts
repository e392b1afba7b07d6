// Lyra's structs out of answers and event data, read without trust; ids are counted from 1 and stay small.
import type { Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'

export interface Position {
  readonly id: number
  readonly strikeId: number
  readonly type: number
  readonly amount: bigint
  readonly collateral: bigint
  readonly state: number
}

export interface Greeks {
  readonly netDelta: bigint
  readonly netStdVega: bigint
  readonly netOptionValue: bigint
}

export interface BoardCache extends Greeks {
  readonly boardId: number
  readonly cachedAtS: number
  readonly cachedSpot: bigint
}

export interface StrikeCache {
  readonly strikeId: number
  readonly callDelta: bigint
  readonly putDelta: bigint
  readonly stdVega: bigint
  readonly callPrice: bigint
  readonly putPrice: bigint
}

export interface Board {
  readonly id: number
  readonly expiryS: number
  readonly iv: bigint
  readonly frozen: boolean
}

export interface Strike {
  readonly id: number
  readonly price: bigint
  readonly skew: bigint
  readonly longCall: bigint
  readonly shortCallBase: bigint
  readonly shortCallQuote: bigint
  readonly longPut: bigint
  readonly shortPut: bigint
  readonly boardId: number
}

export type Answer = Hex | null | undefined

/** An id as the tables hold it; 0 is nobody's. */
export const idOf = (word: bigint | undefined): number | undefined =>
  word === undefined || word === 0n || word >= 2n ** 32n ? undefined : Number(word)

const seconds = (word: bigint): number => Number(word < 2n ** 53n ? word : 2n ** 53n)

function run(data: Answer, from: number, count: number): readonly bigint[] | undefined {
  const words: bigint[] = []
  for (let n = 0; n < count; n++) {
    const word = wordAt(data, from + n)
    if (word === undefined) return undefined
    words.push(word)
  }
  return words
}

export const POSITION_WORDS = 6
export function positionOf(data: Answer, from: number): Position | undefined {
  const words = run(data, from, POSITION_WORDS)
  if (!words) return undefined
  const [id, strikeId, type, amount, collateral, state] = words as [bigint, bigint, bigint, bigint, bigint, bigint]
  const [ofId, ofStrike] = [idOf(id), idOf(strikeId)]
  if (ofId === undefined || ofStrike === undefined || type > 4n || state > 5n) return undefined
  return { id: ofId, strikeId: ofStrike, type: Number(type), amount, collateral, state: Number(state) }
}

export function strikeCacheOf(data: Answer): StrikeCache | undefined {
  const words = run(data, 0, 12)
  const strikeId = idOf(words?.[0])
  if (!words || strikeId === undefined) return undefined
  const [callDelta, putDelta, stdVega, callPrice, putPrice] = words.slice(4, 9) as [bigint, bigint, bigint, bigint, bigint]
  return { strikeId, callDelta, putDelta, stdVega, callPrice, putPrice }
}

/** A struct with an array in it: it begins where word 0 says. */
export function boardCacheOf(data: Answer): BoardCache | undefined {
  const words = wordAt(data, 0) === 32n ? run(data, 1, 11) : undefined
  const boardId = idOf(words?.[0])
  if (!words || boardId === undefined) return undefined
  const [netDelta, netStdVega, netOptionValue, cachedAt, cachedSpot] = words.slice(4, 9) as [bigint, bigint, bigint, bigint, bigint]
  return { boardId, netDelta, netStdVega, netOptionValue, cachedAtS: seconds(cachedAt), cachedSpot }
}

/** A board that stands at word `from`: id, expiry, volatility, frozen. */
export function boardOf(data: Answer, from: number): Board | undefined {
  const words = run(data, from, 4)
  const id = idOf(words?.[0])
  if (!words || id === undefined) return undefined
  return { id, expiryS: seconds(words[1] as bigint), iv: words[2] as bigint, frozen: words[3] === 1n }
}

const STRIKE_WORDS = 9
export function strikeOf(data: Answer, from: number): Strike | undefined {
  const words = run(data, from, STRIKE_WORDS)
  const [id, boardId] = [idOf(words?.[0]), idOf(words?.[8])]
  if (!words || id === undefined || boardId === undefined) return undefined
  const [price, skew, longCall, shortCallBase, shortCallQuote, longPut, shortPut] = words.slice(1, 8) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  return { id, price, skew, longCall, shortCallBase, shortCallQuote, longPut, shortPut, boardId }
}

/** What getBoardAndStrikeDetails answers: where the board and its strikes are, ..., the price at expiry. */
export function boardAndStrikesOf(
  data: Answer,
): { readonly board: Board; readonly strikes: readonly Strike[]; readonly price: bigint } | undefined {
  const [boardAt, strikesAt, price] = [placeAt(data, 0), placeAt(data, 1), wordAt(data, 3)]
  if (boardAt === undefined || strikesAt === undefined || price === undefined) return undefined
  const [board, count] = [boardOf(data, boardAt), wordAt(data, strikesAt)]
  if (!board || count === undefined || count > 1_000n) return undefined
  const strikes: Strike[] = []
  for (let n = 0; n < Number(count); n++) {
    const strike = strikeOf(data, strikesAt + 1 + n * STRIKE_WORDS)
    if (strike) strikes.push(strike)
  }
  return { board, strikes, price }
}

/** What getStrikeAndBoard answers: the strike in place, then where its board is. */
export function strikeAndBoardOf(data: Answer): { readonly strike: Strike; readonly board: Board } | undefined {
  const [strike, boardAt] = [strikeOf(data, 0), placeAt(data, STRIKE_WORDS)]
  const board = boardAt === undefined ? undefined : boardOf(data, boardAt)
  return strike && board && { strike, board }
}

/** An array of positions, where word 0 says. */
export function positionsOf(data: Answer): readonly Position[] {
  const at = placeAt(data, 0)
  const count = at === undefined ? undefined : wordAt(data, at)
  if (at === undefined || count === undefined || count > 1_000n) return []
  const positions: Position[] = []
  for (let n = 0; n < Number(count); n++) {
    const position = positionOf(data, at + 1 + n * POSITION_WORDS)
    if (position) positions.push(position)
  }
  return positions
}

function placeAt(data: Answer, n: number): number | undefined {
  const offset = wordAt(data, n)
  return offset === undefined || offset % 32n !== 0n || offset > 1_048_576n ? undefined : Number(offset / 32n)
}
