import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { perpKey, perpMarket } from '../../test/perp-builders.ts'
import { openInterestDepth } from './open-interest-depth.ts'

type Values = NonNullable<Parameters<typeof perpMarket>[1]>
const start = () => bench(openInterestDepth())
const once = (values: Values, b = start()) => b.block((w) => perpMarket(w, values))
const M = 1_000_000

describe('open-interest-depth', () => {
  test('fires: longs above what the pool pays for them', () => {
    expect(once({ longUsd: 5 * M })).toMatchObject([
      {
        severity: 'medium',
        subject: { kind: 'market', id: perpKey('ETH') },
        summary: '5000000 USD open on one side: 1.7 times what the pool absorbs within 1000 bps',
      },
    ])
  })
  test('fires: shorts above what the pool takes; no depth at all', () => {
    expect(once({ shortUsd: 5 * M, depthDownUsd: 1 })).toHaveLength(1)
    expect(once({ shortUsd: 5 * M, depthUpUsd: 0 })).toMatchObject([{ severity: 'high' }])
  })
  test('fires: a part of the whole asset, as YFI and JELLY', () => {
    expect(once({ longUsd: 2 * M, marketCapUsd: 20 * M })).toMatchObject([{ severity: 'high', evidence: { capShare: 0.1 } }])
  })
  test('fires again when worse by a half, or every ten minutes while it is strange', () => {
    const b = start()
    expect(once({ longUsd: 5 * M }, b)).toHaveLength(1)
    expect(once({ longUsd: 6 * M }, b)).toEqual([])
    expect(once({ longUsd: 8 * M }, b)).toHaveLength(1)
    expect(b.blocks(100, (w) => perpMarket(w, { longUsd: 8 * M }))).toHaveLength(2)
  })
  test('quiet: in proportion; nothing open; a pool that is not watched; a market that is closed', () => {
    expect(once({ marketCapUsd: 100 * M })).toEqual([])
    expect(once({ longUsd: 0, shortUsd: 0, depthDownUsd: 0, depthUpUsd: 0 })).toEqual([])
    expect(once({ longUsd: 50 * M, pool: 0 })).toEqual([])
    expect(once({ longUsd: 50 * M, status: 2 })).toEqual([])
  })
  test('quiet: low once it has been so for a hundred samples', () => {
    const b = start()
    b.blocks(25 * 101, (w) => perpMarket(w, { longUsd: 5 * M }))
    expect(b.block((w) => perpMarket(w, { longUsd: 1 * M }))).toEqual([])
    b.blocks(50, (w) => perpMarket(w, { longUsd: 1 * M }))
    expect(once({ longUsd: 5 * M }, b)).toMatchObject([{ severity: 'low' }])
  })
  test('edge: exactly at 1.5 times the depth is quiet, a dollar past it fires; so is 5 % of the asset', () => {
    expect([once({ longUsd: 4.5 * M }), once({ longUsd: 4.5 * M + 1 }).length]).toEqual([[], 1])
    expect([once({ marketCapUsd: 20 * M }), once({ marketCapUsd: 20 * M - 1 }).length]).toEqual([[], 1])
  })
  test('undo: the same block, the same finding', () => {
    const b = start()
    once({}, b)
    const before = b.world.store.dump()
    const first = once({ longUsd: 5 * M }, b)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, once({ longUsd: 5 * M }, b)]).toEqual([1, first])
  })
})
