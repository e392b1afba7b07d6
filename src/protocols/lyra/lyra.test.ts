// Logs and answers made by hand: what isn't shaped like Lyra's is nothing, whatever it says, and the tables hold only what can be.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hex, Log, ReadResult } from '../../core/flow.ts'
import { hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { createWorld } from '../../state/world.ts'
import { call, SLOT, TOPIC } from './abi.ts'
import {
  decodeCacheLog,
  decodeCollateralLog,
  decodeExchangeLog,
  decodeMarketLog,
  decodePoolLog,
  decodeTokenLog,
  type LyraEvent,
} from './decode.ts'
import { lyra } from './index.ts'

const MARKET: Hex = `0x${'0a'.repeat(20)}`
const part = (n: number): Hex => `0x${n.toString(16).padStart(2, '0').repeat(20)}`
const WAD = 10n ** 18n
const words = (...list: readonly bigint[]): Hex => `0x${list.map((word) => hex32(word).slice(2)).join('')}`
const topics = (topic: Hex, ...list: readonly bigint[]): readonly Hex[] => [topic, ...list.map(hex32)]
const TRADER = BigInt(part(0x77))

/** A trade in two parts, as the contract writes it. */
const tradeWords = (
  values: { readonly type?: bigint; readonly direction?: bigint; readonly forced?: bigint; readonly parts?: bigint } = {},
) => {
  const { type = 0n, direction = 0n, forced = 0n, parts = 2n } = values
  const one = [
    5n * WAD,
    90n * WAD,
    1n,
    2n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    0n,
    3n * WAD,
    93n * WAD,
    8n * 10n ** 17n,
    WAD,
    WAD,
  ]
  const trade = [1_700_600_000n, 1800n * WAD, type, direction, 10n * WAD, 0n, forced, 1750n * WAD, 1n, 186n * WAD]
  return [...trade, 640n, TRADER, 0n, 1n, 2n, 3n, 4n, 5n, 6n, 1_700_000_000n, parts, ...one, ...one]
}
const tradeLog = (values?: Parameters<typeof tradeWords>[0]) => ({
  topics: topics(TOPIC.trade, TRADER, 2n, 9n),
  data: words(...tradeWords(values)),
})

const decoders = [decodeMarketLog, decodePoolLog, decodeCacheLog, decodeTokenLog, decodeCollateralLog, decodeExchangeLog]
const decoded = (log: Pick<Log, 'topics' | 'data'>): readonly LyraEvent[] =>
  decoders.map((decode) => decode(log)).filter((event) => event !== undefined)

describe('decoding', () => {
  test('a trade: its parts summed, the last one’s volatility, what a liquidation seized', () => {
    expect(decodeMarketLog(tradeLog())).toEqual({
      kind: 'trade',
      trader: part(0x77),
      strikeId: 2,
      positionId: 9,
      type: 0,
      direction: 0,
      amount: 10n * WAD,
      forced: false,
      spot: 1750n * WAD,
      totalCost: 186n * WAD,
      premium: 180n * WAD,
      fees: 6n * WAD,
      after: { vol: 8n * 10n ** 17n, iv: WAD, skew: WAD },
      seized: 15n,
      insolvent: 6n,
    })
  })

  test('a trade that only moves collateral has no volatility', () => {
    expect(decodeMarketLog(tradeLog({ parts: 0n }))).toMatchObject({ premium: 0n, fees: 0n, after: undefined })
  })

  test('a trade of a type, direction or number of parts that can’t be is none', () => {
    for (const odd of [{ type: 5n }, { direction: 3n }, { forced: 2n }, { parts: 3n }, { parts: 2n ** 255n }])
      expect(decodeMarketLog(tradeLog(odd))).toBeUndefined()
    const moved = tradeWords()
    for (const offset of [641n, 2n ** 200n, 65_536n]) {
      moved[10] = offset
      expect(decodeMarketLog({ topics: topics(TOPIC.trade, TRADER, 2n, 9n), data: words(...moved) })).toBeUndefined()
    }
  })

  test('ids of 0 and beyond 32 bits, flags that are neither, times beyond 2106 are none', () => {
    const board = (id: bigint, expiry: bigint, frozen: bigint) => ({
      topics: topics(TOPIC.boardCreated, id),
      data: words(expiry, WAD, frozen),
    })
    expect(decodeMarketLog(board(1n, 1_700_000_000n, 1n))).toMatchObject({ kind: 'boardCreated', boardId: 1, frozen: true })
    for (const [id, expiry, frozen] of [
      [0n, 1n, 0n],
      [2n ** 32n, 1n, 0n],
      [1n, 2n ** 32n, 0n],
      [1n, 1n, 2n],
    ] as const)
      expect(decodeMarketLog(board(id, expiry, frozen))).toBeUndefined()
    expect(decodeExchangeLog({ topics: [TOPIC.marketPaused], data: words(1n, 7n) })).toBeUndefined()
  })

  test('a position whose topic names another is none; a burn moves no owner', () => {
    const data = words(4n, 2n, 3n, WAD, WAD, 1n, 0n)
    expect(decodeTokenLog({ topics: topics(TOPIC.positionUpdated, 4n, TRADER, 0n), data })).toMatchObject({
      kind: 'position',
      owner: part(0x77),
    })
    expect(decodeTokenLog({ topics: topics(TOPIC.positionUpdated, 5n, TRADER, 0n), data })).toBeUndefined()
    expect(decodeTokenLog({ topics: topics(TOPIC.transfer, TRADER, 0n, 4n), data: '0x' })).toBeUndefined()
  })

  test('cut anywhere, no event is left of any, and nothing throws', () => {
    const whole: readonly Pick<Log, 'topics' | 'data'>[] = [
      tradeLog(),
      { topics: topics(TOPIC.boardCreated, 1n), data: words(1n, 2n, 0n) },
      { topics: topics(TOPIC.boardFrozen, 1n), data: words(1n) },
      { topics: topics(TOPIC.boardIvSet, 1n), data: words(1n) },
      { topics: topics(TOPIC.boardSettled, 1n), data: words(1n, 2n, 3n, 4n, 5n, 6n, 7n) },
      { topics: topics(TOPIC.strikeAdded, 1n, 2n), data: words(1n, 2n) },
      { topics: topics(TOPIC.strikeSkewSet, 1n), data: words(1n) },
      { topics: topics(TOPIC.boardSettlement), data: words(1n, 2n, 3n) },
      { topics: topics(TOPIC.settlementSent, TRADER), data: words(1n, 2n) },
      { topics: topics(TOPIC.insolventSettlements), data: words(1n, 2n) },
      { topics: topics(TOPIC.strikeCache), data: words(1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n, 12n) },
      { topics: topics(TOPIC.boardCache), data: words(32n, 1n, 352n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n) },
      { topics: topics(TOPIC.boardCacheRemoved), data: words(1n) },
      { topics: topics(TOPIC.positionUpdated, 4n, TRADER, 0n), data: words(4n, 2n, 3n, WAD, WAD, 1n) },
      { topics: topics(TOPIC.positionSettled, 4n, TRADER, TRADER), data: words(1n, 2n, 3n, 4n, 5n, 6n) },
      { topics: topics(TOPIC.marketPaused), data: words(1n, 1n) },
      { topics: topics(TOPIC.globalPaused), data: words(1n) },
    ]
    for (const log of whole) {
      expect(decoded(log), log.topics[0]).toHaveLength(1)
      expect(decoded({ ...log, data: log.data.slice(0, -2) as Hex }), log.topics[0]).toEqual([])
      for (let n = 1; n < log.topics.length; n++) {
        // the third topic of PositionUpdated is not needed
        if (log.topics[0] === TOPIC.positionUpdated && n === 3) continue
        if (log.topics[0] === TOPIC.positionSettled && n === 2) continue
        expect(decoded({ ...log, topics: log.topics.slice(0, n) }), log.topics[0]).toEqual([])
      }
    }
  })

  test('any bytes under any topic: never a throw', () => {
    const topic = fc.constantFrom(...Object.values(TOPIC))
    const word = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 700n))
    fc.assert(
      fc.property(topic, fc.array(word, { maxLength: 4 }), fc.array(word, { maxLength: 30 }), fc.nat(64), (first, more, list, cut) => {
        const data = words(...list)
        decoded({ topics: topics(first, ...more.slice(0, 3)), data: data.slice(0, Math.max(2, data.length - cut)) as Hex })
      }),
      { numRuns: 2_000 },
    )
  })
})

