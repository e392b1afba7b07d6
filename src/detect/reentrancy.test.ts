import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { all, call, STRANGER, VENUE, type Writer } from '../../test/support/trace-rows.ts'
import { REENTRY } from '../state/tables.ts'
import { reentrancy } from './reentrancy.ts'

const run = (...writers: readonly Writer[]) => bench(reentrancy()).block(all(...writers))
const again = { reentry: REENTRY.call, outer: 0x2e1a7d4d }

describe('reentrancy', () => {
  test('fires: critical where the same function pays out within itself', () => {
    expect(run(call({ ...again, same: 1, paysOut: 1, call: 4, depth: 3 }))).toMatchObject([
      {
        severity: 'critical',
        subject: { kind: 'contract', id: VENUE },
        summary: '0x2e1a7d4d called from outside while 0x2e1a7d4d was open, and paid out',
        evidence: { call: 4, depth: 3, from: STRANGER, to: VENUE, writes: 2, ageBlocks: 0 },
      },
    ])
  })
  test('fires: high with one of the two, medium with none', () => {
    expect(run(call({ ...again, same: 1 }), call({ ...again, paysOut: 1 }), call(again)).map((f) => f.severity)).toEqual([
      'high',
      'high',
      'medium',
    ])
  })
  test('quiet: not re-entered, only read, undone, or nothing changed', () => {
    expect(
      run(call(), call({ ...again, reentry: REENTRY.read }), call({ ...again, stands: 0 }), call({ ...again, familyWrites: 0 })),
    ).toEqual([])
  })
  test('quiet: a pair that is usual; edge: a block or a use less and it is not', () => {
    const usual = { ...again, seenAgeBlocks: 7_200, seenBlocks: 3 }
    expect(run(call(usual))).toEqual([])
    expect(run(call({ ...usual, seenAgeBlocks: 7_199 }))).toHaveLength(1)
    expect(run(call({ ...usual, seenBlocks: 2 }))).toHaveLength(1)
  })
  test('edge: warm exactly after warmBlocks', () => {
    expect(run(call({ ...again, watchedBlocks: 7_199 }))).toEqual([])
    expect(run(call({ ...again, watchedBlocks: 7_200 }))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(reentrancy())
    const first = b.block(call(again))
    b.undo()
    expect(b.block(call(again))).toEqual(first)
    expect(first).toHaveLength(1)
  })
})
