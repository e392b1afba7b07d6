import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hex } from '../core/flow.ts'
import { wordAt } from '../core/words.ts'
import { bigintAt, LANES, readWords } from './lanes.ts'
import { LogWords, NONE } from './log-words.ts'
import { WordLog } from './word-log.ts'

const hex = (most: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ maxLength: most }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)

describe('LogWords', () => {
  test('of text: the words that wordAt gives, and none where it gives none', () => {
    const words = new LogWords()
    fc.assert(
      fc.property(fc.array(fc.oneof(word, hex(40)), { maxLength: 5 }), hex(800), (topics, data) => {
        words.look({ topics, data })
        const got = (lane: number): bigint | undefined => (lane === NONE ? undefined : words.bigint(lane))
        for (let n = 1; n < 5; n++) expect(got(words.topic(n))).toBe(wordAt(topics[n], 0))
        for (let n = 0; n < 27; n++) expect(got(words.data(n))).toBe(wordAt(data, n))
      }),
    )
  })

  test('of words: the same as of their text', () => {
    const [of, text] = [new LogWords(), new LogWords()]
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.array(word, { maxLength: 20 }), (topics, said) => {
        const all = [...topics.slice(1), ...said]
        const lanes = new Uint32Array(all.length * LANES)
        for (const [n, one] of all.entries()) readWords(one, 1, lanes, n * LANES)
        const log = new WordLog('0x', topics[0], topics.length, said.length, undefined, lanes, 0, '0x', 0, 0)
        of.look(log)
        text.look({ topics: log.topics, data: log.data })
        for (let n = 1; n < 5; n++) expect(of.topic(n)).toBe(text.topic(n))
        for (let n = 0; n < 21; n++) expect(of.data(n)).toBe(text.data(n))
        for (let n = 0; n < all.length; n++) expect(of.bigint(n * LANES)).toBe(bigintAt(lanes, n * LANES))
      }),
    )
  })
})
