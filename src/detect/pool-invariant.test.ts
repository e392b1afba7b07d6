import { describe, expect, test } from 'vitest'
import { bench, put, START_S } from '../../test/builders.ts'
import { POOL_LOSS } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { poolInvariant } from './pool-invariant.ts'

const PAIR = `0x${'ba'.repeat(20)}`
const lose = (world: World, lostUsd: number, kind: keyof typeof POOL_LOSS = 'swap', pool = PAIR): number =>
  put(world.poolLosses, undefined, { pool: put(world.pools, pool, {}) + 1, kind: POOL_LOSS[kind], lostE18: 5n, lostUsd })

describe('pool-invariant', () => {
  test('fires: a swap takes more than its curve allows', () => {
    expect(bench(poolInvariant()).block((w) => lose(w, 20_000))).toMatchObject([
      {
        severity: 'critical',
        source: 'exchange',
        subject: { kind: 'venue', id: PAIR },
        summary: "a swap took 20000 USD from the pool's owners, 20000 USD within an hour",
        evidence: { lostE18: 5n },
      },
    ])
  })
  test('fires: a thousand small ones; a pool of a manager is named with it', () => {
    const b = bench(poolInvariant())
    expect(b.block((w) => Array.from({ length: 60 }, () => lose(w, 2, 'liquidity')))).toHaveLength(10)
    expect(b.block((w) => lose(w, 500, 'owed', `${PAIR}:0x01`))).toMatchObject([{ subject: { kind: 'market', id: `${PAIR}:0x01` } }])
  })
  test('fires: a reserve that shrinks may be a rebase: medium', () => {
    expect(bench(poolInvariant()).block((w) => lose(w, 20_000, 'sync'))).toMatchObject([{ severity: 'medium' }])
  })
  test('quiet: dust; what was lost more than an hour ago; figures that are no numbers', () => {
    const b = bench(poolInvariant())
    expect(b.block((w) => lose(w, 90), { timeS: START_S })).toEqual([])
    expect(b.block((w) => lose(w, 90), { timeS: START_S + 3_900 })).toEqual([])
    expect(b.block((w) => [lose(w, Number.NaN), lose(w, 0)], { timeS: START_S + 3_900 })).toEqual([])
  })
  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    expect(bench(poolInvariant()).block((w) => lose(w, 100))).toEqual([])
    expect(bench(poolInvariant()).block((w) => lose(w, 100 + 2 ** -46))).toHaveLength(1)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = bench(poolInvariant())
    b.block((w) => lose(w, 60))
    const first = b.block((w) => lose(w, 60))
    b.undo()
    expect(b.block((w) => lose(w, 60))).toEqual(first)
    expect(first).toHaveLength(1)
  })
})
