import { describe, expect, test } from 'vitest'
import { bench, START_S } from '../../test/builders.ts'
import { perpAccount, perpKey } from '../../test/perp-builders.ts'
import { selfLiquidation } from './self-liquidation.ts'

type Values = NonNullable<Parameters<typeof perpAccount>[1]>
const NOW_S = START_S + 12
const once = (values: Values, b = bench(selfLiquidation())) => b.block((w) => perpAccount(w, values))
const LIQUIDATED: Values = { liquidatedAtS: NOW_S, liquidatedUsd: 300_000 }
const OPENED: Values = { openedAtS: NOW_S - 60, openedUsd: 300_000 }
/** Two fifths of what it was worth. */
const TOOK_OUT: Values = { withdrewAtS: NOW_S - 60, withdrawnUsd: 70_000 }
const AT_THE_EDGE: Values = { withdrewAtS: NOW_S, withdrawnUsd: 70_000, notionalUsd: 1_000_000, marginRatio: 0.1 }

describe('self-liquidation', () => {
  test('fires: liquidated right after it opened at size', () => {
    expect(once({ ...LIQUIDATED, ...OPENED })).toMatchObject([
      {
        severity: 'high',
        source: 'accounts',
        subject: { kind: 'account', id: perpKey('ann') },
        summary: 'liquidated for 300000 USD: opened 300000 USD 60 s before',
      },
    ])
  })
  test('fires: liquidated after it took its margin out; by a liquidator of its own; critical with bad debt', () => {
    expect(once({ ...LIQUIDATED, ...TOOK_OUT })).toMatchObject([{ summary: expect.stringContaining('took out 70000 USD 60 s before') }])
    expect(once({ ...LIQUIDATED, ownLiquidator: 1, valueUsd: -1 })).toMatchObject([{ severity: 'critical' }])
    expect(once({ ...LIQUIDATED, ...OPENED, valueUsd: 0, leftAtS: NOW_S, leftUsd: 8_000 })).toMatchObject([
      { severity: 'critical', evidence: { badUsd: 8_000 } },
    ])
  })
  test('fires: before it, margin taken out to the edge', () => {
    expect(once(AT_THE_EDGE)).toMatchObject([
      { severity: 'medium', summary: 'took out 70000 USD and left 10.0 % under 1000000 USD (liquidated at 6.25 %)' },
    ])
  })
  test('quiet: liquidated by the market; long ago; small; not in this block', () => {
    expect(once(LIQUIDATED)).toEqual([])
    expect(once({ ...LIQUIDATED, ...OPENED, openedAtS: NOW_S - 7_200 })).toEqual([])
    expect(once({ ...LIQUIDATED, ...OPENED, openedUsd: 5_000 })).toEqual([])
    expect(once({ ...LIQUIDATED, ...OPENED, liquidatedAtS: NOW_S - 12 })).toEqual([])
    expect(once({ ...LIQUIDATED, ...TOOK_OUT, withdrawnUsd: 5_000 })).toEqual([])
  })
  test('quiet: taken out with room left, or from a small position', () => {
    expect(once({ ...AT_THE_EDGE, marginRatio: 0.2 })).toEqual([])
    expect(once({ ...AT_THE_EDGE, notionalUsd: 90_000 })).toEqual([])
  })
  test('edge: an hour, 100,000 USD, a fifth, 1.75 times the maintenance margin', () => {
    const fires = (values: Values): number => once(values).length
    expect([3_600, 3_601].map((ageS) => fires({ ...LIQUIDATED, ...OPENED, openedAtS: NOW_S - ageS }))).toEqual([1, 0])
    expect([100_000, 99_999].map((liquidatedUsd) => fires({ ...LIQUIDATED, ...OPENED, liquidatedUsd }))).toEqual([1, 0])
    expect([25_000, 24_999].map((withdrawnUsd) => fires({ ...LIQUIDATED, ...TOOK_OUT, withdrawnUsd }))).toEqual([1, 0])
    expect([0.109374, 0.109375].map((marginRatio) => fires({ ...AT_THE_EDGE, marginRatio }))).toEqual([1, 0])
  })
  test('undo: the same block, the same finding', () => {
    const b = bench(selfLiquidation())
    const before = b.world.store.dump()
    const first = once({ ...LIQUIDATED, ...OPENED }, b)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, once({ ...LIQUIDATED, ...OPENED }, b)]).toEqual([1, first])
  })
})
