import { describe, expect, test } from 'vitest'
import { bench, put, START_S } from '../../test/builders.ts'
import { sequencerStall } from './sequencer-stall.ts'

const INBOX = `0x${'b0'.repeat(20)}`
const HOUR_S = 3_600
/** A rollup that posts each hour. */
function rollup(posts = 12) {
  const b = bench(sequencerStall())
  const at = (s: number, values: { postedAtS?: number; queuedAtS?: number } = {}) =>
    b.block((w) => put(w.rollups, INBOX, { rollupChainId: 10, ...values }), { timeS: START_S + s })
  for (let n = 0; n < posts; n++) expect(at(n * HOUR_S, { postedAtS: START_S + n * HOUR_S })).toEqual([])
  const lastS = (posts - 1) * HOUR_S
  return { ...b, after: (s: number, values = {}) => at(lastS + s, values), lastS }
}

describe('sequencer-stall', () => {
  test('fires: nothing posted for over two hours; high once transactions are forced', () => {
    expect(rollup().after(2 * HOUR_S + 1)).toMatchObject([
      {
        severity: 'medium',
        source: 'endpoint',
        subject: { kind: 'contract', id: INBOX },
        summary: 'nothing posted for 7201 s, 7200 s would be long for it',
      },
    ])
    const b = rollup()
    expect(b.after(3 * HOUR_S, { queuedAtS: START_S + b.lastS + 9_000 })).toMatchObject([{ severity: 'high' }])
  })
  test('told again after an hour; over once it posts, and that silence is no measure', () => {
    const b = rollup()
    expect([2.5, 3, 3.5].map((hours) => b.after(hours * HOUR_S).length)).toEqual([1, 0, 1])
    expect(b.after(9 * HOUR_S, { postedAtS: START_S + b.lastS + 9 * HOUR_S })).toEqual([])
    expect(b.after(11 * HOUR_S + 1)).toHaveLength(1)
  })
  test('quiet: never posted; too few intervals; within its usual', () => {
    expect(bench(sequencerStall()).block((w) => put(w.rollups, INBOX, {}))).toEqual([])
    expect(rollup(10).after(9 * HOUR_S)).toEqual([])
    expect(rollup(11).after(9 * HOUR_S)).toHaveLength(1)
    expect(rollup().after(1.9 * HOUR_S)).toEqual([])
  })
  test('edge: exactly twice the longest is quiet, a second more fires', () => {
    expect([rollup().after(2 * HOUR_S).length, rollup().after(2 * HOUR_S + 1).length]).toEqual([0, 1])
  })
  test('edge: times out of this world never throw', () => {
    const b = rollup()
    for (const odd of [Number.NaN, -1, Number.POSITIVE_INFINITY]) b.after(1, { postedAtS: odd, queuedAtS: odd })
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = rollup()
    const before = b.world.store.dump()
    const first = b.after(9_000)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.after(10)).toEqual([])
    b.undo()
    expect(b.after(9_000)).toEqual(first)
  })
})
