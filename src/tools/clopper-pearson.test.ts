// Bounds against R's, published and closed-form values, and the laws that they must keep.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clopperPearson, clopperPearsonUpper } from './clopper-pearson.ts'

const FROM_R = [
  [3, 7, 0.0989882784425079, 0.815948432359917],
  [17, 61, 0.171472084260281, 0.408287466756179],
  [199, 200, 0.972458101542794, 0.999873418972133],
  [4, 12_345, 8.82907818552512e-5, 8.29404606621847e-4],
] as const

describe('clopper-pearson', () => {
  test.each([
    [5, 10, 0.187086, 0.812914],
    [1, 20, 0.001265, 0.248733],
    [10, 100, 0.049005, 0.176223],
    [0, 10, 0, 0.308497],
    [10, 10, 0.691503, 1],
  ])('%i of %i', (count, of, low, high) => {
    const bounds = clopperPearson(count, of)
    expect(bounds.low).toBeCloseTo(low, 6)
    expect(bounds.high).toBeCloseTo(high, 6)
  })

  // scripts/reference/models.R prints these: binom.test of R 4.2.2
  test.each(FROM_R)('%i of %i: as R says, to nine digits', (count, of, low, high) => {
    const bounds = clopperPearson(count, of)
    expect(bounds.low / low).toBeCloseTo(1, 9)
    expect(bounds.high / high).toBeCloseTo(1, 9)
  })

  test('zero seen in n: the closed form, about 3/n', () => {
    for (const n of [1, 30, 1_000, 2_000_000]) {
      const upper = clopperPearsonUpper(0, n)
      const exact = -Math.expm1(Math.log(0.05) / n)
      expect(Math.abs(upper - exact) / exact).toBeLessThan(1e-6)
    }
    expect(clopperPearsonUpper(0, 1_000) * 1_000).toBeCloseTo(3, 1)
  })

  test('nothing tried says nothing', () => expect(clopperPearson(0, 0)).toEqual({ low: 0, high: 1 }))

  test('not counts', () => {
    expect(() => clopperPearson(3, 2)).toThrow('3 of 2')
    expect(() => clopperPearson(-1, 2)).toThrow('-1 of 2')
    expect(() => clopperPearson(0.5, 2)).toThrow('0.5 of 2')
    expect(() => clopperPearson(1, 2, 1)).toThrow('confidence 1')
  })

  const counts = fc.integer({ min: 1, max: 400 }).chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)))

  test('law: the share seen lies within, hits and misses mirror each other, more confidence is wider', () => {
    fc.assert(
      fc.property(counts, ([count, of]) => {
        const { low, high } = clopperPearson(count, of)
        const mirror = clopperPearson(of - count, of)
        const wider = clopperPearson(count, of, 0.99)
        expect(low).toBeLessThanOrEqual(count / of)
        expect(high).toBeGreaterThanOrEqual(count / of)
        expect(low).toBeCloseTo(1 - mirror.high, 9)
        expect(wider.low).toBeLessThanOrEqual(low)
        expect(wider.high).toBeGreaterThanOrEqual(high)
      }),
      { numRuns: 60 },
    )
  })

  test('law: at the bounds, what was seen is as unlikely as said', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), (of, n) => {
        const count = 1 + (n % (of - 1))
        const { low, high } = clopperPearson(count, of)
        expect(binomial(low, of, (k) => k >= count)).toBeCloseTo(0.025, 9)
        expect(binomial(high, of, (k) => k <= count)).toBeCloseTo(0.025, 9)
      }),
      { numRuns: 60 },
    )
  })
})

/** By plain summation of all counts that fit. */
function binomial(share: number, of: number, fits: (k: number) => boolean): number {
  let sum = 0
  let ways = 1
  for (let k = 0; k <= of; k++) {
    if (fits(k)) sum += ways * share ** k * (1 - share) ** (of - k)
    ways = (ways * (of - k)) / (k + 1)
  }
  return sum
}
