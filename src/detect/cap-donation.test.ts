import { describe, expect, test } from 'vitest'
import { bench, market, marketKey } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { capDonation } from './cap-donation.ts'

type Values = NonNullable<Parameters<typeof market>[2]>
/** 10 m supplied, 2 m borrowed, 8 m of cash and what was given. */
const write =
  (givenUsd: number, values: Values = {}) =>
  (w: World) =>
    market(w, 'THE', { cashUsd: 8_000_000 + givenUsd, ...values })
function calm(noise = 100) {
  const b = bench(capDonation())
  for (let n = 0; n < 300; n++) expect(b.block(write(n % 2 ? noise : 0))).toEqual([])
  b.block(write(0))
  return b
}
const given = (usd: number, values: Values = {}) => calm().block(write(usd, values))

describe('cap-donation', () => {
  test('fires: a fifth of the supply is sent to the market', () => {
    expect(given(2_000_000)).toMatchObject([
      {
        severity: 'high',
        source: 'pool',
        subject: { kind: 'market', id: marketKey('THE') },
        summary: '2000000 USD were given to the market, 20.0 % of its supply',
      },
    ])
  })
  test('fires: Venus THE: supplied up to the cap, and past it by donation', () => {
    expect(given(2_000_000, { supplyCap: 10_500_000 })).toMatchObject([{ severity: 'critical' }])
    expect(given(200_000, { supplyCap: 10_500_000 })).toMatchObject([{ severity: 'high' }])
  })
  test('quiet: supplies, loans and repayments move both sides; told once', () => {
    const b = calm()
    expect(b.block((w) => market(w, 'THE', { suppliedUsd: 20_000_000, cashUsd: 18_000_000 }))).toEqual([])
    expect(b.block((w) => market(w, 'THE', { suppliedUsd: 20_000_000, borrowedUsd: 9_000_000, cashUsd: 11_000_000 }))).toEqual([])
    expect(b.block((w) => market(w, 'THE', { suppliedUsd: 20_000_000, borrowedUsd: 9_000_000, cashUsd: 14_000_000 }))).toHaveLength(1)
    expect(b.block((w) => market(w, 'THE', { suppliedUsd: 20_000_000, borrowedUsd: 9_000_000, cashUsd: 14_000_000, price: 2 }))).toEqual([])
  })
  test('quiet: value that is missing is no donation; first sight; an empty market', () => {
    expect(given(-2_000_000)).toEqual([])
    expect(bench(capDonation()).block(write(5_000_000))).toEqual([])
    const b = bench(capDonation())
    b.block(write(0, { suppliedUsd: 900, borrowedUsd: 0, cashUsd: 900 }))
    expect(b.block(write(0, { suppliedUsd: 900, borrowedUsd: 0, cashUsd: 9_000 }))).toEqual([])
  })
  test('edge: exactly 1 % is quiet, a little more fires; wilder markets may more', () => {
    expect([given(100_000).length, given(100_001).length]).toEqual([0, 1])
    const wild = (usd: number) => {
      const b = calm(50_000)
      return b.block(write(usd)).length
    }
    expect([wild(300_000), wild(500_000)]).toEqual([0, 1])
  })
  test('edge: figures out of this world never throw', () => {
    const b = calm()
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, 0, -1]) b.block(write(odd, { suppliedUsd: odd, price: odd }))
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block(write(2_000_000))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(write(50))).toEqual([])
    b.undo()
    expect(b.block(write(2_000_000))).toEqual(first)
  })
})
