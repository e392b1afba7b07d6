import { describe, expect, test } from 'vitest'
import { bench, put, START_S } from '../../test/builders.ts'
import { contractOf, PLACE, queued } from '../../test/support/governed.ts'
import { CHANGE, OPERATION } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { implementationChange } from './implementation-change.ts'

const upgraded = (governed: number) => (world: World) =>
  void put(world.authorityChanges, undefined, {
    place: contractOf(world, PLACE),
    change: CHANGE.implementation,
    governed,
    loosens: 1,
    contract: PLACE,
    before: 0x01dn,
    after: 0xc0den,
  })
/** The upgrade, executed in the block after it waited so long. */
const after =
  (waitedS: number, state: number = OPERATION.executed) =>
  (world: World) => {
    queued(world, {}, { state, queuedAtS: START_S + 12 - waitedS })
    upgraded(1)(world)
  }
const run = (write: (world: World) => void, minQueuedS = 86_400) => bench(implementationChange({ minQueuedS })).block(write)

describe('implementation-change', () => {
  test('fires: around governance', () => {
    expect(run(upgraded(0))).toMatchObject([{ severity: 'critical', evidence: { governed: 0, queuedForS: 'not seen queued' } }])
  })
  test('fires: through governance, but nobody could read it', () => {
    const [found] = run(upgraded(1))
    expect(found?.severity).toBe('medium')
    expect(found?.summary).toContain('it was never seen to wait in a timelock')
    expect(run(after(600))).toMatchObject([{ severity: 'medium', evidence: { queuedForS: 600 } }])
  })
  test('quiet in severity: it waited its time', () => expect(run(after(172_800))).toMatchObject([{ severity: 'low' }]))
  test('edge: exactly the least time is enough, a second less is not', () => {
    expect(run(after(86_400))[0]?.severity).toBe('low')
    expect(run(after(86_399))[0]?.severity).toBe('medium')
  })
  test('edge: what still waits, or was cancelled, is not what was done', () => {
    for (const state of [OPERATION.queued, OPERATION.cancelled])
      expect(run(after(172_800, state))).toMatchObject([{ severity: 'medium', evidence: { queuedForS: 'not seen queued' } }])
  })
  test('quiet: an owner, a role, a parameter', () => {
    for (const change of [CHANGE.owner, CHANGE.roleGranted, CHANGE.parameter])
      expect(run((world) => void put(world.authorityChanges, undefined, { change, contract: PLACE }))).toEqual([])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(implementationChange())
    const before = b.world.store.dump()
    const first = b.block(after(600))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(after(600))).toEqual(first)
  })
})
