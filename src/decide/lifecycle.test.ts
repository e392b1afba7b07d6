import { describe, expect, test } from 'vitest'
import {
  actingVenue,
  actionInForce,
  assetOf,
  bench,
  CHAIN_ID,
  EXPIRY_S,
  entryOf,
  GUARD,
  hashOf,
  incident,
  market,
  put,
  START_S,
} from '../../test/builders.ts'
import type { ActionName, Incident } from '../core/flow.ts'
import { addressSubject } from '../core/subject.ts'
import { upkeep } from './lifecycle.ts'

const EXPIRES = START_S + EXPIRY_S

function setting(values: Parameters<typeof actionInForce>[3] = {}, action: ActionName = 'freeze', on = 'WETH') {
  const { world } = bench()
  market(world, 'WETH')
  const venue = actingVenue(world)
  actionInForce(world, action, on, { round: 4, ...values })
  return (timeS: number, of: Incident | undefined) => {
    const { proposals, errands } = upkeep(world, venue, of, timeS)
    return [...proposals.map((p) => p.operation), ...errands.map((e) => e.kind)]
  }
}
const firing = incident()
const contained = incident({ status: 'contained' })
const resolved = incident({ status: 'resolved' })

describe('while the incident fires', () => {
  test('edge: renewed from the last quarter on, not a second earlier, also past the expiry', () => {
    const at = setting()
    for (const of of [firing, contained]) {
      expect(at(EXPIRES - EXPIRY_S / 4 - 1, of)).toEqual([])
      expect(at(EXPIRES - EXPIRY_S / 4, of)).toEqual(['renew'])
      expect(at(EXPIRES + 5, of)).toEqual(['renew'])
    }
  })
  test('a lift that has begun is answered with a renewal at once: an attack at the lift', () => {
    const at = setting({ liftReadyAtS: EXPIRES + 60 })
    expect(at(START_S, firing)).toEqual(['renew'])
    expect(at(EXPIRES + 61, firing)).toEqual(['renew'])
  })
  test('at its cap it is not renewed any more, and not lifted early', () => {
    const at = setting({ capped: 1 })
    expect(at(EXPIRES - 1, firing)).toEqual([])
  })
})

test('while the Guard is disarmed nothing is renewed, and lifts go on', () => {
  const { world } = bench()
  market(world, 'WETH')
  const venue = actingVenue(world)
  actionInForce(world, 'freeze', 'WETH', { round: 4 })
  put(world.guards, GUARD, { armed: 0 })
  expect(upkeep(world, venue, firing, EXPIRES)).toEqual({ proposals: [], errands: [] })
  expect(upkeep(world, venue, resolved, EXPIRES - 1).proposals).toMatchObject([{ operation: 'lift' }])
  expect(upkeep(world, venue, resolved, EXPIRES).errands).toMatchObject([{ kind: 'beginLift' }])
  put(world.guards, GUARD, { armed: 1 })
  expect(upkeep(world, venue, firing, EXPIRES).proposals).toMatchObject([{ operation: 'renew' }])
})

describe('once nothing fires', () => {
  test('lifted early by the quorum', () => expect(setting()(START_S + 1, resolved)).toEqual(['lift']))
  test('also when nobody knows of an incident any more', () => expect(setting()(START_S + 1, undefined)).toEqual(['lift']))
  test('edge: from its expiry on anyone may begin the lift', () => {
    expect(setting()(EXPIRES - 1, resolved)).toEqual(['lift'])
    expect(setting()(EXPIRES, resolved)).toEqual(['beginLift'])
    expect(setting({ capped: 1 })(EXPIRES, resolved)).toEqual(['beginLift'])
  })
  test('edge: the second call once the gap is over, not a second earlier', () => {
    const at = setting({ liftReadyAtS: EXPIRES + 60 })
    expect(at(EXPIRES + 59, resolved)).toEqual([])
    expect(at(EXPIRES + 60, resolved)).toEqual(['lift'])
  })
})

test('a proposal names the action in force, its own round and its incident', () => {
  const { world } = bench()
  const row = market(world, 'WETH')
  const venue = actingVenue(world)
  actionInForce(world, 'freeze', 'WETH', { round: 4 })
  const common = { chainId: CHAIN_ID, guard: GUARD, entry: entryOf('freeze'), subject: addressSubject(assetOf('WETH')), round: 3 }
  expect(upkeep(world, venue, firing, EXPIRES).proposals).toEqual([
    { ...common, operation: 'renew', step: 0, incident: firing.id, action: 'freeze', market: row },
  ])
  expect(upkeep(world, venue, undefined, EXPIRES).errands).toEqual([{ ...common, kind: 'beginLift', incident: hashOf(0) }])
})

describe('not ours to keep up', () => {
  test('an action that has ended', () => expect(setting({ active: 0 })(EXPIRES, firing)).toEqual([]))
  test("another Guard's action", () => expect(setting({ guard: 7n })(EXPIRES, resolved)).toEqual([]))
  test('a subject that this config does not know', () => expect(setting({}, 'freeze', 'elsewhere')(EXPIRES, resolved)).toEqual([]))
  test('anything, where we only watch', () => {
    const { world } = bench()
    market(world, 'WETH')
    const venue = actingVenue(world)
    actionInForce(world, 'freeze', 'WETH')
    expect(upkeep(world, { ...venue, guard: undefined }, resolved, EXPIRES)).toEqual({ proposals: [], errands: [] })
  })
})
