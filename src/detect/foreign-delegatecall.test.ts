import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { all, call, STRANGER, VENUE, type Writer } from '../../test/support/trace-rows.ts'
import { CALL_KIND } from '../state/tables.ts'
import { foreignDelegatecall } from './foreign-delegatecall.ts'

const run = (...writers: readonly Writer[]) => bench(foreignDelegatecall()).block(all(...writers))
const lends = { kind: CALL_KIND.delegatecall, from: BigInt(VENUE), to: BigInt(STRANGER), fromFamily: 1, toFamily: 0 }

describe('foreign-delegatecall', () => {
  test('fires: critical where storage changed, high where it did not', () => {
    expect(run(call(lends))).toMatchObject([
      {
        severity: 'critical',
        subject: { kind: 'contract', id: VENUE },
        summary: `${VENUE} runs code of ${STRANGER}, which it never did`,
        evidence: { from: VENUE, code: STRANGER, selector: '0x2e1a7d4d', writes: 2 },
      },
    ])
    expect(run(call({ ...lends, familyWrites: 0 }))).toMatchObject([{ severity: 'high' }])
    expect(run(call({ ...lends, kind: CALL_KIND.callcode }))).toHaveLength(1)
  })
  test('fires: once a block and code, and again in the next block', () => {
    const b = bench(foreignDelegatecall())
    const both = all(call(lends), call(lends), call({ ...lends, to: 7n }), call(lends))
    expect(b.block(both)).toHaveLength(2)
    expect(b.block(both)).toHaveLength(2)
  })
  test('fires: medium once it was seen in three blocks, as after an upgrade', () => {
    expect(run(call({ ...lends, seenAgeBlocks: 9, seenBlocks: 3 }))).toMatchObject([{ severity: 'medium' }])
    expect(run(call({ ...lends, seenAgeBlocks: 9, seenBlocks: 2 }))).toMatchObject([{ severity: 'critical' }])
  })
  test('quiet: a call, code lent by others, undone, usual', () => {
    expect(
      run(
        call({ ...lends, kind: CALL_KIND.call }),
        call({ ...lends, fromFamily: 0 }),
        call({ ...lends, stands: 0 }),
        call({ ...lends, seenAgeBlocks: 7_200, seenBlocks: 3 }),
      ),
    ).toEqual([])
  })
  test('edge: usual and warm exactly at their limits', () => {
    expect(run(call({ ...lends, seenAgeBlocks: 7_199, seenBlocks: 900 }))).toHaveLength(1)
    expect(run(call({ ...lends, watchedBlocks: 7_199 }))).toEqual([])
    expect(run(call({ ...lends, watchedBlocks: 7_200 }))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(foreignDelegatecall())
    b.block()
    const before = b.world.store.dump()
    const first = b.block(call(lends))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(call(lends))).toEqual(first)
  })
})
