import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { perpKey, perpMarket, perpVenue } from '../../test/perp-builders.ts'
import { perpSkew } from './perp-skew.ts'

const start = () => bench(perpSkew())
/** Takers of a million together, so skewed. */
const skewed = (skew: number, sumUsd = 1_000_000) => ({ skew, longUsd: (sumUsd * (1 + skew)) / 2, shortUsd: (sumUsd * (1 - skew)) / 2 })
const once = (skew: number, sumUsd?: number, b = start()) => b.block((w) => perpMarket(w, skewed(skew, sumUsd)))

describe('perp-skew', () => {
  test('fires: nearly all on one side, either way', () => {
    expect(once(0.8)).toMatchObject([
      {
        severity: 'medium',
        source: 'accounts',
        subject: { kind: 'market', id: perpKey('ETH') },
        summary: '80 % long, 800000 USD net (limit 70 %)',
      },
    ])
    expect(once(-0.8)).toMatchObject([{ summary: '80 % short, 800000 USD net (limit 70 %)' }])
  })
  test('fires: high where a bad day of the net is more than the fund', () => {
    const b = start()
    expect(b.block((w) => [perpVenue(w, { insuranceUsd: 79_000 }), perpMarket(w, skewed(0.8))])).toMatchObject([{ severity: 'high' }])
  })
  test('fires again when the net grew by a half, and every half hour', () => {
    const b = start()
    expect(once(0.8, 1_000_000, b)).toHaveLength(1)
    expect(once(0.8, 1_400_000, b)).toEqual([])
    expect(once(0.8, 1_600_000, b)).toHaveLength(1)
    expect(b.blocks(300, (w) => perpMarket(w, skewed(0.8)))).toHaveLength(2)
  })
  test('quiet: a market that trends; a little money; one that has always been so', () => {
    expect(once(0.6)).toEqual([])
    expect(once(1, 90_000)).toEqual([])
    const b = start()
    b.blocks(25 * 101, (w) => perpMarket(w, skewed(0.6)))
    expect([once(0.89, 1_000_000, b), once(0.91, 1_000_000, b).length]).toEqual([[], 1])
  })
  test('edge: exactly at 70 % and at 100,000 USD', () => {
    expect([once(0.7), once(0.7001).length]).toEqual([[], 1])
    const net = (netUsd: number) => start().block((w) => perpMarket(w, { skew: 0.8, longUsd: netUsd, shortUsd: 0 })).length
    expect([net(99_999), net(100_000)]).toEqual([0, 1])
  })
  test('undo: the same block, the same finding', () => {
    const b = start()
    once(0.1, 1_000_000, b)
    const before = b.world.store.dump()
    const first = once(0.8, 1_000_000, b)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, once(0.8, 1_000_000, b)]).toEqual([1, first])
  })
})
