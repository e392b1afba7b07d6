// A pair made by hand, with hostile logs and answers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adapterBench, wordsLog } from '../../../test/support/adapter-bench.ts'
import { MAX_UINT256 } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { isqrt } from '../../core/tick-math.ts'
import { hex32 } from '../../core/words.ts'
import { POOL_LOSS } from '../../state/tables.ts'
import { call, TOPIC } from './abi.ts'
import { decodePairLog } from './decode.ts'
import { uniswapV2 } from './index.ts'
import { lostE18 } from './loss.ts'

const PAIR: Hex = '0x00000000000000000000000000000000000000aa'
const BASE: Hex = '0x00000000000000000000000000000000000000b0'
const QUOTE = 0xc0n
const E18 = 10n ** 18n
const [BASE_RESERVE, QUOTE_RESERVE] = [100n * E18, 200_000n * 10n ** 6n]
const SUPPLY = isqrt(BASE_RESERVE * QUOTE_RESERVE)

const sync = (reserve0: bigint, reserve1: bigint): Log => wordsLog(PAIR, [TOPIC.sync], [reserve0, reserve1])
const swap = wordsLog(PAIR, [TOPIC.swap, 1n, 2n], [0n, 0n, 0n, 0n])
const mint = wordsLog(PAIR, [TOPIC.mint, 1n], [0n, 0n])
const burn = wordsLog(PAIR, [TOPIC.burn, 1n, 2n], [0n, 0n])
const issue = (shares: bigint): Log => wordsLog(PAIR, [TOPIC.transfer, 0n, 7n], [shares])
const redeem = (shares: bigint): Log => wordsLog(PAIR, [TOPIC.transfer, 7n, 0n], [shares])

const FEED: Hex = '0x00000000000000000000000000000000000000fe'

function pair() {
  const b = adapterBench(
    uniswapV2({
      chainId: 1,
      pools: [{ name: 'P', pool: PAIR, base: BASE, baseDecimals: 18, quoteDecimals: 6, twapWindowS: 120, feed: FEED }],
    }),
  )
  b.say(call.token0(PAIR), BigInt(BASE))
  b.say(call.token1(PAIR), QUOTE)
  b.say(call.reserves(PAIR), BASE_RESERVE, QUOTE_RESERVE, 1_700_000_000n)
  b.say(call.supply(PAIR), SUPPLY)
  b.say(call.price0(PAIR), 0n)
  b.say(call.price1(PAIR), 0n)
  const losses = () => Array.from({ length: b.world.poolLosses.count }, (_, n) => b.world.poolLosses.at(n).kind)
  return { ...b, losses, answer: b.say }
}

describe('decodePairLog', () => {
  test('whatever anybody emits: an event or nothing, never a throw', () => {
    const topic = fc.oneof(fc.constantFrom(...Object.values(TOPIC)), fc.bigInt(0n, MAX_UINT256).map(hex32))
    const data = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 150 })
      .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
    fc.assert(
      fc.property(fc.array(topic, { maxLength: 5 }), data, (topics, d) => {
        const event = decodePairLog({ topics, data: d })
        if (event?.kind === 'sync') expect(event.reserve0).toBeLessThan(2n ** 112n)
      }),
      { numRuns: 2_000 },
    )
  })
  test('a reserve that no pair can have, and a transfer between people: nothing', () => {
    expect(decodePairLog(sync(2n ** 112n, 1n))).toBeUndefined()
    expect(decodePairLog(wordsLog(PAIR, [TOPIC.transfer, 7n, 8n], [1n]))).toBeUndefined()
    expect(decodePairLog(issue(3n))).toEqual({ kind: 'issued', shares: 3n })
  })
})

describe('lostE18', () => {
  const amount = fc.bigInt(1n, 2n ** 112n - 1n)
  test('never where a share gains, and rounded up where it loses', () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, amount, amount, (x, y, s, u, v, t) => {
        const lost = lostE18({ reserve0: x, reserve1: y, supply: s }, { reserve0: u, reserve1: v, supply: t })
        const falls = u * v * s * s < x * y * t * t
        expect(lost > 0n).toBe(falls)
        expect(lost).toBeLessThanOrEqual(E18)
      }),
    )
  })
  test('a tenth less of both is a tenth', () => {
    expect(lostE18({ reserve0: 100n, reserve1: 100n, supply: 9n }, { reserve0: 90n, reserve1: 90n, supply: 9n })).toBe(E18 / 10n)
  })
})

