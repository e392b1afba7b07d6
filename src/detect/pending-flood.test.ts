import { describe, expect, test } from 'vitest'
import { bench, CHAIN_ID, put } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { pendingFlood } from './pending-flood.ts'

const seen =
  (pretended: number, hits = pretended, pretenders = 1) =>
  (world: World) =>
    put(world.mempools, String(CHAIN_ID), { chainId: CHAIN_ID, hits, pretended, pretenders })
const run = (pretended: number, hits?: number) => bench(pendingFlood()).block(seen(pretended, hits), { pending: true })

describe('pending-flood', () => {
  test('fires: nine attacks in an hour that never came', () => {
    expect(run(9, 12)).toMatchObject([
      {
        severity: 'medium',
        subject: { kind: 'chain' },
        basis: 'local',
        evidence: { hits: 12, pretended: 9, pretenders: 1, maxPretended: 8 },
      },
    ])
  })
  test('fires: severe, where a real one could hide among them', () => expect(run(33)[0]?.severity).toBe('high'))
  test('quiet: many hits that were included', () => expect(run(0, 50)).toEqual([]))
  test('edge: at the limit quiet, one past it not; the same for severe', () => {
    expect(run(8)).toEqual([])
    expect(run(9)).toHaveLength(1)
    expect(run(32)[0]?.severity).toBe('medium')
  })
  test('undo: nothing of it stays', () => {
    const b = bench(pendingFlood())
    const found = b.block(seen(9), { pending: true })
    b.undo()
    expect(b.block(seen(9), { pending: true })).toEqual(found)
  })
})
