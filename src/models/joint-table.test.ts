import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jointExceedance } from './joint-exceedance.ts'
import { buildJointTable, pairOf, tripleOf } from './joint-table.ts'
import { seededRandom } from './random.ts'

const correlation = [
  [1, 0.7, 0.4],
  [0.7, 1, 0.5],
  [0.4, 0.5, 1],
]
const built = buildJointTable(correlation, [8, 4, 3], 1)
if (built.kind === 'failed') throw new Error(built.detail)
const { table, relativeError } = built

const exact = (tails: readonly number[], of = correlation, samples = 4_000): number => {
  const found = jointExceedance(tails, { correlation: of, nu: 4 }, seededRandom(9), samples)
  return found.kind === 'failed' ? Number.NaN : found.probability
}
const pair = [
  [1, 0.7],
  [0.7, 1],
]

describe('joint table', () => {
  const p = fc.double({ min: 1e-6, max: 0.9, noNaN: true })

  test('between its nodes it is within a fifth of the integral, and of the simulation', () => {
    fc.assert(
      fc.property(p, p, (a, b) => {
        expect(Math.abs(pairOf(table, 1, 0, a, b) / exact([a, b], pair) - 1)).toBeLessThan(0.2)
      }),
      { numRuns: 60 },
    )
    fc.assert(
      fc.property(p, p, p, (a, b, c) => {
        expect(Math.abs((tripleOf(table, 1, [a, b, c]) as number) / exact([a, b, c]) - 1)).toBeLessThan(0.25)
      }),
      { numRuns: 25 },
    )
    expect(relativeError).toBeGreaterThan(0)
    expect(relativeError).toBeLessThan(0.1)
  })

  test('laws: no more than any one, more with more, and a boundary that is crossed leaves the others', () => {
    fc.assert(
      fc.property(p, p, p, (a, b, c) => {
        const all = tripleOf(table, 1, [a, b, c]) as number
        expect(all).toBeLessThanOrEqual(Math.min(a, b, c))
        expect(tripleOf(table, 1, [Math.min(1, 2 * a), b, c])).toBeGreaterThanOrEqual(all * (1 - 2 * relativeError)) // each node is a simulation of its own
        expect((tripleOf(table, 1, [1, b, c]) as number) / pairOf(table, 1, 2, b, c)).toBeCloseTo(1, 6)
        expect(pairOf(table, 1, 0, 1, b) / b).toBeCloseTo(1, 4)
      }),
    )
  })

  test('fewer degrees of freedom: far boundaries fall together more often', () => {
    const of = (nu: number) => tripleOf(table, nu, [1e-4, 1e-4, 1e-4]) as number
    expect(of(2)).toBeGreaterThan(of(1))
    expect(of(1)).toBeGreaterThan(of(0))
  })

  test('edges: under the grid in proportion, never more than the least; 0 is 0; two variables have no triple', () => {
    expect(pairOf(table, 1, 0, 1e-9, 0.5)).toBeLessThanOrEqual(1e-9)
    expect(pairOf(table, 1, 0, 0, 0.5)).toBe(0)
    const two = buildJointTable(pair, [8, 4, 3], 1)
    expect(two).toMatchObject({ kind: 'fitted', relativeError: 0 })
    if (two.kind === 'fitted') expect(tripleOf(two.table, 1, [0.1, 0.1, 0.1])).toBeUndefined()
    expect(buildJointTable([[1]], [8, 4, 3], 1)).toMatchObject({ kind: 'failed' })
  })

  test('the same seed gives the same table', () => {
    const of = (seed: number) => buildJointTable(correlation, [8, 4, 3], seed, 2)
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
  })
})
