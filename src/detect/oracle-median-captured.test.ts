import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { oracleMedianCaptured } from './oracle-median-captured.ts'

type Values = NonNullable<Parameters<typeof feed>[1]>
/** As a proxy in its third phase counts them. */
let round = 3n << 64n
const write = (values: Values) => (w: World) =>
  feed(w, {
    roundId: ++round,
    updatedAtS: START_S,
    reportsInRound: 5,
    sameReports: 1,
    secondPrice: 2_000,
    secondUpdatedAtS: START_S,
    ...values,
  })
/** 100 rounds in which `unanimous` of a hundred had a majority of equal reports. */
function history(unanimous = 0) {
  const b = bench(oracleMedianCaptured())
  for (let n = 0; n < 100; n++) expect(b.block(write({ sameReports: n < unanimous ? 3 : 1 }))).toEqual([])
  return b
}
const after = (values: Values, b = history()) => b.block(write(values))

describe('oracle-median-captured', () => {
  test('fires: three of five at the same value, 2 % away from the second feed', () => {
    expect(after({ sameReports: 3, price: 2_040 })).toMatchObject([
      {
        severity: 'high',
        source: 'reporters',
        subject: { kind: 'feed', id: FEED },
        evidence: { sameReports: 3, reportsInRound: 5, usualShare: 0 },
      },
    ])
    expect(after({ sameReports: 5, price: 1_900 })).toMatchObject([{ severity: 'critical' }])
  })
  test('fires: against the exchange alone, and round after round', () => {
    const b = history()
    for (let n = 0; n < 5; n++) expect(b.block(write({ sameReports: 4, price: 2_040, secondPrice: 0, twapPrice: 2_000 }))).toHaveLength(1)
  })
  test('quiet: equal and right; odd but not equal; half is no majority', () => {
    expect(after({ sameReports: 5 })).toEqual([])
    expect(after({ sameReports: 2, price: 2_040 })).toEqual([])
    expect(after({ reportsInRound: 6, sameReports: 3, price: 2_040 })).toEqual([])
    expect(after({ reportsInRound: 2, sameReports: 2, price: 2_040 })).toEqual([])
  })
  test('quiet: a stablecoin whose reporters always say the same; not warm; nobody to ask', () => {
    expect(after({ sameReports: 3, price: 2_040 }, history(30))).toEqual([])
    expect(after({ sameReports: 3, price: 2_040 }, bench(oracleMedianCaptured()))).toEqual([])
    expect(after({ sameReports: 3, price: 2_040, secondPrice: 0 })).toEqual([])
  })
  test('edge: exactly 100 bps is quiet, one unit past it fires', () => {
    const limit = Math.trunc(2_000e8 * Math.exp(0.01)) / 1e8
    expect([after({ sameReports: 3, price: limit }).length, after({ sameReports: 3, price: limit + 1e-8 }).length]).toEqual([0, 1])
  })
  test('edge: a second feed of 3,900 s is a witness, a second more is none', () => {
    const old = (ageS: number) =>
      history().block(write({ sameReports: 3, price: 2_040, secondUpdatedAtS: START_S - ageS }), { timeS: START_S }).length
    expect([old(3_900), old(3_901)]).toEqual([1, 0])
  })
  test('edge: counts that cannot be are no majority', () => {
    expect(after({ sameReports: 9, price: 2_040 })).toEqual([])
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -1]) after({ sameReports: 3, price: odd, secondPrice: odd })
  })
  test('undo: back to before, then the same round, the same finding', () => {
    const b = history()
    const before = b.world.store.dump()
    const id = round + 1n
    const first = b.block(write({ sameReports: 3, price: 2_040 }))
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(write({ sameReports: 3, price: 2_040, roundId: id }))).toEqual(first)
  })
})
