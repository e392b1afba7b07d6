// Numbers from lanes are those that BigInt and Number give.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hex32 } from '../core/words.ts'
import { bigintAt, f64At, LANES, readWords, signedAt, signedF64At } from './lanes.ts'

// all sizes, runs of ones and zeros, and halves between two floats
const word = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.integer({ min: 0, max: 256 }), fc.constantFrom(0n, 1n, -1n), fc.boolean())
  .map(([n, bits, add, half]) =>
    BigInt.asUintN(
      256,
      half ? (((n >> 203n) | 1n) << BigInt(bits)) + (1n << BigInt(Math.max(0, bits - 1))) + add : (n >> BigInt(bits)) + add,
    ),
  )

test('of any word', () => {
  const lanes = new Uint32Array(3 * LANES)
  fc.assert(
    fc.property(word, (n) => {
      expect(readWords(hex32(n), 1, lanes, LANES)).toBe(true)
      expect(bigintAt(lanes, LANES)).toBe(n)
      expect(signedAt(lanes, LANES)).toBe(BigInt.asIntN(256, n))
      expect(f64At(lanes, LANES)).toBe(Number(n))
      expect(signedF64At(lanes, LANES)).toBe(Number(BigInt.asIntN(256, n)))
      expect(lanes.subarray(0, LANES).every((lane) => lane === 0)).toBe(true)
    }),
    { numRuns: 5_000 },
  )
})

test('longer than any before', () => {
  const words = Array.from({ length: 3_000 }, (_, n) => BigInt(n))
  const lanes = new Uint32Array(words.length * LANES)
  expect(readWords(`0x${words.map((n) => hex32(n).slice(2)).join('')}`, words.length, lanes, 0)).toBe(true)
  expect(words.map((_, n) => bigintAt(lanes, n * LANES))).toEqual(words)
})

test('one bad character anywhere is seen', () => {
  const good = hex32(2n ** 255n)
  fc.assert(
    fc.property(fc.nat({ max: 65 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, char) => {
      const text = `${good.slice(0, at)}${char}${good.slice(at + 1)}`
      fc.pre(text.length === good.length)
      expect(readWords(text, 1, new Uint32Array(LANES), 0)).toBe(/^0x[0-9a-fA-F]{64}$/.test(text))
    }),
    { numRuns: 2_000 },
  )
})
