import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { STRANGER, tx, VENUE } from '../../test/support/trace-rows.ts'
import { freshContract } from './fresh-contract.ts'

const fresh = { callerKnown: 1, caller: BigInt(STRANGER), callerAgeBlocks: 120, callerCreator: 7n, throughUsd: 1e6 }
/** Two hundred transactions of old contracts with 512 USD each. */
function calm() {
  const b = bench(freshContract())
  expect(b.blocks(200, tx({ throughUsd: 512 }))).toEqual([])
  return b
}

describe('fresh-contract', () => {
  test('fires: a contract of 24 minutes moves a million', () => {
    expect(calm().block(tx(fresh))).toMatchObject([
      {
        severity: 'medium',
        subject: { kind: 'contract', id: VENUE },
        summary: `${STRANGER}, 120 blocks old, moves 1000000 USD through the venue (usual limit 50000)`,
        evidence: { caller: STRANGER, ageBlocks: 120 },
      },
    ])
  })
  test('fires: high where it was made in the same transaction and the venue lost', () => {
    expect(calm().block(tx({ ...fresh, callerAgeBlocks: 0, outUsd: 60_000 }))).toMatchObject([{ severity: 'high' }])
    expect(calm().block(tx({ ...fresh, callerAgeBlocks: 0 }))).toMatchObject([{ severity: 'medium' }])
  })
  test('quiet: an old contract, an unknown one, little value, one that failed', () => {
    const b = calm()
    expect(b.block(tx({ ...fresh, callerAgeBlocks: 50_000 }))).toEqual([])
    expect(b.block(tx({ ...fresh, callerKnown: 0 }))).toEqual([])
    expect(b.block(tx({ ...fresh, throughUsd: 40_000 }))).toEqual([])
    expect(b.block(tx({ ...fresh, status: 0 }))).toEqual([])
  })
  test('quiet: not warm yet', () => {
    const b = bench(freshContract())
    b.blocks(199, tx({ throughUsd: 512 }))
    expect(b.block(tx(fresh))).toEqual([])
  })
  test('edge: exactly as old as maxAgeBlocks fires, a block older is quiet; exactly the floor is quiet', () => {
    expect(calm().block(tx({ ...fresh, callerAgeBlocks: 1_800 }))).toHaveLength(1)
    expect(calm().block(tx({ ...fresh, callerAgeBlocks: 1_801 }))).toEqual([])
    expect(calm().block(tx({ ...fresh, throughUsd: 50_000 }))).toEqual([])
    expect(calm().block(tx({ ...fresh, throughUsd: 50_000.01 }))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block(tx(fresh))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(tx(fresh))).toEqual(first)
  })
})
