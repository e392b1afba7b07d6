import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { perpKey, perpMarket } from '../../test/perp-builders.ts'
import { cascadeAhead } from './cascade-ahead.ts'

type Values = NonNullable<Parameters<typeof perpMarket>[1]>
const start = () => bench(cascadeAhead())
const once = (values: Values, b = start()) => b.block((w) => perpMarket(w, values))
const M = 1_000_000
/** Half of the depth within 10 % lies within 5 %: 1.5 million. */
const falls = (usd: number): Values => ({ down500Usd: usd, down1000Usd: usd, down2000Usd: usd, down4000Usd: usd })

describe('cascade-ahead', () => {
  test('fires: a fall of 5 % would liquidate more than half of what the pool absorbs on the way', () => {
    expect(once(falls(1 * M))).toMatchObject([
      {
        severity: 'medium',
        source: 'accounts',
        subject: { kind: 'market', id: perpKey('ETH') },
        summary: 'a fall of 5.0 % would liquidate 1000000 USD, 0.67 of what the pool absorbs on the way',
      },
    ])
  })
  test('fires: high where it would carry itself; a rise just the same', () => {
    expect(once(falls(2 * M))).toMatchObject([{ severity: 'high' }])
    expect(once({ up250Usd: 2 * M, up500Usd: 2 * M })).toMatchObject([{ severity: 'high', summary: expect.stringContaining('a rise') }])
  })
  test('fires: the more the asset moves, the further it looks', () => {
    const far: Values = { down1000Usd: 6 * M, down2000Usd: 6 * M, down4000Usd: 6 * M }
    expect(once(far)).toEqual([])
    const b = start()
    b.blocks(25 * 260, (w, n) => perpMarket(w, { index: n % 50 < 25 ? 2_000 : 2_020 }))
    expect(once(far, b)).toMatchObject([{ severity: 'high' }])
  })
  test('fires again when worse by a half, and every ten minutes', () => {
    const b = start()
    expect([once(falls(1 * M), b).length, once(falls(1.2 * M), b).length, once(falls(1.6 * M), b).length]).toEqual([1, 0, 1])
    expect(b.blocks(100, (w) => perpMarket(w, falls(1.6 * M)))).toHaveLength(2)
  })
  test('quiet: beyond the move; little; no pool watched; closed; no index', () => {
    expect(once({ down1000Usd: 0, down2000Usd: 9 * M })).toEqual([])
    expect(once({ ...falls(90_000), depthDownUsd: 1 })).toEqual([])
    for (const more of [{ pool: 0 }, { status: 2 }, { index: 0 }]) expect(once({ ...falls(9 * M), ...more })).toEqual([])
  })
  test('edge: exactly at half of the way’s depth is quiet, a dollar past it fires; and at 100,000 USD', () => {
    expect([once(falls(750_000)), once(falls(750_001)).length]).toEqual([[], 1])
    const thin = (usd: number) => once({ ...falls(usd), depthDownUsd: 1_000 }).length
    expect([thin(99_999), thin(100_000)]).toEqual([0, 1])
  })
  test('edge: between two moves of the table it goes by a straight line', () => {
    const b = bench(cascadeAhead({ leastMoveBps: 750 }))
    expect(once({ down500Usd: 1 * M, down1000Usd: 2 * M }, b)).toMatchObject([{ evidence: { downUsd: 1_500_000 } }])
  })
  test('undo: the same block, the same finding', () => {
    const b = start()
    once({}, b)
    const before = b.world.store.dump()
    const first = once(falls(2 * M), b)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, once(falls(2 * M), b)]).toEqual([1, first])
  })
})
