import { describe, expect, test } from 'vitest'
import { bench, put, START_S, type Values, venue } from '../../test/builders.ts'
import { contractOf, PLACE, queued, STRANGER, TIMELOCK } from '../../test/support/governed.ts'
import { addressOf } from '../core/words.ts'
import { OPERATION, RUN } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { queuedHarm } from './queued-harm.ts'

type Row = Values<World['rehearsals']['table']['schema']>
/** An operation that went through and moved nothing, tried when it was queued; ten million of cash are watched. */
const tried =
  (values: Row = {}, state: number = OPERATION.queued) =>
  (world: World): void => {
    queued(world, { target: PLACE }, { state })
    put(world.rehearsals, 'op:queued', {
      place: contractOf(world, TIMELOCK),
      operation: 1,
      run: RUN.queued,
      tried: 1,
      cashUsd: 10_000_000,
      ...values,
    })
  }
const run = (values: Row = {}, state?: number) => bench(queuedHarm()).block(tried(values, state))
const severity = (values: Row) => run(values)[0]?.severity

describe('queued-harm', () => {
  test('fires: as with Aevo, on the day it is queued: other code, and what it does to prices', () => {
    const [found] = run({ codeChanges: 1, changed: PLACE, priceMoveBps: 10_000 * (1e10 - 1) })
    expect(found).toMatchObject({
      severity: 'high',
      subject: { kind: 'contract', id: addressOf(TIMELOCK) },
      evidence: { dueInS: 86_388, run: 1 },
    })
    expect(found?.summary).toContain('1 addresses run other code')
  })
  test('fires: as at Beanstalk, the cash leaves', () => {
    expect(severity({ cashOutUsd: 9_000_000 })).toBe('critical')
    expect(severity({ cashOutUsd: 500_000 })).toBe('high')
  })
  test('fires: power for a stranger, accounts that fall, bad debt, credit, broken views', () => {
    const [found] = run({ strangers: 2, stranger: STRANGER })
    expect([found?.severity, found?.summary]).toEqual(['high', expect.stringContaining(addressOf(STRANGER))])
    expect(severity({ fallen: 3, fallenDebtUsd: 50_000 })).toBe('high')
    expect(severity({ fallen: 1, fallenDebtUsd: 5 })).toBe('medium')
    expect(severity({ badDebtUsd: 50_000 })).toBe('critical')
    expect(severity({ broken: 1 })).toBe('high')
    expect([severity({ takeableUsd: 50_000 }), severity({ takeableUsd: 2_000_000 })]).toEqual(['medium', 'high'])
    expect([severity({ creditUsd: 2_000_000 }), severity({ creditUsd: 2_000_000, unbackedUsd: 2_000_000 })]).toEqual(['medium', 'high'])
  })
  test('fires: it does another thing than when it was queued, or nobody can tell', () => {
    expect(severity({ run: RUN.due, differs: 1 })).toBe('high')
    expect(severity({ tried: 0 })).toBe('medium')
    expect([severity({ tried: 2 }), severity({ tried: 2, fallen: 1, fallenDebtUsd: 50_000 })]).toEqual(['low', 'high'])
  })
  test('quiet in severity: what moves nothing, other parameters, a source of the same price, a call that fails', () => {
    expect(run()).toMatchObject([
      { severity: 'info', summary: 'a queued operation, tried when it was queued: it moves nothing that is watched' },
    ])
    expect(severity({ parameters: 3 })).toBe('info')
    expect(severity({ sources: 1, powers: 1 })).toBe('low')
    expect(severity({ failedCall: 1, strangers: 1 })).toBe('low')
  })
  test('quiet: what is done or cancelled by now', () => {
    for (const state of [OPERATION.executed, OPERATION.cancelled]) expect(run({ strangers: 1 }, state)).toEqual([])
  })
  test('edge: exactly at the limits is quiet, one unit past them is not', () => {
    expect([severity({ badDebtUsd: 10_000 }), severity({ badDebtUsd: 10_000.01 })]).toEqual(['info', 'critical'])
    expect([severity({ priceMoveBps: -500 }), severity({ priceMoveBps: -500.1 })]).toEqual(['info', 'high'])
    expect([severity({ cashOutUsd: 1_000_000 }), severity({ cashOutUsd: 1_000_001 })]).toEqual(['high', 'critical'])
    expect([severity({ unbackedUsd: 1_000_000 }), severity({ unbackedUsd: 1_000_001 })]).toEqual(['info', 'high'])
    expect([severity({ fallen: 1, fallenDebtUsd: 10_000 }), severity({ fallen: 1, fallenDebtUsd: 10_001 })]).toEqual(['medium', 'high'])
  })
  test('edge: without markets every dollar over the least is a large share; an operation that is not there', () => {
    expect(severity({ cashUsd: 0, cashOutUsd: 10_001 })).toBe('critical')
    expect(run({ operation: 9, venue: 9 })).toMatchObject([{ evidence: { timelock: 'unknown', venue: 'none' } }])
    const [found] = bench(queuedHarm()).block((world) => {
      tried({ venue: venue(world) + 1 })(world)
    })
    expect(found?.evidence['venue']).toMatch(/^0xa0a0/)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(queuedHarm())
    const before = b.world.store.dump()
    const first = b.block(tried({ strangers: 1 }))
    expect(first[0]?.timeS).toBe(START_S + 12)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(tried({ strangers: 1 }))).toEqual(first)
  })
})
