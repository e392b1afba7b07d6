import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlockInput, Hex, Log, ReadResult } from '../../core/flow.ts'
import { callOf, hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { createWorld } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { TOPIC, VIEW } from './abi.ts'
import { decodeFeedLog } from './decode.ts'
import { chainlink } from './index.ts'

const PROXY: Hex = '0x00000000000000000000000000000000000000a1'
const AGGREGATOR: Hex = '0x00000000000000000000000000000000000000b1'
const words = (...values: readonly bigint[]): Hex => `0x${values.map((v) => hex32(v < 0n ? v + 2n ** 256n : v).slice(2)).join('')}`
const topic = (value: bigint): Hex => words(value)
const log = (topics: readonly Hex[], data: Hex, address = AGGREGATOR): Log => ({
  address,
  topics,
  data,
  txHash: '0x',
  txIndex: 0,
  logIndex: 0,
})
const answered = (answer: bigint, round: bigint, atS = 5n): Log => log([TOPIC.answerUpdated, topic(answer), topic(round)], words(atS))
const read = (to: Hex, selector: Hex, result: Hex | null): ReadResult => ({ ...callOf(to, selector), result })

function start(over: readonly ReadResult[] = []) {
  const world = createWorld(1)
  const adapter = chainlink({ chainId: 1, feeds: [{ name: 'X', proxy: PROXY }] })
  let number = 0
  const block = (logs: readonly Log[], reads: readonly ReadResult[] = [read(PROXY, VIEW.aggregator, words(BigInt(AGGREGATOR)))]): void => {
    number += 1
    const input: BlockInput = { chainId: 1, number, hash: '0x', parentHash: '0x', timeS: number * 12, logs, reads }
    world.store.begin()
    adapter.apply(world, input, new Answers(reads))
  }
  block(
    [],
    [
      read(PROXY, VIEW.aggregator, words(BigInt(AGGREGATOR))),
      read(PROXY, VIEW.decimals, words(8n)),
      read(PROXY, VIEW.latestRoundData, words((1n << 64n) | 7n, 200_000_000n, 1n, 2n, 7n)),
      read(AGGREGATOR, VIEW.getOracles, null),
      ...over,
    ],
  )
  return { world, block, adapter }
}

describe('decodeFeedLog', () => {
  test('whatever anybody emits: an event or nothing, never a throw', () => {
    const hex = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 70 })
      .map((b): Hex => `0x${b.map((n) => n.toString(16).padStart(2, '0')).join('')}`)
    const topics = fc.array(fc.oneof(hex, fc.constantFrom(...Object.values(TOPIC)), fc.bigInt(0n, 2n ** 256n - 1n).map(topic)), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(topics, hex, (t, data) => {
        decodeFeedLog({ topics: t, data })
      }),
    )
  })
  test('too few topics or too little data is no event', () => {
    expect(decodeFeedLog({ topics: [TOPIC.answerUpdated, topic(1n)], data: words(1n) })).toBeUndefined()
    expect(decodeFeedLog({ topics: [TOPIC.answerUpdated, topic(1n), topic(1n)], data: '0x01' })).toBeUndefined()
    expect(decodeFeedLog({ topics: [TOPIC.submissionReceived, topic(1n), topic(1n)], data: '0x' })).toBeUndefined()
    expect(decodeFeedLog({ topics: [], data: '0x' })).toBeUndefined()
  })
})

