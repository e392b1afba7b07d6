// A log as words is the same log: its text, its length, and what every decoder makes of it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical } from '../core/canonical.ts'
import type { Hex } from '../core/flow.ts'
import { compileEvent } from './decoder.ts'
import { LANES, readWords } from './lanes.ts'
import { AAVE, CHAINLINK, ERC20, UNISWAP } from './real-events.builders.ts'
import { DecoderRegistry } from './registry.ts'
import { topic0Of, WordLog } from './word-log.ts'

const EVENTS = [...AAVE, ...CHAINLINK, ...ERC20, ...UNISWAP]
const decoders = EVENTS.map(compileEvent)
const place = { address: `0x${'ab'.repeat(20)}`, txHash: `0x${'cd'.repeat(32)}`, txIndex: 3, logIndex: 7 } as const

/** As a scanner makes it, behind some other log's lanes. */
function wordLog(topics: readonly Hex[], data: Hex): WordLog {
  const whole = (data.length - 2) % 64 === 0
  const dataWords = whole ? (data.length - 2) / 64 : -1
  const at = 3 * LANES
  const lanes = new Uint32Array(at + (4 + Math.max(0, dataWords)) * LANES)
  let to = at
  for (const topic of topics.slice(1)) {
    readWords(topic, 1, lanes, to)
    to += LANES
  }
  if (whole) readWords(data, dataWords, lanes, to)
  const { address, txHash, txIndex, logIndex } = place
  return new WordLog(address, topics[0], topics.length, dataWords, whole ? undefined : data, lanes, at, txHash, txIndex, logIndex)
}

const digits = (chars: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: chars, maxLength: chars })
/** Small numbers, addresses and full words: clean for some types and not for others. */
const word = fc.oneof(
  digits(64),
  digits(40).map((text) => text.padStart(64, '0')),
  digits(4).map((text) => text.padStart(64, '0')),
  digits(2).map((text) => text.padStart(64, 'f')),
  fc.constant('0'.repeat(64)),
)
const logs = fc.record({
  event: fc.nat(EVENTS.length - 1),
  topics: fc.array(word, { maxLength: 3 }),
  words: fc.array(word, { maxLength: 8 }),
  fitting: fc.boolean(),
  tail: fc.oneof(fc.constant(''), digits(6)),
})

describe('a log as words', () => {
  test('has the texts that it was made of', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 4 }),
        fc.array(word, { maxLength: 4 }),
        fc.constantFrom('', 'ab', 'abcdef'),
        (topics, words, tail) => {
          const wanted = { ...place, topics: topics.map((t): Hex => `0x${t}`), data: `0x${words.join('')}${tail}` as Hex }
          const log = wordLog(wanted.topics, wanted.data)
          const { address, data, txHash, txIndex, logIndex } = log
          expect({ address, topics: log.topics, data, txHash, txIndex, logIndex }).toEqual(wanted)
          expect(canonical(log)).toBe(canonical(wanted)) // as captures and the record keep it
          expect([topic0Of(log), topic0Of(wanted)]).toEqual([wanted.topics[0], wanted.topics[0]])
          expect(log.dataBytes).toBe((wanted.data.length - 2) / 2)
        },
      ),
    )
  })

  test('is decoded, or refused, as the same log of texts', () => {
    const registry = new DecoderRegistry(EVENTS)
    let read = 0
    fc.assert(
      fc.property(logs, ({ event, topics, words, fitting, tail }) => {
        const decoder = decoders[event]
        if (!decoder) return
        const indexed = decoder.topics - 1
        const some = fitting ? Array.from({ length: indexed }, (_, n) => topics[n] ?? '0'.repeat(64)) : topics
        const staticWords = decoder.arguments.some(({ cell }) => cell === undefined) ? words.length : decoder.cells - indexed
        const said = fitting ? Array.from({ length: staticWords }, (_, n) => words[n] ?? '0'.repeat(64)) : words
        const texts = { topics: [decoder.topic0, ...some.map((t): Hex => `0x${t}`)], data: `0x${said.join('')}${tail}` as Hex }
        const log = wordLog(texts.topics, texts.data)
        const rows = [new Uint32Array((decoder.cells + 1) * LANES), new Uint32Array((decoder.cells + 1) * LANES)] as const
        const fault = decoder.read(log, rows[0], LANES)
        expect(fault).toBe(decoder.read(texts, rows[1], LANES))
        if (fault === undefined) {
          read++
          expect(rows[0]).toEqual(rows[1])
        }
        expect(registry.find(log)).toBe(registry.find(texts))
      }),
      { numRuns: 2_000 },
    )
    expect(read).toBeGreaterThan(100)
  })
})
