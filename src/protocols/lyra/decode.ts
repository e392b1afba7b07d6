// Logs of a market's contracts as events; what isn't shaped like one of them, or names what can't be, is none.
import type { Hex, Log } from '../../core/flow.ts'
import { addressTopic, topicAt, wordAt, wordsOf } from '../../core/words.ts'
import { TOPIC } from './abi.ts'
import { type BoardCache, boardCacheOf, idOf, type Position, positionOf, type StrikeCache, strikeCacheOf } from './structs.ts'

export interface Trade {
  readonly kind: 'trade'
  readonly trader: Hex
  readonly strikeId: number
  readonly positionId: number
  readonly type: number
  readonly direction: number
  readonly amount: bigint
  readonly forced: boolean
  readonly spot: bigint
  readonly totalCost: bigint
  readonly premium: bigint
  readonly fees: bigint
  /** Of the last of its parts; undefined: only collateral moved. */
  readonly after: { readonly vol: bigint; readonly iv: bigint; readonly skew: bigint } | undefined
  /** Of a liquidation: all that was paid out of the position's collateral, and what was missing. */
  readonly seized: bigint
  readonly insolvent: bigint
}

export type LyraEvent =
  | { readonly kind: 'boardCreated'; readonly boardId: number; readonly expiryS: number; readonly iv: bigint; readonly frozen: boolean }
  | { readonly kind: 'boardFrozen'; readonly boardId: number; readonly frozen: boolean }
  | { readonly kind: 'boardIv'; readonly boardId: number; readonly iv: bigint }
  | { readonly kind: 'boardSettled'; readonly boardId: number; readonly price: bigint; readonly longProfit: bigint }
  | { readonly kind: 'strikeAdded'; readonly boardId: number; readonly strikeId: number; readonly price: bigint; readonly skew: bigint }
  | { readonly kind: 'strikeSkew'; readonly strikeId: number; readonly skew: bigint }
  | Trade
  | { readonly kind: 'reserved'; readonly insolvent: bigint; readonly outstanding: bigint }
  | { readonly kind: 'sent'; readonly account: Hex; readonly amount: bigint; readonly outstanding: bigint }
  | { readonly kind: 'insolvent'; readonly total: bigint }
  | { readonly kind: 'strikeCache'; readonly cache: StrikeCache }
  | { readonly kind: 'boardCache'; readonly cache: BoardCache }
  | { readonly kind: 'boardCacheRemoved'; readonly boardId: number }
  | { readonly kind: 'position'; readonly owner: Hex; readonly position: Position }
  | { readonly kind: 'transfer'; readonly positionId: number; readonly to: Hex }
  | {
      readonly kind: 'positionSettled'
      readonly positionId: number
      readonly owner: Hex
      readonly paid: bigint
      readonly insolvent: bigint
    }
  | { readonly kind: 'marketPaused'; readonly market: bigint; readonly paused: boolean }
  | { readonly kind: 'globalPaused'; readonly paused: boolean }

type Shape = Pick<Log, 'topics' | 'data'>

const NOBODY: Hex = `0x${'0'.repeat(40)}`
const isFlag = (word: bigint | undefined): word is bigint => word === 0n || word === 1n
/** A time that can be: before the year 2106. */
const timeOf = (word: bigint | undefined): number | undefined => (word === undefined || word >= 2n ** 32n ? undefined : Number(word))

export function decodeMarketLog({ topics, data }: Shape): LyraEvent | undefined {
  const id = idOf(topicAt(topics, 1))
  switch (topics[0]) {
    case TOPIC.boardCreated: {
      const [expiryS, iv, frozen] = [timeOf(wordAt(data, 0)), wordAt(data, 1), wordAt(data, 2)]
      if (id === undefined || expiryS === undefined || iv === undefined || !isFlag(frozen)) return undefined
      return { kind: 'boardCreated', boardId: id, expiryS, iv, frozen: frozen === 1n }
    }
    case TOPIC.boardFrozen: {
      const frozen = wordAt(data, 0)
      return id === undefined || !isFlag(frozen) ? undefined : { kind: 'boardFrozen', boardId: id, frozen: frozen === 1n }
    }
    case TOPIC.boardIvSet: {
      const iv = wordAt(data, 0)
      return id === undefined || iv === undefined ? undefined : { kind: 'boardIv', boardId: id, iv }
    }
    case TOPIC.boardSettled: {
      const words = wordsOf(data, 7)
      if (id === undefined || !words) return undefined
      return { kind: 'boardSettled', boardId: id, price: words[0] as bigint, longProfit: words[1] as bigint }
    }
    case TOPIC.strikeAdded: {
      const strikeId = idOf(topicAt(topics, 2))
      const words = wordsOf(data, 2)
      if (id === undefined || strikeId === undefined || !words) return undefined
      return { kind: 'strikeAdded', boardId: id, strikeId, price: words[0] as bigint, skew: words[1] as bigint }
    }
    case TOPIC.strikeSkewSet: {
      const skew = wordAt(data, 0)
      return id === undefined || skew === undefined ? undefined : { kind: 'strikeSkew', strikeId: id, skew }
    }
    case TOPIC.trade:
      return decodeTrade({ topics, data })
    default:
      return undefined
  }
}