describe('chainlink', () => {
  test('first sight is no change: a price, no round', () => {
    const { world } = start()
    expect(world.feeds.at(0)).toMatchObject({ price: 2, previousPrice: 2, reporters: 0, decimals: 8 })
    expect(world.feedRounds.count).toBe(0)
  })

  test('a negative and a zero answer are stored as they are', () => {
    const { world, block } = start()
    block([answered(-5n, 8n)])
    expect(signed(world.feeds.at(0).answer)).toBe(-5n)
    expect(world.feeds.at(0).price).toBe(-5e-8)
    expect(world.feedRounds.at(0)).toMatchObject({ price: -5e-8, previousPrice: 2 })
    block([answered(0n, 9n)])
    expect(world.feedRounds.at(0)).toMatchObject({ price: 0, previousPrice: -5e-8, answer: 0n })
  })

  test('the same answer again in its round is no row; in another round it is one', () => {
    const { world, block } = start()
    block([answered(300_000_000n, 8n), answered(300_000_000n, 8n)])
    expect(world.feedRounds.count).toBe(1)
    block([answered(300_000_000n, 9n)])
    expect(world.feedRounds.count).toBe(1)
    expect(world.feedRounds.at(0)).toMatchObject({ price: 3, previousPrice: 3 })
    expect(world.feeds.at(0)).toMatchObject({ previousPrice: 2, roundId: (1n << 64n) | 9n })
  })

  test('logs of other contracts with our topics are not ours', () => {
    const { world, block } = start()
    block([{ ...answered(1n, 8n), address: '0x00000000000000000000000000000000000000c1' }])
    expect(world.feedRounds.count).toBe(0)
  })

  test('a proxy that reverts leaves the feed as it is; one that was never seen stays unseen', () => {
    const { world, block } = start()
    block([answered(100_000_000n, 8n)], [read(PROXY, VIEW.aggregator, null)])
    expect(world.feeds.at(0)).toMatchObject({ price: 1, swaps: 0 })
    const fresh = createWorld(1)
    const adapter = chainlink({ chainId: 1, feeds: [{ name: 'X', proxy: PROXY }] })
    adapter.apply(
      fresh,
      { chainId: 1, number: 1, hash: '0x', parentHash: '0x', timeS: 1, logs: [], reads: [] },
      new Answers([read(PROXY, VIEW.aggregator, null)]),
    )
    expect(fresh.feeds.count).toBe(0)
  })

  test('a swap to an aggregator that never answered is a price of zero, with a round', () => {
    const { world, block } = start()
    const empty: Hex = '0x00000000000000000000000000000000000000b2'
    block(
      [],
      [read(PROXY, VIEW.aggregator, words(BigInt(empty))), read(PROXY, VIEW.phaseId, words(2n)), read(PROXY, VIEW.latestRoundData, null)],
    )
    expect(world.feeds.at(0)).toMatchObject({ price: 0, previousPrice: 2, swaps: 1, roundId: 2n << 64n })
    expect(world.feedRounds.at(0)).toMatchObject({ feed: 1, price: 0, previousPrice: 2 })
  })

  test('reports: middle of two is their mean; who may not report any more does not count', () => {
    const { world, block } = start()
    const said = (value: bigint, who: bigint): Log => log([TOPIC.submissionReceived, topic(value), topic(8n), topic(who)], '0x')
    block([said(100_000_000n, 1n), said(300_000_000n, 2n)])
    expect(world.feeds.at(0)).toMatchObject({ reporters: 2, lowestReport: 1, highestReport: 3, medianReport: 2 })
    block([log([TOPIC.oraclePermissionsUpdated, topic(2n), topic(0n)], '0x')])
    expect(world.feeds.at(0)).toMatchObject({ reporters: 1, lowestReport: 1, highestReport: 1, medianReport: 1 })
  })

  test('what the aggregator can answer: as either kind names it; unknown if it tells nothing or nonsense', () => {
    const limits = (...reads: readonly ReadResult[]) => {
      const { minAnswer, maxAnswer, minReports } = start(reads).world.feeds.at(0)
      return [signed(minAnswer), signed(maxAnswer), minReports]
    }
    const flux = [read(AGGREGATOR, VIEW.minSubmissionValue, words(-7n)), read(AGGREGATOR, VIEW.maxSubmissionValue, words(9n))]
    expect(limits()).toEqual([0n, 0n, 0])
    expect(limits(...flux, read(AGGREGATOR, VIEW.minSubmissionCount, words(3n)))).toEqual([-7n, 9n, 3])
    expect(limits(...flux, read(AGGREGATOR, VIEW.minSubmissionCount, words(78n)))).toEqual([-7n, 9n, 0])
    expect(limits(read(AGGREGATOR, VIEW.minAnswer, words(5n)), read(AGGREGATOR, VIEW.maxAnswer, '0x12'))).toEqual([5n, 0n, 0])
  })

  test('the middle that one reporter could make alone, and who said the same', () => {
    const { world, block } = start()
    const said = (value: bigint, who: bigint, round = 7n): Log =>
      log([TOPIC.submissionReceived, topic(value * 100_000_000n), topic(round), topic(who)], '0x')
    block([said(10n, 1n), said(20n, 2n)])
    expect(world.feeds.at(0)).toMatchObject({ reportsInRound: 2, medianFloor: 0, medianCeiling: 0 })
    block([said(30n, 3n)])
    expect(world.feeds.at(0)).toMatchObject({ reportsInRound: 3, medianReport: 20, medianFloor: 10, medianCeiling: 30, sameReports: 1 })
    block([said(40n, 4n)])
    expect(world.feeds.at(0)).toMatchObject({ reportsInRound: 4, medianReport: 25, medianFloor: 15, medianCeiling: 35 })
    block([answered(4_000_000_000n, 8n), said(40n, 1n, 8n), said(40n, 2n, 8n), said(41n, 3n, 9n)])
    expect(world.feeds.at(0)).toMatchObject({ reportsInRound: 3, sameReports: 2, medianFloor: 40, medianCeiling: 41 })
  })

  test('RoundDetailsUpdated says how many submissions an answer needs; nonsense says nothing', () => {
    const { world, block } = start()
    const details = (count: bigint): Log => log([TOPIC.roundDetailsUpdated, topic(1n), topic(count), topic(9n)], words(0n, 0n))
    block([details(4n)])
    expect(world.feeds.at(0).minReports).toBe(4)
    block([details(10n ** 20n)])
    expect(world.feeds.at(0).minReports).toBe(4)
  })

  test('undo law: back and forward again, all bytes equal', () => {
    const event = fc.oneof(
      fc.tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt(1n, 20n)).map(([answer, round]) => answered(answer, round)),
      fc
        .tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt(1n, 5n))
        .map(([value, who]) => log([TOPIC.submissionReceived, topic(value), topic(3n), topic(who)], '0x')),
      fc.tuple(fc.bigInt(1n, 5n), fc.bigInt(0n, 1n)).map(([who, on]) => log([TOPIC.oraclePermissionsUpdated, topic(who), topic(on)], '0x')),
    )
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 5 }), { minLength: 1, maxLength: 8 }), (blocks) => {
        const { world, block } = start()
        const mark = world.store.mark()
        const before = world.store.dump()
        for (const logs of blocks) block(logs)
        world.store.undoTo(mark)
        expect(world.store.dump()).toEqual(before)
      }),
      { numRuns: 50 },
    )
  })
})
