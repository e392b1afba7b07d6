import { describe, expect, test } from 'vitest'
import { bench, put, START_S } from '../../test/builders.ts'
import { forcedTransactions } from './forced-transactions.ts'

const INBOX = `0x${'b0'.repeat(20)}`
const HOUR_S = 3_600
/** A rollup with one forced transaction an hour, each taken at once. */
function rollup(hours = 0, anHour = 1) {
  const b = bench(forcedTransactions())
  let queued = 1
  const at = (s: number, more: number, waitingSinceS = 0) => {
    queued += more
    return b.block((w) => put(w.rollups, INBOX, { rollupChainId: 42_161, queued, taken: queued, waitingSinceS }), { timeS: START_S + s })
  }
  for (let n = 0; n < hours; n++) expect(at(n * HOUR_S, anHour)).toEqual([])
  return {
    ...b,
    at: (s: number, more: number, waitedS = -1) => at(hours * HOUR_S + s, more, waitedS < 0 ? 0 : START_S + hours * HOUR_S + s - waitedS),
  }
}

describe('forced-transactions', () => {
  test('fires: one waits for over an hour; high from twelve on', () => {
    expect(rollup().at(0, 1, 4_000)).toMatchObject([
      {
        severity: 'medium',
        source: 'endpoint',
        subject: { kind: 'contract', id: INBOX },
        summary: 'a forced transaction has waited for 4000 s, 3600 s would be long',
      },
    ])
    expect(rollup().at(0, 1, 43_201)).toMatchObject([{ severity: 'high' }])
  })
  test('fires: a crowd within an hour, once many hours were seen', () => {
    expect(rollup(1_001).at(0, 60)).toMatchObject([{ severity: 'low', evidence: { count: 60, countLimit: 50 } }])
    expect(rollup(900).at(0, 60)).toEqual([])
  })
  test('told again after an hour', () => {
    const b = rollup()
    expect([0, 100, HOUR_S, HOUR_S + 12].map((s) => b.at(s, 0, 4_000 + s).length)).toEqual([1, 0, 1, 0])
  })
  test('quiet: taken in time; a rollup that is used so; first sight of a long numbering', () => {
    expect(rollup().at(0, 1, 900)).toEqual([])
    expect(rollup(1_001, 40).at(0, 60)).toEqual([])
    expect(rollup(0).at(0, 1_000_000)).toEqual([])
  })
  test('edge: exactly an hour is quiet, a second more fires; the same of 50', () => {
    expect([rollup().at(0, 1, 3_600).length, rollup().at(0, 1, 3_601).length]).toEqual([0, 1])
    expect([rollup(1_001).at(0, 50).length, rollup(1_001).at(0, 51).length]).toEqual([0, 1])
  })
  test('edge: figures out of this world never throw', () => {
    const b = bench(forcedTransactions())
    for (const odd of [Number.NaN, -1, Number.POSITIVE_INFINITY, 5])
      b.block((w) => put(w.rollups, INBOX, { queued: odd, taken: odd, waitingSinceS: odd }))
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(forcedTransactions())
    const write = (waitingSinceS: number) => b.block((w) => put(w.rollups, INBOX, { queued: 5, waitingSinceS }), { timeS: START_S + 9_000 })
    b.block((w) => put(w.rollups, INBOX, { queued: 4 }))
    const before = b.world.store.dump()
    const first = write(START_S)
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(write(0)).toEqual([])
    b.undo()
    expect(write(START_S)).toEqual(first)
  })
})
