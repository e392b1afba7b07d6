import { describe, expect, test } from 'vitest'
import { bench, put, START_S } from '../../test/builders.ts'
import { contractOf, SAFE, safeOf } from '../../test/support/governed.ts'
import type { World } from '../state/world.ts'
import { signerSetChange } from './signer-set-change.ts'

const NOW_S = START_S + 12
interface Case {
  readonly cameS?: readonly number[]
  readonly threshold?: readonly [number, number]
  readonly owners?: readonly [number, number]
  readonly added?: number
  readonly removed?: number
  readonly governed?: number
}
/** Three of five, one owner replaced in this block, unless said otherwise. */
const changed =
  ({ cameS = [NOW_S], threshold = [3, 3], owners = [5, 5], added = 1, removed = 1, governed = 1 }: Case) =>
  (world: World) =>
    void put(world.signerChanges, undefined, {
      contract: contractOf(world, SAFE),
      safe: safeOf(world, owners[1], cameS),
      added,
      removed,
      thresholdBefore: threshold[0],
      thresholdAfter: threshold[1],
      ownersBefore: owners[0],
      ownersAfter: owners[1],
      governed,
    })
const run = (of: Case = {}) => bench(signerSetChange()).block(changed(of))
const severity = (of: Case) => run(of)[0]?.severity

describe('signer-set-change', () => {
  test('fires: as at Drift, newcomers reach the threshold, one by one over days', () => {
    const days = [20, 9, 0].map((n) => NOW_S - n * 86_400)
    const [found] = run({ cameS: days })
    expect(found).toMatchObject({ severity: 'critical', evidence: { newcomers: 3, thresholdAfter: 3 } })
    expect(found?.summary).toContain('3 of them came within 1814400 s and are enough by themselves')
  })
  test('fires: the threshold falls to what newcomers have', () => {
    expect(severity({ cameS: [NOW_S - 60], threshold: [3, 1], added: 0, removed: 0 })).toBe('critical')
  })
  test('fires: without signatures, and when one signature is enough', () => {
    expect(severity({ governed: 0 })).toBe('high')
    expect(severity({ cameS: [], threshold: [2, 1], added: 0, removed: 0 })).toBe('high')
  })
  test('fires: a lower threshold', () => expect(severity({ cameS: [], threshold: [3, 2], added: 0, removed: 0 })).toBe('medium'))
  test('quiet in severity: one signer replaced, one more, a higher threshold', () => {
    expect(severity({})).toBe('info')
    expect(severity({ owners: [5, 6], removed: 0 })).toBe('info')
    expect(severity({ cameS: [], threshold: [3, 4], added: 0, removed: 0 })).toBe('info')
    expect(severity({ cameS: [], owners: [5, 4], added: 0 })).toBe('info')
  })
  test('quiet: nothing changed', () => expect(bench(signerSetChange()).block((world) => void safeOf(world, 5))).toEqual([]))
  test('edge: newcomers one short of the threshold, and the one who makes it', () => {
    expect(severity({ cameS: [NOW_S - 60, NOW_S] })).toBe('info')
    expect(severity({ cameS: [NOW_S - 60, NOW_S - 60, NOW_S] })).toBe('critical')
  })
  test('edge: exactly the window ago is new no more', () => {
    const came = (s: number) => ({ cameS: [NOW_S - s, NOW_S - 60, NOW_S] })
    expect(severity(came(1_814_400))).toBe('info')
    expect(severity(came(1_814_399))).toBe('critical')
  })
  test('edge: an owner who leaves is no newcomer, and a Safe of nobody is none', () => {
    expect(severity({ cameS: [NOW_S, NOW_S, NOW_S], added: 0, removed: 1, threshold: [3, 3] })).toBe('info')
    expect(run({ cameS: [], owners: [0, 0], threshold: [0, 0], added: 0, removed: 0 })).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(signerSetChange())
    const before = b.world.store.dump()
    const first = b.block(changed({}))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(changed({}))).toEqual(first)
  })
})