/** Words of a Trade's data: the trade, where the list of its parts is, the liquidation, the time. */
const TRADE = {
  type: 2,
  direction: 3,
  amount: 4,
  forced: 6,
  spot: 7,
  totalCost: 9,
  partsAt: 10,
  seized: 13,
  insolvent: 18,
  words: 20,
} as const
/** Words of a part: what matters of it, and how many it has. */
const PART = { premium: 1, fees: 18, vol: 20, iv: 21, skew: 22, words: 23 } as const
/** A trade of more parts than this does not fit into a block. */
const MOST_PARTS = 1_000n

function decodeTrade({ topics, data }: Shape): Trade | undefined {
  const trader = addressTopic(topics, 1)
  const [strikeId, positionId] = [idOf(topicAt(topics, 2)), idOf(topicAt(topics, 3))]
  const words = wordsOf(data, TRADE.words)
  if (trader === undefined || strikeId === undefined || positionId === undefined || !words) return undefined
  const word = (n: number): bigint => words[n] as bigint
  const [type, direction, forced, offset] = [word(TRADE.type), word(TRADE.direction), word(TRADE.forced), word(TRADE.partsAt)]
  if (type > 4n || direction > 2n || !isFlag(forced) || offset % 32n !== 0n || offset > 65_536n) return undefined
  const at = Number(offset / 32n)
  const parts = wordAt(data, at)
  if (parts === undefined || parts > MOST_PARTS) return undefined
  let [premium, fees] = [0n, 0n]
  let after: Trade['after']
  for (let n = 0; n < Number(parts); n++) {
    const part = (column: number): bigint | undefined => wordAt(data, at + 1 + n * PART.words + column)
    const [p, f, vol, iv, skew] = [part(PART.premium), part(PART.fees), part(PART.vol), part(PART.iv), part(PART.skew)]
    if (p === undefined || f === undefined || vol === undefined || iv === undefined || skew === undefined) return undefined
    premium += p
    fees += f
    after = { vol, iv, skew }
  }
  let seized = 0n
  for (let n: number = TRADE.seized; n < TRADE.insolvent; n++) seized += word(n)
  return {
    kind: 'trade',
    trader,
    strikeId,
    positionId,
    type: Number(type),
    direction: Number(direction),
    amount: word(TRADE.amount),
    forced: forced === 1n,
    spot: word(TRADE.spot),
    totalCost: word(TRADE.totalCost),
    premium,
    fees,
    after,
    seized,
    insolvent: word(TRADE.insolvent),
  }
}

export function decodePoolLog({ topics, data }: Shape): LyraEvent | undefined {
  switch (topics[0]) {
    case TOPIC.boardSettlement: {
      const words = wordsOf(data, 3)
      return words && { kind: 'reserved', insolvent: words[0] as bigint, outstanding: words[2] as bigint }
    }
    case TOPIC.settlementSent: {
      const account = addressTopic(topics, 1)
      const words = wordsOf(data, 2)
      return account && words && { kind: 'sent', account, amount: words[0] as bigint, outstanding: words[1] as bigint }
    }
    case TOPIC.insolventSettlements: {
      const words = wordsOf(data, 2)
      return words && { kind: 'insolvent', total: words[1] as bigint }
    }
    default:
      return undefined
  }
}

export function decodeCacheLog({ topics, data }: Shape): LyraEvent | undefined {
  switch (topics[0]) {
    case TOPIC.strikeCache: {
      const cache = strikeCacheOf(data)
      return cache && { kind: 'strikeCache', cache }
    }
    case TOPIC.boardCache: {
      const cache = boardCacheOf(data)
      return cache && { kind: 'boardCache', cache }
    }
    case TOPIC.boardCacheRemoved: {
      const boardId = idOf(wordAt(data, 0))
      return boardId === undefined ? undefined : { kind: 'boardCacheRemoved', boardId }
    }
    default:
      return undefined
  }
}

export function decodeTokenLog({ topics, data }: Shape): LyraEvent | undefined {
  if (topics[0] === TOPIC.positionUpdated) {
    const owner = addressTopic(topics, 2)
    const position = positionOf(data, 0)
    if (owner === undefined || !position || topicAt(topics, 1) !== BigInt(position.id)) return undefined
    return { kind: 'position', owner, position }
  }
  if (topics[0] === TOPIC.transfer) {
    const [to, id] = [addressTopic(topics, 2), idOf(topicAt(topics, 3))]
    return to === undefined || to === NOBODY || id === undefined ? undefined : { kind: 'transfer', positionId: id, to }
  }
  return undefined
}

export function decodeCollateralLog({ topics, data }: Shape): LyraEvent | undefined {
  if (topics[0] !== TOPIC.positionSettled) return undefined
  const [positionId, owner, words] = [idOf(topicAt(topics, 1)), addressTopic(topics, 3), wordsOf(data, 6)]
  if (positionId === undefined || owner === undefined || !words) return undefined
  return { kind: 'positionSettled', positionId, owner, paid: words[4] as bigint, insolvent: words[5] as bigint }
}

export function decodeExchangeLog({ topics, data }: Shape): LyraEvent | undefined {
  if (topics[0] === TOPIC.marketPaused) {
    const [market, paused] = [wordAt(data, 0), wordAt(data, 1)]
    return market === undefined || !isFlag(paused) ? undefined : { kind: 'marketPaused', market, paused: paused === 1n }
  }
  if (topics[0] === TOPIC.globalPaused) {
    const paused = wordAt(data, 0)
    return isFlag(paused) ? { kind: 'globalPaused', paused: paused === 1n } : undefined
  }
  return undefined
}
