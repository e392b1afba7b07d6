import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { contractOf, executor, PLACE, queued, STRANGER, TIMELOCK } from '../../test/support/governed.ts'
import { CHANGE, DANGER, OPERATION } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { ownerChange } from './owner-change.ts'

const moved =
  (after: bigint, governed: number, change: number = CHANGE.owner) =>
  (world: World) =>
    void put(world.authorityChanges, undefined, {
      place: contractOf(world, PLACE),
      change,
      governed,
      loosens: 1,
      contract: PLACE,
      before: TIMELOCK,
      after,
    })
const run = (write: (world: World) => void) =>
  bench(ownerChange()).block((world) => {
    executor(world)
    write(world)
  })
const severity = (write: (world: World) => void) => run(write)[0]?.severity

describe('owner-change', () => {
  test('fires: around governance, whoever it is', () => {
    expect(severity(moved(STRANGER, 0))).toBe('critical')
    expect(severity(moved(TIMELOCK, 0))).toBe('critical')
    expect(severity(moved(STRANGER, 0, CHANGE.proxyAdmin))).toBe('critical')
  })
  test('fires: through governance, out of governance', () => {
    const [found] = run(moved(STRANGER, 1))
    expect(found).toMatchObject({ severity: 'high', subject: { kind: 'contract', id: `0x${'0'.repeat(36)}9801` } })
    expect(found?.summary).toContain('which is neither timelock nor Safe, through governance')
  })
  test('fires: with how long it waited', () => {
    const [found] = run((world) => {
      queued(world, { danger: DANGER.owner, favours: STRANGER }, { state: OPERATION.executed, queuedAtS: 1_700_000_000 })
      moved(STRANGER, 1)(world)
    })
    expect(found?.evidence['queuedForS']).toBe(12)
  })
  test('quiet in severity: it stays with a timelock or Safe, or goes to nobody', () => {
    expect(severity(moved(TIMELOCK, 1))).toBe('low')
    expect(severity(moved(0n, 0))).toBe('low')
  })
  test('quiet: other changes', () => {
    for (const change of [CHANGE.roleGranted, CHANGE.implementation, CHANGE.delay, CHANGE.parameter])
      expect(run(moved(STRANGER, 0, change))).toEqual([])
  })
  test('edge: an executor no more is a stranger', () => {
    expect(
      severity((world) => {
        put(world.governed, `0x${'0'.repeat(38)}71`, { executor: 0 })
        moved(TIMELOCK, 1)(world)
      }),
    ).toBe('high')
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(ownerChange())
    const before = b.world.store.dump()
    const first = b.block(moved(STRANGER, 0))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(moved(STRANGER, 0))).toEqual(first)
  })
})