const PARTS = Object.fromEntries(Object.keys(SLOT).map((name, n) => [name, part(n + 1)])) as Record<keyof typeof SLOT, Hex>

/** A market with no boards that answers as Avalon does. */
function answerOf(one: { readonly to: Hex; readonly data: Hex }): Hex | null {
  for (const [name, slot] of Object.entries(SLOT)) if (one.data === hex32(slot)) return hex32(BigInt(PARTS[name as keyof typeof SLOT]))
  const is = (other: { readonly data: Hex }): boolean => one.data.startsWith(other.data.slice(0, 10))
  if (is(call.liquidity(MARKET))) return words(5n * WAD, 5n * WAD, 0n, 0n, 0n, 9n * WAD)
  if (is(call.tokenPrice(MARKET))) return words(WAD, 0n, 0n)
  if (is(call.globalCache(MARKET))) return words(...Array.from({ length: 8 }, () => 0n))
  if (is(call.poolParameters(MARKET))) return words(...Array.from({ length: 14 }, () => WAD / 100n))
  if (is(call.cacheParameters(MARKET))) return words(...Array.from({ length: 10 }, () => WAD / 20n))
  if (is(call.collateralParameters(MARKET))) return words(...Array.from({ length: 8 }, () => WAD))
  if (is(call.liveBoards(MARKET))) return words(32n, 0n)
  if (is(call.lockedCollateral(MARKET))) return words(0n, 0n)
  if (is(call.hedger(MARKET))) return words(BigInt(part(0x66)))
  if (is(call.nextPosition(MARKET))) return words(1n)
  if (is(call.spot(MARKET, MARKET))) return words(1800n * WAD)
  return words(0n)
}

