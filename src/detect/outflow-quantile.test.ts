import { describe, expect, test } from 'vitest'
import { bench, flow, market, marketKey, START_S } from '../../test/builders.ts'
import { FLOW } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { outflowQuantile } from './outflow-quantile.ts'

const STEP_S = 600
/** A million of cash less what leaves. */
const leave =
  (usd: number, kind: Parameters<typeof flow>[1] = FLOW.borrow) =>
  (world: World) => {
    market(world, 'USDC', { cashUsd: 1_000_000 - usd })
    flow(world, kind, usd)
  }
/** So many windows in each of which `usd` left. */
function usual(usd: number, windows = 1_001) {
  const b = bench(outflowQuantile())
  for (let n = 0; n < windows; n++) expect(b.block(leave(usd), { timeS: START_S + n * STEP_S })).toEqual([])
  const timeS = START_S + windows * STEP_S
  return { ...b, next: (write: (world: World) => void, afterS = 0) => b.block(write, { timeS: timeS + afterS }) }
}

describe('outflow-quantile', () => {
  test('fires: a quiet market loses 5 % in ten minutes, which no hour of outflow-rate would tell', () => {
    expect(usual(500).next(leave(50_000))).toMatchObject([
      {
        severity: 'medium',
        source: 'pool',
        subject: { kind: 'market', id: marketKey('USDC') },
        evidence: { outUsd: 50_000, share: 0.05, windows: 1_001 },
      },
    ])
    expect(usual(500).next(leave(200_000))).toMatchObject([{ severity: 'high' }])
  })
  test('fires: small steps add up, again and again, and none of them becomes the usual', () => {
    const b = usual(500)
    const found = Array.from({ length: 200 }, (_, n) => b.next(leave(30_000), n * 300)).flat()
    expect(found.length).toBeGreaterThanOrEqual(199)
  })
  test('quiet: a market where such windows are usual; not warm; as much came as went', () => {
    expect(usual(20_000).next(leave(50_000))).toEqual([])
    expect(usual(20_000).next(leave(70_000))).toHaveLength(1)
    expect(usual(500, 999).next(leave(50_000))).toEqual([])
    const b = usual(500)
    b.next(leave(60_000, FLOW.repay))
    expect(b.next(leave(50_000))).toEqual([])
  })
  test('quiet: transfers and flows of no market', () => {
    const b = usual(500)
    expect(b.next(leave(500_000, FLOW.transfer))).toEqual([])
    expect(b.next((w) => flow(w, FLOW.borrow, 500_000, 'unknown'))).toEqual([])
  })
  test('edge: exactly 2 % is quiet, a dollar more fires', () => {
    expect([usual(500).next(leave(20_000)).length, usual(500).next(leave(20_001)).length]).toEqual([0, 1])
  })
  test('edge: flows out of this world never throw and are no sample', () => {
    const b = usual(500)
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -1]) expect(b.next(leave(odd), 1)).toEqual([])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = usual(500)
    const before = b.world.store.dump()
    const first = b.next(leave(50_000))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.next(leave(100))).toEqual([])
    b.undo()
    expect(b.next(leave(50_000))).toEqual(first)
  })
})
