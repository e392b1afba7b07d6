import { describe, expect, test } from 'vitest'
import { put } from '../../test/builders.ts'
import type { Hex } from '../core/flow.ts'
import { hex32 } from '../core/words.ts'
import {
  canUndo,
  grantKey,
  holdersOf,
  isExecutor,
  isGovernedTx,
  ROLE,
  roleHash,
  roleKey,
  roleName,
  ungovernedHolders,
} from './authority.ts'
import { createWorld, type World } from './world.ts'

const at = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const [ACL, OTHER, TIMELOCK, EVE, ANN] = [0xac1, 0xac2, 0x71, 0xe7e, 0xa].map(at) as [Hex, Hex, Hex, Hex, Hex]

function grant(world: World, contract: Hex, role: Hex, holder: Hex, active = 1): void {
  const values = { contract: BigInt(contract), role: BigInt(role), holder: BigInt(holder), active }
  put(world.grants, grantKey(contract, role, holder), values)
}
const executed = (world: World, txIndex: number, own: number): number => put(world.executions, undefined, { txIndex, own, executor: 1n })

describe('roles by name', () => {
  test('are the hashes that Aave computes', () => {
    // bytes of ACLManager's public constants
    expect(ROLE.POOL_ADMIN).toBe('0x12ad05bde78c5ab75238ce885307f96ecd482bb402ef831f99e7018a0f169b7b')
    expect(ROLE.DEFAULT_ADMIN_ROLE).toBe(hex32(0n))
    expect(roleHash('PROPOSER_ROLE')).toBe('0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1')
  })
  test('there and back; of others the hash', () => {
    for (const [name, hash] of Object.entries(ROLE)) expect(roleName(hash)).toBe(name)
    expect(roleName(ROLE.BRIDGE.toUpperCase().replace('0X', '0x') as Hex)).toBe('BRIDGE')
    expect(roleName(hex32(1n))).toBe(hex32(1n))
  })
})

test('holders are those of this role on this contract, while they have it', () => {
  const world = createWorld(1)
  grant(world, ACL, ROLE.POOL_ADMIN, ANN)
  grant(world, ACL, ROLE.POOL_ADMIN, EVE, 0)
  grant(world, ACL, ROLE.RISK_ADMIN, EVE)
  grant(world, OTHER, ROLE.POOL_ADMIN, TIMELOCK)
  expect(holdersOf(world, ACL, ROLE.POOL_ADMIN)).toEqual([ANN])
  expect(holdersOf(world, OTHER, ROLE.POOL_ADMIN)).toEqual([TIMELOCK])
  expect(holdersOf(world, ACL, ROLE.BRIDGE)).toEqual([])
})

test('ungoverned are holders on any contract that are no executor, once each', () => {
  const world = createWorld(1)
  put(world.governed, TIMELOCK, { contract: BigInt(TIMELOCK), executor: 1 })
  put(world.governed, OTHER, { contract: BigInt(OTHER) })
  for (const holder of [TIMELOCK, EVE, OTHER]) grant(world, ACL, ROLE.POOL_ADMIN, holder)
  grant(world, OTHER, ROLE.POOL_ADMIN, EVE)
  grant(world, OTHER, ROLE.POOL_ADMIN, ANN, 0)
  expect(ungovernedHolders(world, ROLE.POOL_ADMIN)).toEqual([EVE, OTHER])
  expect([TIMELOCK, OTHER, EVE].map((one) => isExecutor(world, one))).toEqual([true, false, false])
})

test('of a transaction with both, people win over our own Guard', () => {
  const world = createWorld(1)
  executed(world, 1, 1)
  executed(world, 2, 0)
  executed(world, 3, 1)
  executed(world, 3, 0)
  expect([0, 1, 2, 3].map((tx) => isGovernedTx(world, tx))).toEqual(['no', 'own', 'human', 'human'])
})

describe('who can undo', () => {
  test('the holders of the role, and those of its admin role', () => {
    const world = createWorld(1)
    put(world.roles, roleKey(ACL, ROLE.RISK_ADMIN), {
      contract: BigInt(ACL),
      role: BigInt(ROLE.RISK_ADMIN),
      admin: BigInt(ROLE.POOL_ADMIN),
    })
    grant(world, ACL, ROLE.RISK_ADMIN, EVE)
    grant(world, ACL, ROLE.POOL_ADMIN, ANN)
    expect(canUndo(world, ACL, ROLE.RISK_ADMIN)).toEqual({ holders: [EVE], adminRole: ROLE.POOL_ADMIN, admins: [ANN] })
  })
  test('of a role nothing is known of: as a contract begins', () => {
    const world = createWorld(1)
    grant(world, ACL, ROLE.DEFAULT_ADMIN_ROLE, TIMELOCK)
    expect(canUndo(world, ACL, ROLE.BRIDGE)).toEqual({ holders: [], adminRole: ROLE.DEFAULT_ADMIN_ROLE, admins: [TIMELOCK] })
  })
})
