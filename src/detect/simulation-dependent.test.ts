import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { simulationDependent } from './simulation-dependent.ts'

const waits =
  (differs: number, events = 3, oddEvents = 0) =>
  (world: World) =>
    put(world.pendingTxs, undefined, { sender: 1n, target: 2n, includable: 1, differs, events, oddEvents })
const run = (write: (world: World) => void, maxExtraEvents = 0) =>
  bench(simulationDependent({ maxExtraEvents })).block(write, { pending: true })

describe('simulation-dependent', () => {
  test('fires: three events for a miner, none for a simulator', () => {
    expect(run(waits(1))).toMatchObject([
      { severity: 'medium', subject: { kind: 'chain' }, source: 'endpoint', basis: 'local', evidence: { events: 3, oddEvents: 0 } },
    ])
  })
  test('fires: as many events of another kind', () => expect(run(waits(1, 2, 2))).toHaveLength(1))
  test('quiet: the same in both', () => expect(run(waits(0, 3, 3))).toEqual([]))
  test('edge: a difference as large as is allowed is quiet, one more is not', () => {
    expect(run(waits(1, 3, 1), 2)).toEqual([])
    expect(run(waits(1, 4, 1), 2)).toHaveLength(1)
  })
  test('undo: the same again', () => {
    const b = bench(simulationDependent())
    const found = b.block(waits(1), { pending: true })
    b.undo()
    expect(b.block(waits(1), { pending: true })).toEqual(found)
  })
})
