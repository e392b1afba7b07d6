import { describe, expect, test } from 'vitest'
import { bench, GUARD, hashOf, put, venue } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { guardDisarmed } from './guard-disarmed.ts'

const armed =
  (is: 0 | 1, guard = GUARD) =>
  (w: World) =>
    put(w.guards, guard, { chainId: 1, guard: BigInt(guard), armed: is })
const incident = (id: number) => (w: World) => venue(w, { incident: BigInt(hashOf(id)) })
const severities = (found: readonly { readonly severity: string }[]) => found.map((f) => f.severity)

describe('guard-disarmed', () => {
  test('fires: disarmed while an incident is open', () => {
    const b = bench(guardDisarmed())
    b.block(armed(1))
    b.block(incident(0xf1))
    expect(b.block(armed(0))).toMatchObject([
      {
        severity: 'critical',
        source: 'authority',
        subject: { kind: 'chain', id: '1' },
        summary: `the Guard at ${GUARD} is disarmed while an incident is open: nothing can be executed or renewed until the admin arms it`,
        evidence: { guard: GUARD, incident: hashOf(0xf1) },
      },
    ])
    expect(b.blocks(3, () => {})).toEqual([])
  })
  test('fires: an incident opens while it is disarmed; before that it is only told', () => {
    const b = bench(guardDisarmed())
    b.block(armed(1))
    expect(severities(b.block(armed(0)))).toEqual(['medium'])
    expect(b.blocks(3, () => {})).toEqual([])
    expect(severities(b.block(incident(0xf1)))).toEqual(['critical'])
    expect(b.block(incident(0))).toEqual([])
    expect(severities(b.block(incident(0xf2)))).toEqual(['critical'])
  })
  test('fires: found disarmed; armed and disarmed again, told again', () => {
    const b = bench(guardDisarmed())
    expect(severities(b.block(armed(0)))).toEqual(['medium'])
    expect(b.block(armed(1))).toEqual([])
    expect(severities(b.block(armed(0)))).toEqual(['medium'])
  })
  test('quiet: armed, whatever is going on', () => {
    const b = bench(guardDisarmed())
    b.block(armed(1))
    expect(b.blocks(3, incident(0xf1))).toEqual([])
  })
  test('edge: each Guard is told by itself', () => {
    const other = `0x${'61'.repeat(20)}` as const
    const b = bench(guardDisarmed())
    b.block((w) => [armed(1)(w), armed(0, other)(w)])
    expect(b.block(armed(0)).map((f) => f.evidence['guard'])).toEqual([GUARD])
  })
  test('undo: back to before the disarm, then the same disarm, the same finding', () => {
    const b = bench(guardDisarmed())
    b.block(armed(1))
    const found = b.block(armed(0))
    b.undo()
    expect(b.block(armed(0))).toEqual(found)
  })
})
