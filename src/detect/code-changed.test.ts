import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { contractOf, PLACE } from '../../test/support/governed.ts'
import { CODE_AS, GOVERNANCE } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { codeChanged } from './code-changed.ts'

const changed =
  (change: number, as: number = CODE_AS.contract, firstSight = 0) =>
  (world: World) =>
    void put(world.governanceChanges, undefined, { contract: contractOf(world, PLACE), change, as, firstSight, before: 1n, after: 2n })
const run = (...of: Parameters<typeof changed>) => bench(codeChanged()).block(changed(...of))

describe('code-changed', () => {
  test('fires: other code, or none, where code was', () => {
    expect(run(GOVERNANCE.codeChanged)).toMatchObject([{ severity: 'critical', evidence: { as: 'a watched contract' } }])
    expect(run(GOVERNANCE.codeGone, CODE_AS.implementation)[0]?.summary).toContain('(what a proxy runs) is gone')
  })
  test('fires: a proxy runs nothing', () => {
    expect(run(GOVERNANCE.codeGone, CODE_AS.implementation, 1)).toMatchObject([{ severity: 'high' }])
  })
  test('fires: a contract where a key was', () => {
    expect(run(GOVERNANCE.codeAppeared, CODE_AS.privileged)).toMatchObject([
      { severity: 'medium', evidence: { as: 'an account with power' } },
    ])
  })
  test('quiet: what others tell', () => {
    for (const change of [GOVERNANCE.delegated, GOVERNANCE.undelegated, GOVERNANCE.singleton, GOVERNANCE.moduleEnabled])
      expect(run(change)).toEqual([])
  })
  test('edge: a row of zeros, and one that is watched as everything', () => {
    expect(run(0, 0)).toEqual([])
    expect(run(GOVERNANCE.codeChanged, 7)[0]?.evidence['as']).toBe('a watched contract, what a proxy runs, an account with power')
    expect(run(GOVERNANCE.codeChanged, 0)[0]?.evidence['as']).toBe('unknown')
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(codeChanged())
    const before = b.world.store.dump()
    const first = b.block(changed(GOVERNANCE.codeChanged))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(changed(GOVERNANCE.codeChanged))).toEqual(first)
  })
})
