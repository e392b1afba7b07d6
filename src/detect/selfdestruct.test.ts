import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { all, call, STRANGER, VENUE, type Writer } from '../../test/support/trace-rows.ts'
import { CALL_KIND } from '../state/tables.ts'
import { selfdestruct } from './selfdestruct.ts'

const run = (...writers: readonly Writer[]) => bench(selfdestruct()).block(all(...writers))
const end = { kind: CALL_KIND.selfdestruct, from: BigInt(STRANGER), to: 9n, toFamily: 0, value: 5n }

describe('selfdestruct', () => {
  test('fires: critical for a watched contract', () => {
    expect(run(call({ ...end, from: BigInt(VENUE), fromFamily: 1 }))).toMatchObject([
      {
        severity: 'critical',
        subject: { kind: 'contract', id: VENUE },
        evidence: { contract: VENUE, heir: `0x${'9'.padStart(40, '0')}`, valueWei: 5n },
      },
    ])
  })
  test('fires: medium for one on the way, once a transaction', () => {
    expect(run(call(end), call(end), call({ ...end, txIndex: 1 }))).toMatchObject([{ severity: 'medium' }, { severity: 'medium' }])
  })
  test('quiet: any other frame, and an end that was undone', () => {
    expect(run(call(), call({ ...end, stands: 0 }), call({ ...end, fromFamily: 1, stands: 0 }))).toEqual([])
  })
  test('edge: each watched contract that ends is told, in one transaction too', () => {
    const one = { ...end, fromFamily: 1 }
    expect(run(call(one), call(one))).toHaveLength(2)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(selfdestruct())
    b.block()
    const before = b.world.store.dump()
    const first = b.block(call(end))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(call(end))).toEqual(first)
  })
})
