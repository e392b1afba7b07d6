import { describe, expect, test } from 'vitest'
import { account, bench, POOL, START_S } from '../../test/builders.ts'
import { freshAccounts } from './fresh-accounts.ts'

const STEP_S = 600
let made = 0
/** So many windows with one new account each. */
function usual(windows = 1_001) {
  const b = bench(freshAccounts())
  const born = (n: number, timeS: number, debtE8 = 0n) =>
    b.block(
      (w) => {
        for (let i = 0; i < n; i++) account(w, { firstSeenS: timeS, debtE8 }, `n${made++}`)
      },
      { timeS },
    )
  for (let n = 0; n < windows; n++) expect(born(1, START_S + n * STEP_S)).toEqual([])
  const after = START_S + windows * STEP_S
  return { ...b, after, born: (n: number, debtE8 = 0n, afterS = 0) => born(n, after + afterS, debtE8) }
}

describe('fresh-accounts', () => {
  test('fires: thirty new accounts that owe at once', () => {
    expect(usual().born(30, 5n)).toMatchObject([
      { severity: 'medium', source: 'accounts', subject: { kind: 'venue', id: POOL }, evidence: { limit: 20 } },
    ])
    expect(usual().born(30)).toMatchObject([{ severity: 'low' }])
  })
  test('fires: two a block add up, and are told each five minutes', () => {
    const b = usual()
    const found = Array.from({ length: 60 }, (_, n) => b.born(2, 5n, n * 12)).flat()
    expect(found).toHaveLength(2)
  })
  test('quiet: old accounts that act; a venue in which it is usual; not warm', () => {
    const b = usual()
    expect(
      b.block(
        (w) => {
          for (let i = 0; i < 50; i++) account(w, { firstSeenS: 5, debtE8: 9n }, `n${i}`)
        },
        { timeS: b.after },
      ),
    ).toEqual([])
    expect(usual(999).born(30, 5n)).toEqual([])
  })
  test('edge: exactly twenty within ten minutes are quiet, one more fires', () => {
    expect([usual().born(20, 5n, STEP_S).length, usual().born(21, 5n, STEP_S).length]).toEqual([0, 1])
  })
  test('edge: half of them in debt is medium, fewer low', () => {
    const b = usual()
    b.born(15, 0n, STEP_S)
    expect(b.born(15, 1n, STEP_S)).toMatchObject([{ severity: 'low', evidence: { accounts: 21, indebted: 6 } }])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = usual()
    const before = b.world.store.dump()
    const mark = made
    const first = b.born(30, 5n)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    made = mark
    expect(b.born(30, 5n)).toEqual(first)
  })
})