describe('uniswapV2', () => {
  test('first sight: reserves, price, depth and the venue that it is', () => {
    const b = pair()
    expect(b.block()).toHaveLength(6)
    expect(b.world.pools.at(0)).toMatchObject({
      reserve0: BASE_RESERVE,
      reserve1: QUOTE_RESERVE,
      lpSupply: SUPPLY,
      liquidity: SUPPLY,
      price: 2_000,
      twapPrice: 0,
    })
    expect(b.world.pools.at(0).depthDownUsd).toBeCloseTo(200_000 * (1 - Math.SQRT1_2), 3)
    expect(b.world.venues.keyOf(0)).toBe(PAIR)
    expect(b.block()).toEqual([])
  })
  test('a pair of other tokens is none of ours', () => {
    const b = pair()
    b.answer(call.token0(PAIR), 5n)
    b.block()
    expect(b.world.pools.count).toBe(0)
  })
  test('the mean price is that of the window, once it is remembered', () => {
    const b = pair()
    for (let n = 0; n < 11; n++) b.block()
    expect(b.world.pools.at(0).twapPrice).toBeCloseTo(2_000, 6)
    b.block([sync(BASE_RESERVE / 2n, QUOTE_RESERVE * 2n), swap])
    expect(b.world.pools.at(0).price).toBeCloseTo(8_000, 6)
    expect(b.world.pools.at(0).twapPrice).toBeCloseTo(2_000, 6) // what stood until now
    for (let n = 0; n < 5; n++) b.block()
    expect(b.world.pools.at(0).twapPrice).toBeCloseTo(2_000 + 6_000 / 2, 6)
  })
  test('the mean price stands beside its feed, so that oracle-deviation has a witness', () => {
    const b = pair()
    const feed = b.world.feeds.rowOf(FEED)
    for (let n = 0; n < 11; n++) b.block()
    expect(b.world.feeds.at(feed).twapPrice).toBeCloseTo(2_000, 6)
    expect(b.world.pools.at(0).feed).toBe(feed + 1)
  })
  test('a swap that leaves a share with less is a loss, with more is none', () => {
    const b = pair()
    b.block()
    b.block([sync((BASE_RESERVE * 11n) / 10n, (QUOTE_RESERVE * 10n) / 11n + 1n), swap])
    expect(b.losses()).toEqual([])
    b.block([sync(BASE_RESERVE, QUOTE_RESERVE / 2n), swap])
    expect(b.losses()).toEqual([POOL_LOSS.swap])
    expect(b.world.poolLosses.at(0).lostUsd).toBeCloseTo((1 - Math.SQRT1_2) * 2 * 181_818, -1)
  })
  test('shares for liquidity that is too little; shares that are the protocol fee', () => {
    const b = pair()
    b.block()
    b.block([issue(SUPPLY), sync(2n * BASE_RESERVE, 2n * QUOTE_RESERVE - 1n), mint])
    expect(b.losses()).toEqual([POOL_LOSS.liquidity])
    b.block([issue(SUPPLY / 100n), issue(SUPPLY / 100n), sync((BASE_RESERVE * 203n) / 100n, (QUOTE_RESERVE * 203n) / 100n), mint])
    expect(b.losses()).toEqual([])
  })
  test('shares redeemed for their part, and for more', () => {
    const b = pair()
    b.block()
    b.block([issue(5n), redeem(SUPPLY / 2n), sync(BASE_RESERVE / 2n + 100n, QUOTE_RESERVE / 2n + 100n), burn])
    expect(b.losses()).toEqual([])
    b.block([redeem(SUPPLY / 4n), sync(BASE_RESERVE / 8n, QUOTE_RESERVE / 8n), burn])
    expect(b.losses()).toEqual([POOL_LOSS.liquidity])
  })
  test('a reserve that shrinks without a swap, also when a swap follows', () => {
    const b = pair()
    b.block()
    b.block([sync(BASE_RESERVE / 2n, QUOTE_RESERVE), sync(BASE_RESERVE / 2n, QUOTE_RESERVE), swap])
    expect(b.losses()).toEqual([POOL_LOSS.sync])
    b.block([sync(1n, 1n)])
    expect(b.losses()).toEqual([POOL_LOSS.sync])
  })
  test('hostile: shares that never were, sums past the word, an empty pair', () => {
    const b = pair()
    b.block()
    expect(b.block([issue(MAX_UINT256), redeem(MAX_UINT256), sync(0n, 0n), swap])).toEqual([])
    expect(b.world.pools.at(0)).toMatchObject({ price: 0, lpSupply: SUPPLY })
    expect(b.block()).toHaveLength(6) // all is read again
    expect(b.world.pools.at(0)).toMatchObject({ price: 2_000 })
  })
  test('undo: a block taken back and applied again gives the same bytes', () => {
    const b = pair()
    b.block()
    const before = b.bytes()
    b.block([sync(BASE_RESERVE, QUOTE_RESERVE / 2n), swap, issue(1n)])
    const after = b.bytes()
    const block = b.undo()
    expect(b.bytes()).toEqual(before)
    b.apply(block)
    expect(b.bytes()).toEqual(after)
  })
})
