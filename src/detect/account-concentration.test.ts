import { describe, expect, test } from 'vitest'
import { assetOf, bench } from '../../test/builders.ts'
import { perpCluster, perpKey } from '../../test/perp-builders.ts'
import { accountConcentration } from './account-concentration.ts'

type Values = NonNullable<Parameters<typeof perpCluster>[1]>
const start = () => bench(accountConcentration())
const once = (values: Values, b = start(), name = 'ann') => b.block((w) => perpCluster(w, values, name))
const M = 1_000_000
const LARGE = { longUsd: 2 * M, longShare: 0.5 }

describe('account-concentration', () => {
  test('fires: one account with half of the longs', () => {
    expect(once(LARGE)).toMatchObject([
      {
        severity: 'medium',
        subject: { kind: 'account', id: `${perpKey('ann')}:${assetOf('ETH')}` },
        summary: 'one account: 50 % of all longs, 2000000 USD; the pool absorbs 3000000 USD',
      },
    ])
  })
  test('fires: high where it holds most and more than the pool absorbs; several accounts of one payer', () => {
    expect(once({ shortUsd: 4 * M, shortShare: 0.8, accounts: 3 })).toMatchObject([
      { severity: 'high', summary: '3 accounts of one payer: 80 % of all shorts, 4000000 USD; the pool absorbs 3000000 USD' },
    ])
  })
  test('fires again when worse by a quarter', () => {
    const b = start()
    expect([0.4, 0.45, 0.55].map((longShare) => once({ ...LARGE, longShare }, b).length)).toEqual([1, 0, 1])
  })
  test('quiet: many hands; small against the pool; small; and others are judged by themselves', () => {
    expect(once({ ...LARGE, longShare: 0.3 })).toEqual([])
    expect(once({ longUsd: 1 * M, longShare: 0.9 })).toEqual([])
    const b = start()
    once(LARGE, b)
    expect(once({ longUsd: 1 }, b, 'bob')).toEqual([])
    expect(once(LARGE, b, 'bob')).toHaveLength(1)
  })
  test('edge: exactly at 35 % is quiet, past it fires; half of the depth; 250,000 USD', () => {
    expect([once({ ...LARGE, longShare: 0.35 }), once({ ...LARGE, longShare: 0.3501 }).length]).toEqual([[], 1])
    expect([once({ ...LARGE, longUsd: 1.5 * M }), once({ ...LARGE, longUsd: 1.5 * M + 1 }).length]).toEqual([[], 1])
    const thin = (longUsd: number) =>
      bench(accountConcentration({ minDepthTimes: 0 })).block((w) => perpCluster(w, { ...LARGE, longUsd })).length
    expect([thin(249_999), thin(250_000)]).toEqual([0, 1])
  })
  test('undo: the same block, the same finding', () => {
    const b = start()
    once({}, b)
    const before = b.world.store.dump()
    const first = once(LARGE, b)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, once(LARGE, b)]).toEqual([1, first])
  })
})
