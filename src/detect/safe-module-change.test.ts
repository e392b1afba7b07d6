import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { contractOf, SAFE, STRANGER } from '../../test/support/governed.ts'
import { addressOf } from '../core/words.ts'
import { GOVERNANCE } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { safeModuleChange } from './safe-module-change.ts'

const changed =
  (change: number, governed = 1, ageS = 0) =>
  (world: World) =>
    void put(world.governanceChanges, undefined, { contract: contractOf(world, SAFE), change, governed, before: 1n, after: STRANGER, ageS })
const run = (write: (world: World) => void, params: Parameters<typeof safeModuleChange>[0] = {}) =>
  bench(safeModuleChange(params)).block(write)
const severity = (change: number, governed = 1, ageS = 0) => run(changed(change, governed, ageS))[0]?.severity

describe('safe-module-change', () => {
  test('fires: as at Bybit, another singleton, though it was signed for', () => {
    const [found] = run(changed(GOVERNANCE.singleton))
    expect(found).toMatchObject({ severity: 'critical', subject: { kind: 'contract', id: addressOf(SAFE) } })
    expect(found?.summary).toContain('it runs other code:')
  })
  test('fires: module, guard and handler, worse without signatures', () => {
    for (const change of [GOVERNANCE.moduleEnabled, GOVERNANCE.safeGuard, GOVERNANCE.fallbackHandler])
      expect([severity(change), severity(change, 0)]).toEqual(['medium', 'high'])
  })
  test('fires: a module acts soon after it was enabled, or was never seen enabled', () => {
    expect(severity(GOVERNANCE.moduleActed, 0, 12)).toBe('high')
    const [found] = run(changed(GOVERNANCE.moduleActed, 0, Number.NaN))
    expect(found).toMatchObject({ severity: 'critical', evidence: { ageS: 'NaN' } })
  })
  test('quiet: a module of long standing acts; code and keys are told by others', () => {
    expect(severity(GOVERNANCE.moduleActed, 0, 1_700_000_000)).toBeUndefined()
    for (const change of [GOVERNANCE.codeChanged, GOVERNANCE.codeGone, GOVERNANCE.delegated]) expect(severity(change)).toBeUndefined()
  })
  test('quiet in severity: a module disabled; a singleton that was reviewed and signed for', () => {
    expect(severity(GOVERNANCE.moduleDisabled)).toBe('info')
    const known = { knownSingletons: [addressOf(STRANGER).toUpperCase().replace('0X', '0x')] }
    expect(run(changed(GOVERNANCE.singleton), known)[0]?.severity).toBe('low')
    expect(run(changed(GOVERNANCE.singleton, 0), known)[0]?.severity).toBe('critical')
  })
  test('edge: exactly a day old is old enough, a second less is not', () => {
    expect(severity(GOVERNANCE.moduleActed, 0, 86_400)).toBeUndefined()
    expect(severity(GOVERNANCE.moduleActed, 0, 86_399)).toBe('high')
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(safeModuleChange())
    const before = b.world.store.dump()
    const first = b.block(changed(GOVERNANCE.singleton))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(changed(GOVERNANCE.singleton))).toEqual(first)
  })
})
