import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { executor, PLACE, queued, STRANGER, TIMELOCK } from '../../test/support/governed.ts'
import { addressOf } from '../core/words.ts'
import { DANGER, OPERATION } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { dangerousProposal } from './dangerous-proposal.ts'

const run = (call: Parameters<typeof queued>[1], operation: Parameters<typeof queued>[2] = {}) =>
  bench(dangerousProposal()).block((world) => {
    executor(world)
    put(world.governed, addressOf(PLACE), { contract: PLACE })
    queued(world, call, operation)
  })
const severity = (danger: number, favours: bigint, amount = 0n) => run({ danger, favours, amount })[0]?.severity

describe('dangerous-proposal', () => {
  test('fires: power for a stranger, while it can still be cancelled', () => {
    for (const danger of [DANGER.role, DANGER.owner, DANGER.module]) expect(severity(danger, STRANGER)).toBe('high')
    const [found] = run({ danger: DANGER.owner, favours: STRANGER })
    expect(found).toMatchObject({ subject: { kind: 'contract', id: addressOf(TIMELOCK) }, evidence: { danger: 'owner' } })
    expect(found?.summary).toContain(
      `a new owner or admin: ${addressOf(STRANGER)}, who is neither timelock nor Safe; it may be executed in 86388 s`,
    )
  })
  test('fires: as with Aevo, the upgrade on the day it is queued', () => {
    expect(run({})).toMatchObject([
      { severity: 'medium', evidence: { danger: 'upgrade', selector: '0x3659cfe6', favours: addressOf(0xc0den) } },
    ])
  })
  test('fires: sources, caps, payouts, minting, signers, delays', () => {
    for (const danger of [DANGER.oracleSource, DANGER.unlimitedCap, DANGER.payout, DANGER.mint, DANGER.signers])
      expect(severity(danger, STRANGER, 1n)).toBe('medium')
    expect([severity(DANGER.delay, 0n, 60n), severity(DANGER.delay, 0n, 0n)]).toEqual(['medium', 'high'])
  })
  test('quiet in severity: power that stays among those who govern, or with a watched contract', () => {
    expect(severity(DANGER.role, TIMELOCK)).toBe('low')
    expect(severity(DANGER.owner, PLACE)).toBe('low')
  })
  test('quiet: nothing of the kind, and what is executed or cancelled', () => {
    expect(run({ danger: DANGER.none })).toEqual([])
    for (const state of [OPERATION.executed, OPERATION.cancelled]) expect(run({}, { state })).toEqual([])
  })
  test('quiet: it is said once', () => {
    const b = bench(dangerousProposal())
    expect(b.block((world) => queued(world))).toHaveLength(1)
    expect(b.block()).toEqual([])
  })
  test('edge: an approval just under what no supply comes near, and there', () => {
    expect(severity(DANGER.approval, STRANGER, 2n ** 127n - 1n)).toBe('medium')
    expect(severity(DANGER.approval, STRANGER, 2n ** 127n)).toBe('high')
  })
  test('edge: whose operation is not there', () => {
    expect(run({ operation: 99 })).toMatchObject([{ severity: 'medium' }])
    expect(run({ operation: 0, contract: 0 })).toMatchObject([{ evidence: { timelock: 'unknown' } }])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(dangerousProposal())
    const before = b.world.store.dump()
    const write = (world: World) => queued(world)
    const first = b.block(write)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(write)).toEqual(first)
  })
})
