// Who may do what, as the tables have it: questions that detectors, checks and documents ask of roles, grants and executions.
import { keccak256, stringToBytes } from 'viem'
import type { Hex } from '../core/flow.ts'
import { addressOf, addressWord, hex32 } from '../core/words.ts'
import type { World } from './world.ts'

/** As OpenZeppelin's AccessControl and all who build on it: the hash of its name; the one that rules by default is 0. */
export const roleHash = (name: string): Hex => (name === 'DEFAULT_ADMIN_ROLE' ? hex32(0n) : keccak256(stringToBytes(name)))

const AAVE_ROLES = ['POOL_ADMIN', 'EMERGENCY_ADMIN', 'RISK_ADMIN', 'ASSET_LISTING_ADMIN', 'FLASH_BORROWER', 'BRIDGE'] as const
type RoleName = 'DEFAULT_ADMIN_ROLE' | (typeof AAVE_ROLES)[number]
const NAMES: readonly RoleName[] = ['DEFAULT_ADMIN_ROLE', ...AAVE_ROLES]

/** Hash of each of Aave's roles, by name. */
export const ROLE = Object.fromEntries(NAMES.map((name) => [name, roleHash(name)])) as Readonly<Record<RoleName, Hex>>

/** For people: the name of a role of Aave's; of any other its hash. */
export const roleName = (hash: Hex): string => NAMES.find((name) => ROLE[name] === hash.toLowerCase()) ?? hash

export const roleKey = (contract: Hex, role: Hex): string => `${contract}:${role}`
export const grantKey = (contract: Hex, role: Hex, holder: Hex): string => `${contract}:${role}:${holder}`

/** Who has the role on this contract now, in the order in which we first saw them. */
export const holdersOf = (world: World, contract: Hex, role: Hex): readonly Hex[] => activeHolders(world, role, addressWord(contract))

/** Who has the role on any contract now and is no executor: what they do with it passes no delay and no several signatures. */
export const ungovernedHolders = (world: World, role: Hex): readonly Hex[] =>
  [...new Set(activeHolders(world, role))].filter((holder) => !isExecutor(world, holder))

/** Does what this address sends pass a delay or several signatures? */
export function isExecutor(world: World, address: Hex): boolean {
  const row = world.governed.find(address)
  return row !== undefined && world.governed.columns.executor.get(row) === 1
}

/** Did the transaction of this block go through people's governance, through our own Guard, or through neither? People's wins. */
export function isGovernedTx(world: World, txIndex: number): 'human' | 'own' | 'no' {
  const { columns, count } = world.executions
  let own = false
  for (let row = 0; row < count; row++) {
    if (columns.txIndex.get(row) !== txIndex) continue
    if (columns.own.get(row) === 0) return 'human'
    own = true
  }
  return own ? 'own' : 'no'
}

/** Who may act as the role, and who may give and take it. */
export interface Undoers {
  readonly holders: readonly Hex[]
  /** The role whose holders give and take this one; DEFAULT_ADMIN_ROLE while nothing else is known, as a contract begins. */
  readonly adminRole: Hex
  readonly admins: readonly Hex[]
}

export function canUndo(world: World, contract: Hex, role: Hex): Undoers {
  const row = world.roles.find(roleKey(contract, role))
  const adminRole = row === undefined ? ROLE.DEFAULT_ADMIN_ROLE : hex32(world.roles.columns.admin.get(row))
  return { holders: holdersOf(world, contract, role), adminRole, admins: holdersOf(world, contract, adminRole) }
}

function activeHolders(world: World, role: Hex, contract?: bigint): readonly Hex[] {
  const { columns, count } = world.grants
  const wanted = BigInt(role)
  const holders: Hex[] = []
  for (let row = 0; row < count; row++)
    if (
      columns.active.get(row) === 1 &&
      columns.role.get(row) === wanted &&
      (contract === undefined || columns.contract.get(row) === contract)
    )
      holders.push(addressOf(columns.holder.get(row)))
  return holders
}
