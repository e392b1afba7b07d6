import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { halved, ln } from './math.ts'

const relative = (got: number, want: number): number => (got === want ? 0 : Math.abs(got - want) / Math.abs(want))

/** Every positive float is as likely by its bits: subnormals, huge ones and all between. */
const anyPositive = fc.double({ min: 0, minExcluded: true, noNaN: true, noDefaultInfinity: true })
const nearOne = fc.double({ min: 0.5, max: 2, noNaN: true })
const price = fc.double({ min: 1e-9, max: 1e9, noNaN: true })

describe('ln', () => {
  test.each([
    ['any positive number', anyPositive],
    ['near 1, where the result vanishes', nearOne],
    ['ratios of prices', price],
  ])('agrees with Math.log to 1e-15: %s', (_, numbers) => {
    fc.assert(
      fc.property(numbers, (x) => {
        expect(relative(ln(x), Math.log(x))).toBeLessThan(1e-15)
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    1 + Number.EPSILON,
    1 - Number.EPSILON / 2,
    Math.SQRT2,
    1.4142135623730954,
    2,
    0.5,
    Math.E,
    Number.MIN_VALUE,
    2 ** -1022,
    Number.MAX_VALUE,
  ])('agrees at %d', (x) => expect(relative(ln(x), Math.log(x))).toBeLessThan(1e-15))

  test('edges', () => {
    expect(ln(1)).toBe(0)
    expect(ln(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(ln(-0)).toBe(Number.NEGATIVE_INFINITY)
    expect(ln(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
    for (const bad of [-1, -Number.MIN_VALUE, Number.NEGATIVE_INFINITY, Number.NaN]) expect(ln(bad)).toBeNaN()
  })

  test('never falls as its argument grows by more than rounding', () => {
    fc.assert(
      fc.property(price, (x) => {
        expect(ln(x * (1 + 1e-14))).toBeGreaterThanOrEqual(ln(x))
      }),
    )
  })
})

describe('halved', () => {
  test('agrees with 2 ** -x', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1020, noNaN: true }), (x) => {
        expect(relative(halved(x), 2 ** -x)).toBeLessThan(1e-14)
      }),
      { numRuns: 3_000 },
    )
  })

  test('whole numbers are exact', () => {
    for (const x of [0, 1, 2, 10, 1022, 1074]) expect(halved(x)).toBe(2 ** -x)
  })

  test('edges', () => {
    expect(halved(1075)).toBe(0)
    expect(halved(Number.POSITIVE_INFINITY)).toBe(0)
    expect(halved(-1)).toBeNaN()
    expect(halved(Number.NaN)).toBeNaN()
  })
})
