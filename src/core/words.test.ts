import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hex } from './flow.ts'
import { addressSubject, subjectAddress } from './subject.ts'
import { addressOf, addressWord, arrayOf, callOf, hex32, isSlotCall, slotCall, topicAt, wordAt, wordsOf } from './words.ts'

const word = fc.bigInt(0n, 2n ** 256n - 1n)
const bytes = (words: readonly bigint[]): Hex => `0x${words.map((w) => hex32(w).slice(2)).join('')}`
const anyHex = fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 400 }).map((d): Hex => `0x${d.map((n) => n.toString(16)).join('')}`)

describe('words', () => {
  test('what was encoded is read back; past the end there is nothing', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const data = bytes(words)
        for (const [n, w] of words.entries()) expect(wordAt(data, n)).toBe(w)
        expect(wordAt(data, words.length)).toBeUndefined()
        expect(wordsOf(data, words.length)).toEqual(words)
        expect(wordsOf(data, words.length + 1)).toBeUndefined()
        expect(arrayOf(bytes([32n, BigInt(words.length), ...words]))).toEqual(words)
      }),
    )
  })

  test('whatever comes over the wire: undefined, never a throw', () => {
    fc.assert(
      fc.property(anyHex, fc.nat(20), (data, n) => {
        expect(() => [wordAt(data, n), wordsOf(data, n), arrayOf(data)]).not.toThrow()
      }),
    )
  })

  test('half a word is none; no answer, a revert and a missing topic neither', () => {
    expect(wordAt(bytes([1n]).slice(0, -1) as Hex, 0)).toBeUndefined()
    expect([wordAt(null, 0), wordAt(undefined, 0), wordsOf(null, 0), topicAt([], 0)]).toEqual([undefined, undefined, undefined, undefined])
  })

  test.each([
    ['longer than its data', [32n, 3n, 1n, 2n]],
    ['of a length nobody sends', [32n, 2n ** 255n]],
    ['at an offset out of reach', [2n ** 200n, 1n]],
    ['at an offset between words', [33n, 0n, 0n]],
  ])('an array %s is none', (_, words) => expect(arrayOf(bytes(words))).toBeUndefined())

  test('addresses come back in lower case from words and from subjects', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 160n - 1n), (w) => {
        const address = addressOf(w)
        expect(address).toMatch(/^0x[0-9a-f]{40}$/)
        expect(addressWord(address)).toBe(w)
        expect(addressOf(w | (1n << 200n))).toBe(address) // dirty upper bytes
        expect(subjectAddress(addressSubject(address.toUpperCase().replace('0X', '0x') as Hex))).toBe(address)
        expect(BigInt(addressSubject(address))).toBe(w)
      }),
    )
  })

  test('a slot is told from any call by its length', () => {
    expect(slotCall('0x01', 2n ** 256n - 1n)).toEqual({ to: '0x01', data: `0x${'f'.repeat(64)}` })
    expect(isSlotCall(slotCall('0x01', 0n))).toBe(true)
    for (const args of [[], [1n], [1n, 2n]]) expect(isSlotCall(callOf('0x01', '0xa9059cbb', ...args))).toBe(false)
  })

  test('a call is its selector and one word an argument', () => {
    expect(callOf('0x01', '0xa9059cbb', 1n, 255n).data).toBe(`0xa9059cbb${'0'.repeat(63)}1${'0'.repeat(62)}ff`)
  })
})
