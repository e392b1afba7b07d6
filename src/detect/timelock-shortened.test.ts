import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { TIMELOCK } from '../../test/support/governed.ts'
import { addressOf } from '../core/words.ts'
import { CHANGE } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { timelockShortened } from './timelock-shortened.ts'

const delay =
  (delayS: number, governed?: number) =>
  (world: World): void => {
    put(world.governed, addressOf(TIMELOCK), { contract: TIMELOCK, delayS, executor: 1 })
    if (governed !== undefined) put(world.authorityChanges, undefined, { change: CHANGE.delay, contract: TIMELOCK, governed, loosens: 1 })
  }
const DAY = 86_400
/** Two days at first, then one delay after the other, through governance. */
function run(...delays: readonly number[]) {
  const b = bench(timelockShortened())
  b.block(delay(2 * DAY))
  return delays.map((one) => b.block(delay(one, 1))[0]?.severity)
}

describe('timelock-shortened', () => {
  test('fires: around governance', () => {
    const b = bench(timelockShortened())
    b.block(delay(2 * DAY))
    expect(b.block(delay(2 * DAY - 1, 0))).toMatchObject([
      {
        severity: 'critical',
        subject: { kind: 'contract', id: addressOf(TIMELOCK) },
        evidence: { beforeS: 172_800, afterS: 172_799, governed: 0 },
      },
    ])
  })
  test('fires: without an event of its own nothing excuses it', () => {
    const b = bench(timelockShortened())
    b.block(delay(2 * DAY))
    expect(b.block(delay(DAY))).toMatchObject([{ severity: 'critical' }])
  })
  test('fires: much shorter, and small steps add up', () => {
    expect(run(0)).toEqual(['high'])
    expect(run(DAY - 1)).toEqual(['medium'])
    expect(run(1.5 * DAY, DAY, 0.9 * DAY, 0.1 * DAY)).toEqual(['low', 'low', 'medium', 'high'])
  })
  test('quiet: longer, the same, first seen', () => {
    expect(run(3 * DAY)).toEqual([undefined])
    expect(run(2 * DAY, 2 * DAY)).toEqual([undefined, undefined])
    expect(bench(timelockShortened()).block(delay(0))).toEqual([])
  })
  test('edge: exactly half and exactly a tenth are not under it, a second less is', () => {
    expect(run(DAY)).toEqual(['low'])
    expect(run(DAY - 1)).toEqual(['medium'])
    expect(run(0.2 * DAY)).toEqual(['medium'])
    expect(run(0.2 * DAY - 1)).toEqual(['high'])
  })
  test('undo: what was the longest is not remembered of a block taken back', () => {
    const b = bench(timelockShortened())
    b.block(delay(DAY))
    const before = b.world.store.dump()
    b.block(delay(30 * DAY, 1))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(delay(DAY / 2, 1))).toMatchObject([{ severity: 'low', evidence: { longestS: DAY } }])
  })
  test('parameters in the wrong order are refused', () => {
    expect(() => timelockShortened({ highShare: 0.6 })).toThrow('highShare at most mediumShare')
  })
})
