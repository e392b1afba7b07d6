import { describe, expect, test } from 'vitest'
import { bench, flow, market, marketKey, START_S } from '../../test/builders.ts'
import { FLOW } from '../state/tables.ts'
import { outflowRate } from './outflow-rate.ts'
import { slowDrain } from './slow-drain.ts'

const HOUR_S = 3_600
/** A market of a million; each hour as much comes as goes, to within `noise`, for `days`. */
function market100(noise = 2_000, days = 20) {
  const b = bench(slowDrain(), outflowRate())
  let cash = 1_000_000
  let hour = 0
  const next = (usd: number) => {
    cash -= usd
    hour += 1
    return b.block(
      (w) => {
        market(w, 'USDC', { cashUsd: cash })
        flow(w, usd > 0 ? FLOW.withdraw : FLOW.supply, Math.abs(usd))
      },
      { timeS: START_S + hour * HOUR_S },
    )
  }
  for (let n = 0; n < days * 24; n++) expect(next(noise * Math.sin(n * 1.7))).toEqual([])
  return {
    ...b,
    next,
    hours: (n: number, usd: () => number) => Array.from({ length: n }, () => next(usd())).flat(),
    cash: () => cash,
    hour: () => hour,
  }
}

describe('slow-drain', () => {
  test('fires: 1 % an hour for days, under every other threshold', () => {
    const b = market100()
    const found = b.hours(72, () => b.cash() * 0.01)
    expect(new Set(found.map(({ detector }) => detector))).toEqual(new Set(['slow-drain']))
    expect(found[0]).toMatchObject({ severity: 'medium', source: 'pool', subject: { kind: 'market', id: marketKey('USDC') } })
    expect(Number(found[0]?.evidence['lostShare'])).toBeLessThan(0.32)
    expect(b.hours(48, () => b.cash() * 0.01).at(-1)).toMatchObject({ severity: 'high' })
  })
  test('fires: told once in six hours, and no more once cash comes back', () => {
    const b = market100()
    b.hours(48, () => b.cash() * 0.01)
    expect(b.hours(6, () => b.cash() * 0.01)).toHaveLength(1)
    expect(b.hours(48, () => -20_000).length).toBeLessThan(6)
    expect(b.hours(24, () => -5_000)).toEqual([])
  })
  test('quiet: a market that breathes; one whose six hours are usually so; not warm', () => {
    expect(market100().hours(240, () => 0)).toEqual([])
    const b = market100(30_000)
    expect(b.hours(24, () => 3_000)).toEqual([])
    const young = market100(2_000, 3)
    expect(young.hours(12, () => young.cash() * 0.01)).toEqual([])
  })
  test('quiet: a day in which little is lost, however unusual', () => {
    expect(market100().hours(18, () => 8_000)).toEqual([])
  })
  test('edge: exactly a fifth lost is quiet, a dollar more fires', () => {
    // all of it in one step of six hours; the next flow tells it
    const after = (usd: number) => {
      const b = market100(0)
      while ((START_S + b.hour() * HOUR_S) % (6 * HOUR_S) >= HOUR_S) b.next(0)
      b.next(usd)
      return b.hours(12, () => 0).filter(({ detector }) => detector === 'slow-drain').length > 0
    }
    expect([after(200_000), after(200_001)]).toEqual([false, true])
  })
  test('edge: flows out of this world never throw and change nothing', () => {
    const b = market100()
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) expect(b.block((w) => flow(w, FLOW.borrow, odd))).toEqual([])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = market100()
    b.hours(47, () => b.cash() * 0.01)
    const found = []
    for (let n = 0; n < 7 && found.length === 0; n++) {
      const before = b.world.store.dump()
      found.push(...b.next(b.cash() * 0.01))
      b.undo()
      expect(b.world.store.dump()).toEqual(before)
      b.block((w) => flow(w, FLOW.transfer, 1))
      b.undo()
      expect(b.next(b.cash() * 0.01).map(({ detector }) => detector)).toEqual(found.length > 0 ? ['slow-drain'] : [])
    }
    expect(found).toHaveLength(1)
  })
})
