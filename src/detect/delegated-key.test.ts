import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { contractOf, PLACE, STRANGER } from '../../test/support/governed.ts'
import { addressOf } from '../core/words.ts'
import { CODE_AS, GOVERNANCE } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { delegatedKey } from './delegated-key.ts'

const changed =
  (values: { readonly change?: number; readonly before?: bigint; readonly after?: bigint; readonly firstSight?: number }) =>
  (world: World) =>
    void put(world.governanceChanges, undefined, {
      contract: contractOf(world, PLACE),
      change: GOVERNANCE.delegated,
      as: CODE_AS.privileged,
      after: STRANGER,
      ...values,
    })
const run = (values: Parameters<typeof changed>[0] = {}, params: Parameters<typeof delegatedKey>[0] = {}) =>
  bench(delegatedKey(params)).block(changed(values))

describe('delegated-key', () => {
  test('fires: a key with power begins to run code, or other code', () => {
    expect(run()).toMatchObject([{ severity: 'high', evidence: { privileged: 1, after: addressOf(STRANGER) } }])
    expect(run({ before: 5n })[0]?.summary).toContain(`in place of ${addressOf(5n)}`)
  })
  test('fires: it ran code when we first looked', () => expect(run({ firstSight: 1 })).toMatchObject([{ severity: 'medium' }]))
  test('quiet in severity: it ended, or the delegate was reviewed', () => {
    expect(run({ change: GOVERNANCE.undelegated, before: STRANGER, after: 0n })).toMatchObject([{ severity: 'info' }])
    expect(run({}, { knownDelegates: [addressOf(STRANGER)] })).toMatchObject([{ severity: 'info' }])
  })
  test('quiet: contracts are told by others', () => {
    for (const change of [GOVERNANCE.codeChanged, GOVERNANCE.codeAppeared, GOVERNANCE.moduleActed]) expect(run({ change })).toEqual([])
  })
  test('edge: the delegate beside the reviewed one is not reviewed', () => {
    expect(run({ after: STRANGER + 1n }, { knownDelegates: [addressOf(STRANGER)] })).toMatchObject([{ severity: 'high' }])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(delegatedKey())
    const before = b.world.store.dump()
    const first = b.block(changed({}))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(changed({}))).toEqual(first)
  })
})
