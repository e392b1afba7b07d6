// An end of a bridge made by hand, with hostile logs, and another chain that says this and that.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adapterBench, wordsLog } from '../../../test/support/adapter-bench.ts'
import { MAX_UINT256 } from '../../core/exact.ts'
import type { Counterpart, Hex, Log } from '../../core/flow.ts'
import { hex32 } from '../../core/words.ts'
import { call, TOPIC } from './abi.ts'
import { decodeBridgeLog } from './decode.ts'
import { bridge } from './index.ts'
import { heldCall } from './spec.ts'

const GATE: Hex = '0x00000000000000000000000000000000000000aa'
const TOKEN: Hex = '0x00000000000000000000000000000000000000bb'
const OTHER: Hex = '0x00000000000000000000000000000000000000cc'
const departed = (id: bigint, amount: bigint): Log => wordsLog(GATE, [TOPIC.departed, id, 1n], [2n, amount])
const arrived = (id: bigint, amount: bigint): Log => wordsLog(GATE, [TOPIC.arrived, id, 1n], [amount])
const filled = (id: bigint, amount: bigint): Log => wordsLog(GATE, [TOPIC.filled, id, 1n, 2n], [amount])

function gate(nonce = 0n) {
  const spec = { name: 'G', side: 'lock', gateway: GATE, token: TOKEN, decimals: 2, usd: 2, other: { chainId: 2, gateway: OTHER } } as const
  const b = adapterBench(bridge({ chainId: 1, gateways: [spec] }))
  b.say(call.token(GATE), BigInt(TOKEN))
  b.say(call.nonce(GATE), nonce)
  b.say(heldCall(spec), 10_000n)
  /** `sent`: id, amount, block. */
  const hear = (number: number, sent: readonly (readonly [bigint, bigint, number])[], more: Partial<Counterpart> = {}): void => {
    b.protocol.hear?.(b.world, {
      chainId: 1,
      fromChainId: 2,
      number,
      hash: hex32(BigInt(number)),
      timeS: 1_700_000_000 + number * 12,
      finalNumber: 0,
      after: 0,
      bridges: [
        {
          gateway: OTHER,
          sinceS: 0,
          held: hex32(500n),
          departed: hex32(1n),
          arrived: hex32(2n),
          sent: sent.map(([id, amount, block]) => ({ id: hex32(id), amount: hex32(amount), block, timeS: 1_700_000_000 + block * 12 })),
        },
      ],
      ...more,
    })
  }
  const unmatched = () => Array.from({ length: b.world.bridgeUnmatched.count }, (_, n) => b.world.bridgeUnmatched.at(n).id)
  return { ...b, hear, unmatched, row: () => b.world.bridges.at(0), answer: b.say }
}

describe('decodeBridgeLog', () => {
  test('whatever anybody emits: an event or nothing, never a throw', () => {
    const topic = fc.oneof(fc.constantFrom(...Object.values(TOPIC)), fc.bigInt(0n, MAX_UINT256).map(hex32))
    const data = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 80 })
      .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
    fc.assert(
      fc.property(fc.array(topic, { maxLength: 5 }), data, (topics, d) => {
        const event = decodeBridgeLog({ topics, data: d })
        if (event) expect(event.amount).toBeTypeOf('bigint')
      }),
      { numRuns: 2_000 },
    )
  })
  test('each event, and cut short: nothing', () => {
    expect([departed(7n, 8n), arrived(7n, 8n), filled(7n, 8n)].map(decodeBridgeLog)).toEqual(
      ['departed', 'arrived', 'filled'].map((kind) => ({ kind, id: 7n, amount: 8n })),
    )
    for (const log of [departed(7n, 8n), arrived(7n, 8n), filled(7n, 8n)])
      expect(decodeBridgeLog({ ...log, data: log.data.slice(0, -2) as Hex })).toBeUndefined()
  })
})

