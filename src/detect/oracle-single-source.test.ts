import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { oracleSingleSource } from './oracle-single-source.ts'

type Values = NonNullable<Parameters<typeof feed>[1]>
const write = (values: Values) => (w: World) =>
  feed(w, { updatedAtS: START_S, reportsInRound: 5, medianFloor: 1_999, medianCeiling: 2_001, ...values })
const at = (values: Values, timeS = START_S + 301) => bench(oracleSingleSource()).block(write(values), { timeS })
const alone: Values = { reportsInRound: 1, medianFloor: 0, medianCeiling: 0 }

describe('oracle-single-source', () => {
  test('fires: one of five spoke in a round that is five minutes old', () => {
    expect(at(alone)).toMatchObject([
      {
        severity: 'medium',
        source: 'reporters',
        subject: { kind: 'feed', id: FEED },
        summary: 'one of 5 reporters spoke in the round and made the answer 2000',
      },
    ])
    expect(at({ ...alone, secondPrice: 1_500, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'high' }])
  })
  test('fires: once, and once more when another source contradicts it', () => {
    const b = bench(oracleSingleSource())
    const block = (n: number, values: Values = {}) => b.block(write({ ...alone, ...values }), { timeS: START_S + 301 + n })
    expect(block(0)).toHaveLength(1)
    expect(block(1)).toEqual([])
    expect(block(2, { twapPrice: 1_000 })).toMatchObject([{ severity: 'high' }])
    expect(block(3, { twapPrice: 1_000 })).toEqual([])
  })
  test('fires: the reporter in the middle decides, in every block', () => {
    const wide: Values = { medianFloor: 1_900, medianCeiling: 2_300 }
    const b = bench(oracleSingleSource())
    expect(b.blocks(3, write(wide))).toMatchObject([{ severity: 'medium' }, { severity: 'medium' }, { severity: 'medium' }])
    expect(at({ ...wide, secondPrice: 2_000, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'low' }])
    expect(at({ ...wide, secondPrice: 1_500, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'high' }])
  })
  test('quiet: several speak close to each other; two reporters in all; nothing published', () => {
    expect(at({})).toEqual([])
    expect(at({ ...alone, reporters: 2 })).toEqual([])
    expect(at({ reporters: 0, reportsInRound: 0, medianFloor: 0, medianCeiling: 0 })).toEqual([])
  })
  test('quiet: a feed whose reporters are always so far apart', () => {
    const b = bench(oracleSingleSource())
    b.blocks(1_100, write({ medianFloor: 1_980, medianCeiling: 2_020 }))
    expect(b.block(write({ medianFloor: 1_900, medianCeiling: 2_100 }))).toEqual([])
    expect(b.block(write({ medianFloor: 1_800, medianCeiling: 2_200 }))).toHaveLength(1)
  })
  test('edge: exactly five minutes is quiet, a second more fires', () => {
    expect([at(alone, START_S + 300).length, at(alone, START_S + 301).length]).toEqual([0, 1])
  })
  test('edge: a reach of exactly 300 bps is quiet, one unit past it fires', () => {
    const limit = Math.trunc(2_000e8 * Math.exp(0.03)) / 1e8
    expect([
      at({ medianFloor: 2_000, medianCeiling: limit }).length,
      at({ medianFloor: 2_000, medianCeiling: limit + 1e-8 }).length,
    ]).toEqual([0, 1])
  })
  test('edge: rows out of this world neither throw nor widen the usual', () => {
    const b = bench(oracleSingleSource())
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0])
      b.block(write({ medianFloor: odd, medianCeiling: odd, price: odd, updatedAtS: odd }))
    expect(b.block(write({ medianFloor: 1_900, medianCeiling: 2_300 }))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(oracleSingleSource())
    b.block(write({}))
    const before = b.world.store.dump()
    const first = b.block(write(alone), { timeS: START_S + 400 })
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    b.block(write({}))
    b.undo()
    expect(b.block(write(alone), { timeS: START_S + 400 })).toEqual(first)
  })
})
