import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BPS, mulDivDown, mulDivHalfUp, mulDivUp, percentMul, RAY, rayDiv, rayMul, toFloat, WAD, wadDiv } from './exact.ts'

const amount = fc.bigInt(0n, 2n ** 256n - 1n)
const divisor = fc.oneof(fc.bigInt(1n, 9n), fc.bigInt(1n, 2n ** 256n - 1n))

describe('rounding', () => {
  test('down never exceeds the true quotient, and misses less than one unit', () => {
    fc.assert(
      fc.property(amount, amount, divisor, (a, b, c) => {
        const rest = a * b - mulDivDown(a, b, c) * c
        expect(rest >= 0n && rest < c).toBe(true)
      }),
    )
  })

  test('up never falls short of it, and exceeds it by less than one unit', () => {
    fc.assert(
      fc.property(amount, amount, divisor, (a, b, c) => {
        const excess = mulDivUp(a, b, c) * c - a * b
        expect(excess >= 0n && excess < c).toBe(true)
      }),
    )
  })

  test('half up is the nearest, and of two equally near the upper (an odd divisor has no such pair)', () => {
    fc.assert(
      fc.property(amount, amount, divisor, (a, b, c) => {
        const twice = 2n * (mulDivHalfUp(a, b, c) * c - a * b)
        expect(twice > -c && twice <= c).toBe(true)
      }),
    )
  })

  test('exact quotients are the same in every direction', () => {
    fc.assert(
      fc.property(amount, divisor, (a, c) => {
        for (const round of [mulDivDown, mulDivUp, mulDivHalfUp]) expect(round(a, c, c)).toBe(a)
      }),
    )
  })

  test('edge: just under half goes down, half goes up', () => {
    expect(rayMul(1n, RAY / 2n - 1n)).toBe(0n)
    expect(rayMul(1n, RAY / 2n)).toBe(1n)
    expect(percentMul(1n, BPS / 2n - 1n)).toBe(0n)
    expect(percentMul(1n, BPS / 2n)).toBe(1n)
    expect(rayDiv(RAY + 1n, 2n * RAY)).toBe(RAY / 2n + 1n)
    expect(wadDiv(1n, 3n)).toBe(WAD / 3n)
    expect(wadDiv(2n, 3n)).toBe((2n * WAD) / 3n + 1n)
  })
})

describe('toFloat', () => {
  test('is within two roundings of the true value', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 36 }), (a, decimals) => {
        const back = toFloat(a, decimals) * Number(10n ** BigInt(decimals))
        expect(Math.abs(back - Number(a))).toBeLessThanOrEqual(Number(a) * 2 ** -50)
      }),
    )
  })
  test('of -1 with 8 decimals', () => expect(toFloat(-1n, 8)).toBe(-1e-8))
})