describe('bridge', () => {
  test('first sight: what lies there, since when departures are known, and whose venue it is', () => {
    const early = gate()
    early.block([arrived(1n, 5n)])
    expect(early.row()).toMatchObject({ held: 10_000n, sinceS: 0, arrived: 0n, otherTimeS: 0 })
    expect(early.world.venues.keyOf(0)).toBe(GATE)
    const late = gate(4n)
    late.block()
    expect(late.row().sinceS).toBe(1_700_000_012)
    const strange = gate()
    strange.answer(call.token(GATE), 5n)
    strange.block()
    expect(strange.world.bridges.count).toBe(0)
  })
  test('an arrival waits for its departure, in each block, until the other chain says it', () => {
    const b = gate()
    b.block()
    b.block([arrived(7n, 100n), arrived(8n, 50n)])
    expect(b.unmatched()).toEqual([8n, 7n])
    expect(b.world.bridgeUnmatched.at(1)).toMatchObject({ amount: 100n, sent: 0, usd: 2, waitedS: 0 })
    expect(b.world.bridgeUnmatched.at(1).aheadS).toBeLessThan(-1e9) // never heard of
    b.hear(9, [[7n, 100n, 3]])
    b.block()
    expect(b.unmatched()).toEqual([8n])
    expect(b.world.bridgeUnmatched.at(0)).toMatchObject({ waitedS: 12, aheadS: 84, knownS: 1_700_000_024 })
    expect(b.row()).toMatchObject({ pending: 1, arrived: 150n, otherHeld: 500n, otherNumber: 9 })
    b.hear(10, [[8n, 60n, 10]], { after: 9 })
    b.block()
    expect(b.row()).toMatchObject({ pending: 0, firstPending: 0 })
  })
  test('a departure first: then nothing waits; of less than arrives: that stands', () => {
    const b = gate()
    b.block()
    b.hear(3, [
      [7n, 100n, 3],
      [8n, 10n, 3],
    ])
    b.block([arrived(7n, 100n), arrived(8n, 11n)])
    expect(b.unmatched()).toEqual([8n])
    expect(b.world.bridgeUnmatched.at(0)).toMatchObject({ sent: 1, usd: 0.02, sentAmount: 10n })
  })
  test('a fast fill is no arrival', () => {
    const b = gate()
    b.block()
    b.block([filled(7n, 100n)])
    expect(b.unmatched()).toEqual([])
    expect(b.world.bridgeArrivals.at(0)).toMatchObject({ filledAmount: 100n, arrivedAtS: 0 })
  })
  test('the other chain has another branch: what it says no more is taken back, what it says again stays', () => {
    const b = gate()
    b.block()
    b.hear(5, [
      [7n, 100n, 4],
      [8n, 100n, 5],
      [9n, 100n, 5],
    ])
    b.block([arrived(7n, 100n), arrived(8n, 100n), arrived(9n, 100n)])
    expect(b.unmatched()).toEqual([])
    b.hear(6, [[9n, 100n, 6]], { after: 4 })
    b.block()
    expect(b.unmatched()).toEqual([8n])
    expect(b.row()).toMatchObject({ pending: 1, otherNumber: 6 })
  })
  test('said again, it changes nothing', () => {
    const b = gate()
    b.block()
    b.hear(5, [[7n, 100n, 4]])
    const once = b.bytes()
    b.hear(5, [[7n, 100n, 4]], { after: 3 })
    expect(b.bytes()).toEqual(once)
  })
  test('an end that was not there yet is asked for from its beginning', () => {
    const b = gate()
    b.block()
    b.hear(5, [], { bridges: [] })
    expect(b.row()).toMatchObject({ otherNumber: 5, otherTimeS: 0 })
    b.hear(6, [[7n, 100n, 6]], { after: 5 })
    expect(b.row()).toMatchObject({ otherNumber: 0, otherTimeS: 0 })
    b.hear(6, [[7n, 100n, 6]])
    expect(b.row()).toMatchObject({ otherNumber: 6, otherTimeS: 1_700_000_072 })
    b.hear(9, [], { fromChainId: 3 })
    expect(b.row()).toMatchObject({ otherNumber: 6 })
  })
  test('it tells what departed above a block', () => {
    const b = gate()
    b.block()
    b.block([departed(1n, 10n), departed(1n, 99n)])
    b.block([departed(2n, 20n), departed(3n, 30n)])
    const ids = (after: number) => b.protocol.tells?.(b.world, after)[0]?.sent.map(({ id }) => BigInt(id))
    expect([ids(0), ids(2), ids(3)]).toEqual([[1n, 2n, 3n], [2n, 3n], []])
    expect(b.protocol.tells?.(b.world, 0)[0]).toMatchObject({ gateway: GATE, sinceS: 0, held: hex32(10_000n), departed: hex32(60n) })
  })
  test('supply against what is locked is written while the other view is as new as the block', () => {
    const b = gate()
    b.block()
    b.hear(1, [])
    b.block()
    expect(b.world.backings.count).toBe(0)
    b.hear(50, [])
    b.block()
    expect(b.world.backings.at(0)).toMatchObject({ supplyUsd: 10, backingUsd: 200, mintedUsd: 0 })
  })
  test('hostile: one id twice, sums past the word', () => {
    const b = gate()
    b.block()
    b.block([arrived(7n, MAX_UINT256), arrived(7n, 1n), arrived(8n, MAX_UINT256), departed(1n, MAX_UINT256), departed(2n, 5n)])
    expect(b.row()).toMatchObject({ arrived: MAX_UINT256, departed: MAX_UINT256, pending: 2 })
    expect(b.world.bridgeArrivals.at(0).arrivedAmount).toBe(MAX_UINT256)
  })
  test('undo: a block taken back and applied again gives the same bytes', () => {
    const b = gate()
    b.block()
    b.block([arrived(1n, 5n)])
    const before = b.bytes()
    b.block([arrived(7n, 100n), departed(8n, 50n), filled(9n, 1n)])
    const after = b.bytes()
    const block = b.undo()
    expect(b.bytes()).toEqual(before)
    b.apply(block)
    expect(b.bytes()).toEqual(after)
  })
})
