import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { all, call, STRANGER, VENUE, type Writer } from '../../test/support/trace-rows.ts'
import { CALL_KIND, REENTRY } from '../state/tables.ts'
import { readOnlyReentrancy } from './read-only-reentrancy.ts'

const run = (...writers: readonly Writer[]) => bench(readOnlyReentrancy()).block(all(...writers))
const read = { reentry: REENTRY.read, kind: CALL_KIND.staticcall, rate: 1, between: 2, outer: 0x5b36389c, selector: 0xbb7b8b80 }

describe('read-only-reentrancy', () => {
  test('fires: another protocol reads the rate while a withdrawal is open', () => {
    expect(run(call(read))).toMatchObject([
      {
        severity: 'high',
        subject: { kind: 'contract', id: VENUE },
        summary: `${STRANGER} read 0xbb7b8b80 while 0x5b36389c was open`,
        evidence: { reader: STRANGER, between: 2 },
      },
    ])
  })
  test('quiet: no rate, no read, undone, or a reader that is usual there', () => {
    expect(
      run(
        call({ ...read, rate: 0 }),
        call({ ...read, reentry: REENTRY.call }),
        call({ ...read, stands: 0 }),
        call({ ...read, seenAgeBlocks: 7_200, seenBlocks: 3 }),
      ),
    ).toEqual([])
  })
  test('edge: one stranger between reads for himself, two are a protocol that was led there', () => {
    expect(run(call({ ...read, between: 1 }))).toEqual([])
    expect(run(call({ ...read, between: 2 }))).toHaveLength(1)
  })
  test('edge: usual and warm exactly at their limits', () => {
    expect(run(call({ ...read, seenAgeBlocks: 7_199, seenBlocks: 3 }))).toHaveLength(1)
    expect(run(call({ ...read, seenAgeBlocks: 7_200, seenBlocks: 2 }))).toHaveLength(1)
    expect(run(call({ ...read, watchedBlocks: 7_199 }))).toEqual([])
    expect(run(call({ ...read, watchedBlocks: 7_200 }))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(readOnlyReentrancy())
    const first = b.block(call(read))
    b.undo()
    expect(b.block(call(read))).toEqual(first)
    expect(first).toHaveLength(1)
  })
})
