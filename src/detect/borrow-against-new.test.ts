import { describe, expect, test } from 'vitest'
import { bench, market, marketKey, START_S } from '../../test/builders.ts'
import { borrowAgainstNew } from './borrow-against-new.ts'

type Values = NonNullable<Parameters<typeof market>[2]>
const HOUR_S = 3_600
/** Listed empty beside a USDC market that lends 8 m; the collateral itself lends nothing. */
function listed(scaledSupply = 0n) {
  const b = bench(borrowAgainstNew())
  const at = (hour: number, suppliedUsd: number, values: Values = {}) =>
    b.block(
      (w) => {
        market(w, 'USDC')
        market(w, 'CVT', { suppliedUsd, scaledSupply: BigInt(Math.round(suppliedUsd)), ltvBps: 5_000, borrowing: 0, ...values })
      },
      { timeS: START_S + hour * HOUR_S },
    )
  expect(at(0, 0, { scaledSupply })).toEqual([])
  return { ...b, at: (...input: Parameters<typeof at>) => at(...input).filter(({ subject }) => subject.id === marketKey('CVT')) }
}

describe('borrow-against-new', () => {
  test('fires: from nothing to a collateral that could take all there is, within a day', () => {
    expect(listed().at(5, 20_000_000)).toMatchObject([
      { severity: 'high', source: 'pool', subject: { kind: 'market', id: marketKey('CVT') }, evidence: { dayAgo: 0, share: 1.25 } },
    ])
    expect(listed().at(5, 1_000_000)).toMatchObject([{ severity: 'medium' }])
  })
  test('fires: again when it has doubled, and not for less', () => {
    const b = listed()
    expect([b.at(1, 1e6), b.at(2, 1.9e6), b.at(3, 2.1e6)].map(({ length }) => length)).toEqual([1, 0, 1])
  })
  test('quiet: patient growth, deep pools, no collateral, too small', () => {
    const b = listed()
    b.at(1, 50_000)
    for (let hour = 2; hour < 300; hour++) expect(b.at(hour, 50_000 * 1.02 ** hour)).toEqual([])
    expect(listed().at(5, 1e6, { pools: 1, depthUsd: 1e6 })).toEqual([])
    expect(listed().at(5, 1e6, { ltvBps: 0 })).toEqual([])
    expect(listed().at(5, 100_000)).toEqual([])
  })
  test('quiet: a market that had supply when first seen; one that is a month old', () => {
    expect(listed(5n).at(5, 20e6)).toEqual([])
    expect(listed().at(30 * 24, 20e6)).toHaveLength(1)
    expect(listed().at(30 * 24 + 1, 20e6)).toEqual([])
  })
  test('quiet: a venue that is all new', () => {
    const b = bench(borrowAgainstNew())
    b.block((w) => market(w, 'CVT', { suppliedUsd: 0 }))
    expect(b.block((w) => market(w, 'CVT', { suppliedUsd: 20_000_000 }))).toEqual([])
  })
  test('edge: exactly five times a day ago is quiet, a dollar more fires', () => {
    const grown = (usd: number) => {
      const b = listed()
      for (let hour = 1; hour <= 30; hour++) b.at(hour, 160_000)
      return b.at(31, usd).length
    }
    expect([grown(800_000), grown(800_001)]).toEqual([0, 1])
  })
  test('edge: exactly 1 % of what can be lent is quiet, a dollar more fires', () => {
    expect([listed().at(5, 160_000).length, listed().at(5, 160_001).length]).toEqual([0, 1])
  })
  test('edge: figures out of this world never throw', () => {
    const b = listed()
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -1]) b.at(3, 0, { suppliedUsd: odd, depthUsd: odd })
    expect(b.at(5, 20e6)).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = listed()
    const before = b.world.store.dump()
    const first = b.at(5, 20e6)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.at(5, 100)).toEqual([])
    b.undo()
    expect(b.at(5, 20e6)).toEqual(first)
  })
})
