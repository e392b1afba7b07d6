// OCR: all observers of a round in one event with dynamic data. What viem encodes is read back; what is spoilt is nothing, never a throw.
import fc from 'fast-check'
import { encodeAbiParameters, encodeEventTopics, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import type { BlockInput, Hex, Log, ReadResult } from '../../core/flow.ts'
import { addressOf, callOf, hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { createWorld } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { TOPIC, VIEW } from './abi.ts'
import { decodeFeedLog } from './decode.ts'
import { chainlink } from './index.ts'

const OCR1 = parseAbi([
  'event NewTransmission(uint32 indexed aggregatorRoundId, int192 answer, address transmitter, int192[] observations, bytes observers, bytes32 rawReportContext)',
  'event ConfigSet(uint32 previousConfigBlockNumber, uint64 configCount, address[] signers, address[] transmitters, uint8 threshold, uint64 encodedConfigVersion, bytes encoded)',
])
const OCR2 = parseAbi([
  'event NewTransmission(uint32 indexed aggregatorRoundId, int192 answer, address transmitter, uint32 observationsTimestamp, int192[] observations, bytes observers, int192 juelsPerFeeCoin, bytes32 configDigest, uint40 epochAndRound)',
  'event ConfigSet(uint32 previousConfigBlockNumber, bytes32 configDigest, uint64 configCount, address[] signers, address[] transmitters, uint8 f, bytes onchainConfig, uint64 offchainConfigVersion, bytes offchainConfig)',
])
const WHO = `0x${'77'.repeat(20)}` as Hex
const bytes = (list: readonly number[]): Hex => `0x${list.map((n) => n.toString(16).padStart(2, '0')).join('')}`

interface Report {
  readonly version: 1 | 2
  readonly round: number
  readonly answer: bigint
  readonly seen: readonly { readonly observer: number; readonly answer: bigint }[]
}
function encoded({ version, round, answer, seen }: Report, observers = seen.map(({ observer }) => observer)): Pick<Log, 'topics' | 'data'> {
  const abi = version === 1 ? OCR1 : OCR2
  const topics = encodeEventTopics({ abi, eventName: 'NewTransmission', args: { aggregatorRoundId: round } }) as Hex[]
  const inputs = abi[0].inputs.slice(1)
  const observations = seen.map((one) => one.answer)
  const values =
    version === 1
      ? [answer, WHO, observations, bytes(observers), hex32(5n)]
      : [answer, WHO, 1_700_000_000, observations, bytes(observers), 3n, hex32(9n), 770]
  return { topics, data: encodeAbiParameters(inputs, values) }
}

const LIMIT = 2n ** 191n
const int192 = fc.oneof(fc.bigInt(-LIMIT, LIMIT - 1n), fc.constantFrom(0n, -1n, 1n, -LIMIT, LIMIT - 1n))
const report: fc.Arbitrary<Report> = fc.record({
  version: fc.constantFrom(1, 2),
  round: fc.integer({ min: 0, max: 0xffff_ffff }),
  answer: int192,
  seen: fc.array(fc.record({ observer: fc.nat(30), answer: int192 }), { minLength: 1, maxLength: 31 }),
})

describe('a transmission', () => {
  test('the topics are those of the published events', () => {
    expect(TOPIC.newTransmission1).toBe(encodeEventTopics({ abi: OCR1, eventName: 'NewTransmission' })[0])
    expect(TOPIC.newTransmission2).toBe(encodeEventTopics({ abi: OCR2, eventName: 'NewTransmission' })[0])
    expect(TOPIC.configSet1).toBe(encodeEventTopics({ abi: OCR1, eventName: 'ConfigSet' })[0])
    expect(TOPIC.configSet2).toBe(encodeEventTopics({ abi: OCR2, eventName: 'ConfigSet' })[0])
  })

  test('property: what was encoded is what is read', () => {
    fc.assert(
      fc.property(report, (given) => {
        expect(decodeFeedLog(encoded(given))).toEqual({ kind: 'transmission', round: BigInt(given.round), observations: given.seen })
      }),
    )
  })

  test('property: cut off anywhere, it is nothing', () => {
    fc.assert(
      fc.property(report, fc.nat(), (given, at) => {
        const { topics, data } = encoded(given)
        // the observers' word ends the data, so nothing can be left out
        const cut = data.slice(0, 2 + (at % (data.length - 2))) as Hex
        expect(decodeFeedLog({ topics, data: cut })).toBeUndefined()
      }),
    )
  })

  test('property: with any word or byte replaced, never a throw; if it is still one, all of it is in bounds', () => {
    const word = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 1_000n), fc.constantFrom(2n ** 255n, 2n ** 191n, 2n ** 64n, 32n))
    fc.assert(
      fc.property(report, fc.array(fc.tuple(fc.nat(), word), { minLength: 1, maxLength: 4 }), (given, spoils) => {
        const { topics, data } = encoded(given)
        let spoilt = data.slice(2)
        for (const [at, by] of spoils) {
          const from = 64 * (at % Math.floor(spoilt.length / 64))
          spoilt = spoilt.slice(0, from) + hex32(by).slice(2) + spoilt.slice(from + 64)
        }
        const event = decodeFeedLog({ topics, data: `0x${spoilt}` })
        if (event?.kind !== 'transmission') return
        expect(event.observations.length).toBeGreaterThan(0)
        expect(event.observations.length).toBeLessThanOrEqual(31)
        for (const { observer, answer } of event.observations) {
          expect(observer).toBeLessThan(31)
          expect(answer >= -LIMIT && answer < LIMIT).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  test.each([1, 2] as const)(
    'edge: of version %i, one observer too few or too many, none at all, 32 of them, or a 32nd place: nothing',
    (version) => {
      const of = (count: number): Report => ({
        version,
        round: 1,
        answer: 1n,
        seen: Array.from({ length: count }, (_, observer) => ({ observer: observer % 31, answer: 1n })),
      })
      const says = (given: Report, observers?: readonly number[]) => decodeFeedLog(encoded(given, observers as number[]))?.kind
      expect(says(of(31))).toBe('transmission')
      for (const count of [0, 32, 100]) expect(says(of(count))).toBeUndefined()
      expect(says(of(3), [0, 1])).toBeUndefined()
      expect(says(of(3), [0, 1, 2, 3])).toBeUndefined()
      expect(says(of(3), [0, 1, 30])).toBe('transmission')
      expect(says(of(3), [0, 1, 31])).toBeUndefined()
    },
  )

  test('edge: values beyond int192 are nothing, in the answer and in an observation', () => {
    const { topics, data } = encoded({ version: 1, round: 1, answer: 1n, seen: [{ observer: 0, answer: 1n }] })
    const put = (at: number, value: bigint): Hex =>
      `${data.slice(0, 2 + 64 * at)}${hex32(BigInt.asUintN(256, value)).slice(2)}${data.slice(66 + 64 * at)}` as Hex
    const [answer, observation] = [0, 6]
    for (const at of [answer, observation]) {
      for (const good of [LIMIT - 1n, -LIMIT, 0n]) expect(decodeFeedLog({ topics, data: put(at, good) })?.kind).toBe('transmission')
      for (const bad of [LIMIT, -LIMIT - 1n]) expect(decodeFeedLog({ topics, data: put(at, bad) })).toBeUndefined()
    }
    expect(decodeFeedLog({ topics: topics.slice(0, 1), data })).toBeUndefined()
  })
})

const PROXY: Hex = '0x00000000000000000000000000000000000000a1'
const AGGREGATOR: Hex = '0x00000000000000000000000000000000000000b1'
const OTHER: Hex = '0x00000000000000000000000000000000000000b2'
const [ANN, BOB, EVE] = [0xa, 0xb, 0xe].map((n) => addressOf(BigInt(n))) as [Hex, Hex, Hex]
const E8 = 100_000_000n
const words = (...values: readonly bigint[]): Hex => `0x${values.map((v) => hex32(BigInt.asUintN(256, v)).slice(2)).join('')}`
const list = (all: readonly Hex[]): Hex => words(32n, BigInt(all.length), ...all.map(BigInt))
const read = (to: Hex, selector: Hex, result: Hex | null): ReadResult => ({ ...callOf(to, selector), result })
const of = (shape: Pick<Log, 'topics' | 'data'>, address = AGGREGATOR): Log => ({
  ...shape,
  address,
  txHash: '0x',
  txIndex: 0,
  logIndex: 0,
})
const seen = (round: number, prices: Readonly<Record<number, bigint>>, answer = 2n * E8, version: 1 | 2 = 2): Log =>
  of(
    encoded({
      version,
      round,
      answer,
      seen: Object.entries(prices).map(([observer, price]) => ({ observer: Number(observer), answer: price })),
    }),
  )
const answered = (answer: bigint, round: bigint): Log => of({ topics: [TOPIC.answerUpdated, words(answer), words(round)], data: words(5n) })
const config = (topic: Hex = TOPIC.configSet2, address = AGGREGATOR): Log => of({ topics: [topic], data: '0x' }, address)

/** A chain of one feed whose aggregator tells its transmitters by one of the two views, or not at all. */
function bench(view: 'transmitters' | 'getTransmitters' | 'neither' = 'transmitters', heartbeatS?: number) {
  const world = createWorld(1)
  const adapter = chainlink({ chainId: 1, feeds: [{ name: 'X', proxy: PROXY, ...(heartbeatS === undefined ? {} : { heartbeatS }) }] })
  const chain = { aggregator: AGGREGATOR, transmitters: [ANN, BOB] as readonly Hex[], answer: 2n * E8 }
  let number = 0
  const answerTo = (to: Hex, data: Hex): Hex | null => {
    const known = [
      read(PROXY, VIEW.aggregator, words(BigInt(chain.aggregator))),
      read(PROXY, VIEW.decimals, words(8n)),
      read(PROXY, VIEW.phaseId, words(1n)),
      read(PROXY, VIEW.latestRoundData, words((1n << 64n) | 7n, chain.answer, 1n, 2n, 7n)),
      ...(view === 'neither' ? [] : [read(chain.aggregator, VIEW[view], list(chain.transmitters))]),
    ].find((one) => one.to === to && one.data === data)
    return known?.result ?? null
  }
  const block = (logs: readonly Log[] = []): readonly number[] => {
    number += 1
    const so = { number, timeS: number * 12, logs }
    const rounds: number[] = []
    let answers = new Answers([])
    for (;;) {
      const wanted = adapter.reads(world, so, answers)
      if (wanted.length === 0) break
      rounds.push(wanted.length)
      answers = new Answers([...answers.all, ...wanted.map((call) => ({ ...call, result: answerTo(call.to, call.data) }))])
    }
    world.store.begin()
    const input: BlockInput = { ...so, chainId: 1, hash: '0x', parentHash: '0x', reads: answers.all }
    adapter.apply(world, input, answers)
    return rounds
  }
  const said = () =>
    Object.fromEntries(
      Array.from({ length: world.reporters.count }, (_, row) => {
        const { reporter, active, price, updatedAtS } = world.reporters.at(row)
        return [addressOf(reporter), active === 1 ? [price, updatedAtS] : 'gone']
      }),
    )
  const rounds = block()
  return { world, chain, block, said, rounds, feed: () => world.feeds.at(0) }
}

describe('a feed of OCR', () => {
  test.each(['transmitters', 'getTransmitters'] as const)('first sight: who may report, by the view %s, in three rounds', (view) => {
    const { rounds, said, feed, block } = bench(view)
    expect(rounds).toEqual([1, 4, 4])
    expect(said()).toEqual({ [ANN]: [0, 0], [BOB]: [0, 0] })
    expect(feed()).toMatchObject({ reporters: 2, lowestReport: 0, price: 2 })
    expect(block()).toEqual([1])
  })

  test('a transmission is the latest report of each who took part', () => {
    const { block, said, feed } = bench()
    block([seen(8, { 0: 1n * E8, 1: 3n * E8 })])
    expect(said()).toEqual({ [ANN]: [1, 24], [BOB]: [3, 24] })
    expect(feed()).toMatchObject({ reporters: 2, lowestReport: 1, medianReport: 2, highestReport: 3 })
    block([seen(9, { 1: 5n * E8 }, 5n * E8, 1)])
    expect(said()).toEqual({ [ANN]: [1, 24], [BOB]: [5, 36] })
    expect(feed()).toMatchObject({ highestReport: 5 })
  })

  test('it alone is no round: the answer comes with its own event, once', () => {
    const { world, block, feed } = bench()
    block([seen(8, { 0: 9n * E8 }, 9n * E8)])
    expect([feed().price, world.feedRounds.count]).toEqual([2, 0])
    block([seen(9, { 0: 9n * E8 }, 9n * E8), answered(9n * E8, 9n)])
    expect([feed().price, world.feedRounds.count]).toEqual([9, 1])
    expect(feed().roundId).toBe((1n << 64n) | 9n)
  })

  test('an answer that is not the middle of its observations: both stand as they came', () => {
    const { block, feed } = bench()
    block([seen(8, { 0: 2n * E8, 1: 2n * E8 }, 900n * E8), answered(900n * E8, 8n)])
    expect(feed()).toMatchObject({ price: 900, medianReport: 2, highestReport: 2 })
  })

  test('zero and negative reports and answers stand as they are', () => {
    const { block, feed } = bench()
    block([seen(8, { 0: 0n, 1: -2n * E8 }, -1n), answered(-1n, 8n)])
    expect(feed()).toMatchObject({ lowestReport: -2, highestReport: 0, medianReport: -1, price: -1e-8 })
    expect(signed(feed().answer)).toBe(-1n)
  })

  test('the same round twice: the later report counts, the same answer is one row', () => {
    const { world, block, feed } = bench()
    block([seen(8, { 0: 1n * E8 }), answered(1n * E8, 8n), seen(8, { 0: 4n * E8 }), answered(1n * E8, 8n)])
    expect(world.feedRounds.count).toBe(1)
    expect(feed()).toMatchObject({ highestReport: 4, price: 1 })
  })

  test('a place in which nobody stands is nobody', () => {
    const { block, said } = bench()
    block([seen(8, { 0: 1n * E8, 2: 666n * E8, 30: 666n * E8 })])
    expect(said()).toEqual({ [ANN]: [1, 24], [BOB]: [0, 0] })
  })

  test('an aggregator that does not tell: observers by place, each with a name of its own', () => {
    const { block, feed, said } = bench('neither')
    expect(feed().reporters).toBe(0)
    block([seen(8, { 0: 1n * E8, 30: 3n * E8 })])
    block([seen(9, { 30: 5n * E8 })])
    expect(Object.values(said())).toEqual([
      [1, 24],
      [5, 36],
    ])
    expect(feed()).toMatchObject({ reporters: 2, lowestReport: 1, highestReport: 5 })
    block([config(TOPIC.configSet1)])
    expect(feed()).toMatchObject({ reporters: 0, highestReport: 0 })
  })

  test.each([TOPIC.configSet1, TOPIC.configSet2])('other transmitters: read again; who stays is heard, who left is not', (topic) => {
    const { chain, block, said, feed } = bench()
    block([seen(8, { 0: 1n * E8, 1: 3n * E8 })])
    chain.transmitters = [EVE, BOB]
    expect(block([seen(9, { 0: 2n * E8 }), config(topic), seen(10, { 0: 7n * E8 })])).toEqual([3])
    expect(said()).toEqual({ [ANN]: 'gone', [BOB]: [3, 24], [EVE]: [7, 36] })
    expect(feed()).toMatchObject({ reporters: 2, lowestReport: 3, highestReport: 7 })
    expect(block([config(topic, OTHER)])).toEqual([1])
  })

  test('another aggregator behind the proxy: its transmitters, none of whom has said anything to it yet', () => {
    const { chain, block, said, feed } = bench()
    block([seen(8, { 0: 1n * E8, 1: 3n * E8 })])
    Object.assign(chain, { aggregator: OTHER, transmitters: [BOB, EVE], answer: 5n * E8 })
    expect(block()).toEqual([1, 4, 4])
    expect(said()).toEqual({ [ANN]: 'gone', [BOB]: [0, 0], [EVE]: [0, 0] })
    expect(feed()).toMatchObject({ reporters: 2, highestReport: 0, swaps: 1, price: 5 })
    block([{ ...seen(8, { 1: 5n * E8 }), address: OTHER }, seen(9, { 0: 666n * E8 })])
    expect(said()).toEqual({ [ANN]: 'gone', [BOB]: [0, 0], [EVE]: [5, 48] })
  })

  test('too many transmitters, or none, are not believed', () => {
    for (const count of [0, 32]) {
      const { chain, block, feed } = bench()
      chain.transmitters = Array.from({ length: count }, (_, n) => addressOf(BigInt(n + 1)))
      block([config()])
      expect(feed().reporters).toBe(0)
    }
  })

  test('undo law: back to before, all bytes equal', () => {
    const event = fc.oneof(
      report.map((given) => of(encoded(given))),
      fc.constantFrom(config(), config(TOPIC.configSet1)),
      fc.tuple(int192, fc.bigInt(1n, 9n)).map(([answer, round]) => answered(answer, round)),
    )
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 3 }), { minLength: 1, maxLength: 5 }), fc.boolean(), (blocks, told) => {
        const { world, block, chain } = bench(told ? 'transmitters' : 'neither')
        const [mark, before] = [world.store.mark(), world.store.dump()]
        for (const [n, logs] of blocks.entries()) {
          chain.transmitters = [ANN, BOB, EVE].slice(n % 3)
          block(logs)
        }
        world.store.undoTo(mark)
        expect(world.store.dump()).toEqual(before)
      }),
      { numRuns: 50 },
    )
  })
})

test('the longest time between rounds is as the config says; without it 0', () => {
  expect(bench('transmitters', 3_600).feed().heartbeatS).toBe(3_600)
  expect(bench().feed().heartbeatS).toBe(0)
})
