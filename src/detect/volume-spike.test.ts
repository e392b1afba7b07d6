import { describe, expect, test } from 'vitest'
import { bench, flow, market, marketKey, START_S } from '../../test/builders.ts'
import { FLOW } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { volumeSpike } from './volume-spike.ts'

const STEP_S = 300
const events = (n: number) => (w: World) => {
  market(w, 'USDC')
  for (let i = 0; i < n; i++) flow(w, FLOW.supply, 1)
}
/** So many steps of five minutes with one event each. */
function usual(steps = 1_001) {
  const b = bench(volumeSpike())
  for (let n = 0; n < steps; n++) expect(b.block(events(1), { timeS: START_S + n * STEP_S })).toEqual([])
  return { ...b, next: (n: number, afterS = 0) => b.block(events(n), { timeS: START_S + steps * STEP_S + afterS }) }
}

describe('volume-spike', () => {
  test('fires: thirty events at once in a market that has one in five minutes', () => {
    expect(usual().next(30)).toMatchObject([
      { severity: 'low', source: 'accounts', subject: { kind: 'market', id: marketKey('USDC') }, evidence: { limit: 20, steps: 1_001 } },
    ])
    const b = usual()
    b.next(200)
    expect(b.next(1, 300)).toMatchObject([{ severity: 'medium' }])
  })
  test('fires: a burst over minutes, told each five', () => {
    const b = usual()
    const found = Array.from({ length: 60 }, (_, n) => b.next(2, n * 12)).flat()
    expect(found.length).toBeGreaterThanOrEqual(2)
    expect(found.length).toBeLessThanOrEqual(3)
  })
  test('quiet: what comes slowly; a market in which it is usual; not warm', () => {
    const b = usual()
    expect(Array.from({ length: 40 }, (_, n) => b.next(2, n * 300)).flat()).toEqual([])
    expect(usual(999).next(30)).toEqual([])
    const busy = bench(volumeSpike())
    for (let n = 0; n < 1_001; n++) busy.block(events(10), { timeS: START_S + n * STEP_S })
    expect(busy.block(events(50), { timeS: START_S + 1_001 * STEP_S })).toEqual([])
  })
  test('edge: an intensity of exactly 20 is quiet, one event more fires', () => {
    // two a step before it: what is left of them fades to nothing after a day
    const after = (n: number) => usual().next(n, 400 * STEP_S).length
    expect([after(20), after(21)]).toEqual([0, 1])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = usual()
    const before = b.world.store.dump()
    const first = b.next(30)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.next(2)).toEqual([])
    b.undo()
    expect(b.next(30)).toEqual(first)
  })
})
