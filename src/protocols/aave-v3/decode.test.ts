import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RAY, rayDiv, rayMul } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, hex32 } from '../../core/words.ts'
import { LogWords } from '../../decode/log-words.ts'
import { FLOW } from '../../state/tables.ts'
import { TOPIC } from './abi.ts'
import * as decode from './decode.ts'

const words = (...values: readonly bigint[]): Hex => `0x${values.map((v) => hex32(v).slice(2)).join('')}`
const [asset, user, other] = [0xa1n, 0xb1n, 0xc1n]
const address = (word: bigint): string => `0x${word.toString(16).padStart(40, '0')}`

type Shape = Pick<Log, 'topics' | 'data'>
/** With what stands at the places that events name. */
function decodePoolLog(log: Shape): object | undefined {
  const words = new LogWords().look(log)
  const event = decode.decodePoolLog(log.topics[0], words)
  if (event?.kind !== 'flow') return event
  const { asset, account, amount } = event
  return { ...event, asset: addressOf(words.bigint(asset)), account: addressOf(words.bigint(account)), amount: words.bigint(amount) }
}
function decodeScaledLog(log: Shape): object | undefined {
  const words = new LogWords().look(log)
  const change = decode.decodeScaledLog(log.topics[0], words)
  return change && { account: addressOf(words.bigint(change.account)), scaled: change.scaled }
}
const decodeTransferIndex = (log: Shape): bigint | undefined => decode.decodeTransferIndex(log.topics[0], new LogWords().look(log))
const decodeTransferLog = (log: Shape): object | undefined => decode.decodeTransferLog(log.topics[0], new LogWords().look(log))
const { decodeStableLog } = decode

describe('decode', () => {
  test('whatever anybody emits: an event or nothing, never a throw', () => {
    const hex = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 })
      .map((b): Hex => `0x${b.map((n) => n.toString(16).padStart(2, '0')).join('')}`)
    const topics = fc.array(fc.oneof(hex, fc.constantFrom(...Object.values(TOPIC)), fc.bigInt(0n, 2n ** 256n - 1n).map(hex32)), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(topics, hex, (t, data) => {
        for (const decoded of [decodePoolLog, decodeScaledLog, decodeStableLog, decodeTransferIndex, decodeTransferLog])
          decoded({ topics: t, data })
      }),
      { numRuns: 2000 },
    )
  })

  test('a log cut short is no event, for every event that we know', () => {
    // these two say all in their topics
    const { collateralOn: _on, collateralOff: _off, ...withData } = TOPIC
    for (const topic of Object.values(withData)) {
      for (const decoded of [decodePoolLog, decodeScaledLog, decodeStableLog, decodeTransferIndex, decodeTransferLog]) {
        expect(decoded({ topics: [topic], data: '0x' })).toBeUndefined()
        expect(decoded({ topics: [topic, words(asset), words(user), words(other)], data: '0x01' })).toBeUndefined()
      }
    }
  })

  test('flows are of the account they are made for, not of who pays', () => {
    const supply = decodePoolLog({ topics: [TOPIC.supply, words(asset), words(user), words(0n)], data: words(other, 77n) })
    expect(supply).toEqual({ kind: 'flow', flow: FLOW.supply, asset: address(asset), account: address(user), amount: 77n })
    const borrow = decodePoolLog({ topics: [TOPIC.borrow, words(asset), words(user), words(0n)], data: words(other, 78n, 2n, 0n) })
    expect(borrow).toMatchObject({ flow: FLOW.borrow, account: address(user), amount: 78n })
    const taken = decodePoolLog({ topics: [TOPIC.liquidation, words(asset), words(other), words(user)], data: words(1n, 79n, other, 0n) })
    expect(taken).toMatchObject({ flow: FLOW.liquidation, asset: address(asset), account: address(user), amount: 79n })
  })

  test('scaled balances: mint, burn and the burn that comes as a Mint give back what the token stored', () => {
    const amount = fc.bigInt(1n, 10n ** 30n)
    fc.assert(
      fc.property(amount, fc.bigInt(0n, 10n ** 28n), fc.bigInt(RAY, 3n * RAY), (value, interest, index) => {
        const topics = (topic: Hex): readonly Hex[] => [topic, words(other), words(user)]
        const mint = decodeScaledLog({ topics: topics(TOPIC.mint), data: words(value + interest, interest, index) })
        expect(mint).toEqual({ account: address(user), scaled: rayDiv(value, index) })
        // _burnScaled: a Burn of value - interest, or a Mint of interest - value when the interest is more
        const burnTopics = [words(user), words(other)]
        const burn =
          interest > value
            ? decodeScaledLog({ topics: [TOPIC.mint, words(user), words(user)], data: words(interest - value, interest, index) })
            : decodeScaledLog({ topics: [TOPIC.burn, ...burnTopics], data: words(value - interest, interest, index) })
        expect(burn).toEqual({ account: address(user), scaled: -rayDiv(value, index) })
      }),
    )
  })

  test('repaying all of a scaled balance leaves nothing: rayDiv undoes rayMul while the index is at least one', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 30n), fc.bigInt(RAY, 10n * RAY), (scaled, index) => rayDiv(rayMul(scaled, index), index) === scaled),
    )
  })

  test('a zero index divides nothing', () => {
    expect(decodeScaledLog({ topics: [TOPIC.mint, words(1n), words(user)], data: words(1n, 0n, 0n) })).toBeUndefined()
    expect(decodeTransferIndex({ topics: [TOPIC.balanceTransfer, words(1n), words(2n)], data: words(1n, 0n) })).toBeUndefined()
  })
})
