import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { christoffersen, kupiec } from './backtests.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { seededRandom } from './random.ts'

const reference = fixtures.backtests

/** As scripts/reference/models.py draws it: hits draw hits after them. */
function clustered(seed: number): readonly boolean[] {
  const random = seededRandom(seed)
  const drawn = Array.from({ length: 400 }, () => random.uniform() < 0.08)
  return drawn.map((hit, i) => hit || (i % 3 === 0 && drawn[i - 1] === true))
}

describe('kupiec', () => {
  test('agrees with the reference, none and all included', () => {
    for (const [n, x, p, statistic, pValue] of reference.kupiec as [number, number, number, number, number][]) {
      const test = kupiec(n, x, p)
      expect(test).toMatchObject({ kind: 'tested', observations: n, exceedances: x, expected: n * p })
      if (test.kind === 'failed') continue
      expect(test.statistic).toBeCloseTo(statistic, 8)
      expect(test.pValue).toBeCloseTo(pValue, 10)
    }
  })

  test('what is no share or no count has a reason', () => {
    for (const [n, x, p] of [
      [10, 11, 0.1],
      [10, -1, 0.1],
      [10, 1.5, 0.1],
      [10, 1, 0],
      [10, 1, 1],
      [10, 1, Number.NaN],
    ] as const)
      expect(kupiec(n, x, p)).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
    expect(kupiec(0, 0, 0.1)).toMatchObject({ kind: 'failed', reason: 'too-short' })
  })

  test('rejects about as often as it says when the share is right', () => {
    const random = seededRandom(61)
    let rejected = 0
    for (let run = 0; run < 400; run += 1) {
      let hits = 0
      for (let i = 0; i < 500; i += 1) if (random.uniform() < 0.1) hits += 1
      const test = kupiec(500, hits, 0.1)
      if (test.kind === 'tested' && test.pValue < 0.05) rejected += 1
    }
    expect(rejected).toBeGreaterThan(6) // 20 expected
    expect(rejected).toBeLessThan(38)
  })
})

describe('christoffersen', () => {
  test('agrees with the reference', () => {
    const hits = clustered(reference.christoffersen.seed)
    const test = christoffersen(hits, 0.05)
    expect(hits.filter(Boolean)).toHaveLength(reference.christoffersen.hits)
    if (test.kind === 'failed') throw new Error(test.detail)
    expect(test.independence.statistic).toBeCloseTo(reference.christoffersen.independence[0] as number, 8)
    expect(test.independence.pValue / (reference.christoffersen.independence[1] as number)).toBeCloseTo(1, 8)
    expect(test.conditional.statistic).toBeCloseTo(reference.christoffersen.conditional[0] as number, 8)
    expect(test.conditional.pValue / (reference.christoffersen.conditional[1] as number)).toBeCloseTo(1, 8)
  })

  test('edge: without a hit, and with hits only, independence can not be told', () => {
    for (const hit of [false, true]) {
      const all = Array.from({ length: 100 }, () => hit)
      expect(christoffersen(all, 0.01)).toMatchObject({ kind: 'tested', independence: { statistic: 0, pValue: 1 } })
    }
  })

  test('a run of hits is found where the number of hits is right', () => {
    const run = Array.from({ length: 500 }, (_, i) => i >= 100 && i < 125)
    const test = christoffersen(run, 0.05)
    expect(test).toMatchObject({ unconditional: { statistic: 0, pValue: 1 } })
    if (test.kind === 'tested') expect(test.independence.pValue).toBeLessThan(1e-6)
  })

  test('whatever the hits: p-values between 0 and 1, and the sum is the sum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 2, maxLength: 60 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (hits, share) => {
          const test = christoffersen(hits, share)
          if (test.kind === 'failed') throw new Error(test.detail)
          for (const { statistic, pValue } of [test.unconditional, test.independence, test.conditional]) {
            expect(statistic).toBeGreaterThanOrEqual(0)
            expect(pValue >= 0 && pValue <= 1).toBe(true)
          }
          expect(test.conditional.statistic).toBeCloseTo(test.unconditional.statistic + test.independence.statistic, 10)
        },
      ),
    )
  })

  test('what can not be tested has a reason', () => {
    expect(christoffersen([], 0.1)).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(christoffersen([true], 0.1)).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(christoffersen([true, false], 2)).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
  })
})