function bench(answer: typeof answerOf = answerOf) {
  const world = createWorld(1)
  const protocol = lyra({ chainId: 1, market: MARKET })
  let number = 0
  return {
    world,
    block(logs: readonly Pick<Log, 'address' | 'topics' | 'data'>[] = []): number {
      number += 1
      const at = {
        number,
        timeS: 1_700_000_000 + 12 * number,
        logs: logs.map((log, n) => ({ ...log, txHash: hex32(1n), txIndex: 0, logIndex: n })),
      }
      const answers: ReadResult[] = []
      for (let round = 0; round < 4; round++)
        for (const one of protocol.reads(world, at, new Answers(answers))) answers.push({ ...one, result: answer(one) })
      expect(protocol.reads(world, at, new Answers(answers))).toEqual([])
      world.store.begin()
      protocol.apply(world, { chainId: 1, hash: '0x', parentHash: '0x', ...at, reads: answers }, new Answers(answers))
      return answers.length
    },
  }
}

describe('adapter', () => {
  const created = { address: MARKET, topics: topics(TOPIC.boardCreated, 1n), data: words(1_701_000_000n, WAD, 0n) }
  const added = { address: MARKET, topics: topics(TOPIC.strikeAdded, 1n, 2n), data: words(1800n * WAD, WAD) }

  test('first sight, then seven reads a block; a market without a hedger asks five', () => {
    const { world, block } = bench()
    block()
    expect(world.optionMarkets.at(0)).toMatchObject({ spot: 1800, nav: 9, free: 5, rate: 0.05, freeShareLimit: 0.01 })
    expect(world.venues.at(0)).toMatchObject({ revision: 1, pool: BigInt(MARKET) })
    expect(block()).toBe(7)
    const none = bench((one) => (one.data.startsWith(call.hedger(MARKET).data) ? words(0n) : answerOf(one)))
    none.block()
    expect(none.block()).toBe(5)
  })

  test('a release that answers with other words is refused, in every block', () => {
    for (const view of [call.liquidity, call.globalCache, call.poolParameters]) {
      const { world, block } = bench((one) => {
        const result = answerOf(one)
        return one.data.startsWith(view(MARKET).data) && result !== null ? (`${result}${hex32(0n).slice(2)}` as Hex) : result
      })
      block()
      block([created])
      expect(world.optionMarkets.count + world.venues.count + world.boards.count).toBe(0)
    }
  })

  test('our topics from another address are not ours; a strike of an unknown board and a trade of an unknown strike are nothing', () => {
    const { world, block } = bench()
    block()
    block([{ ...created, address: part(0x99) }, added, { address: MARKET, ...tradeLog() }])
    expect(world.boards.count + world.strikes.count + world.optionTrades.count).toBe(0)
    block([created, added, { address: MARKET, ...tradeLog() }])
    expect(world.strikes.at(0)).toMatchObject({ longCallE18: 10n * WAD, tradedCall: 18, tradedCallFee: 0.6, tradedCallSpot: 1750 })
    expect(world.optionTrades.at(0)).toMatchObject({ spot: 1750, amount: 10, buys: 1, board: 1, strike: 1, optionPosition: 0 })
  })

  test('more closed than was open leaves the exposure as it was', () => {
    const { world, block } = bench()
    block()
    block([
      created,
      added,
      { address: MARKET, ...tradeLog() },
      { address: MARKET, ...tradeLog({ direction: 1n }) },
      { address: MARKET, ...tradeLog({ direction: 1n }) },
    ])
    expect(world.strikes.at(0).longCallE18).toBe(0n)
  })

  test('while spot can’t be had the figures stay, and their time', () => {
    let blind = false
    const { world, block } = bench((one) =>
      blind && one.data.startsWith(call.spot(MARKET, MARKET).data.slice(0, 10)) ? null : answerOf(one),
    )
    block()
    const { updatedAtS } = world.optionMarkets.at(0)
    blind = true
    block()
    expect(world.optionMarkets.at(0)).toMatchObject({ spot: 1800, updatedAtS })
  })

  test('whatever the contracts answer: never a throw, never a fifth round', () => {
    const any = fc.oneof(
      fc.constant(null),
      fc.uint8Array({ maxLength: 100 }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`),
      fc.array(fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 64n)), { minLength: 1, maxLength: 14 }).map((list) => words(...list)),
    )
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 40 }), fc.boolean(), (answers, isMarket) => {
        let n = 0
        let first = isMarket
        const { block } = bench((one) => (first ? answerOf(one) : (answers[n++ % answers.length] as Hex | null)))
        block()
        first = false
        for (let times = 0; times < 3; times++) block([created, added, { address: MARKET, ...tradeLog() }])
      }),
      { numRuns: 200 },
    )
  })
})
