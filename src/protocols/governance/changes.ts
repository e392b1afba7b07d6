// Rows of changes, and what is known after them: a fact, or that somebody has a role.
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressOf, addressWord, hex32 } from '../../core/words.ts'
import { grantKey } from '../../state/authority.ts'
import { CHANGE } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import type { Place } from './contracts.ts'
import { know, knownOf } from './facts.ts'

const CHANGE_OF: Readonly<Record<Place['name'], number>> = {
  owner: CHANGE.owner,
  implementation: CHANGE.implementation,
  proxyAdmin: CHANGE.proxyAdmin,
  delay: CHANGE.delay,
  roleAdmin: CHANGE.roleAdmin,
}

/** A fact as it is now. What we know goes before what is told of the past; if neither is there, this is first sight and no change. */
export function notice(world: World, contract: Hex, place: Place, told: bigint | undefined, after: bigint, governed: boolean): void {
  const before = knownOf(world, contract, place) ?? told
  know(world, contract, place, after)
  if (before === undefined || before === after) return
  const role = place.name === 'roleAdmin' ? BigInt(place.role) : 0n
  writeChange(world, contract, { change: CHANGE_OF[place.name], governed, loosens: loosens(place, before, after), role, before, after })
}

/** Nobody as owner or admin takes nothing; a longer delay neither. */
function loosens({ name }: Place, before: bigint, after: bigint): boolean {
  switch (name) {
    case 'owner':
    case 'proxyAdmin':
      return after !== 0n
    case 'delay':
      return after < before
    case 'implementation':
    case 'roleAdmin':
      return true
  }
}

/** Returns whether that is news. `block` undefined: it was so before we looked. */
export function remember(
  world: World,
  contract: Hex,
  role: bigint,
  holder: bigint,
  active: boolean,
  block: BlockInput | undefined,
): boolean {
  const { grants } = world
  const key = grantKey(contract, hex32(role), addressOf(holder))
  const known = grants.find(key)
  if (known === undefined ? !active : grants.columns.active.get(known) === (active ? 1 : 0)) return false
  const row = grants.rowOf(key)
  grants.columns.contract.set(row, addressWord(contract))
  grants.columns.role.set(row, role)
  grants.columns.holder.set(row, holder)
  grants.columns.active.set(row, active ? 1 : 0)
  grants.columns.sinceBlock.set(row, block?.number ?? 0)
  grants.columns.sinceS.set(row, block?.timeS ?? 0)
  return true
}

export function writeChange(
  world: World,
  contract: Hex,
  row: {
    readonly change: number
    readonly governed: boolean
    readonly loosens: boolean
    readonly role: bigint
    readonly before: bigint
    readonly after: bigint
  },
): void {
  const { columns } = world.authorityChanges
  const at = world.authorityChanges.append()
  const place = world.contracts.rowOf(contract)
  if (world.contracts.columns.address.get(place) === 0n) world.contracts.columns.address.set(place, addressWord(contract))
  columns.place.set(at, place + 1)
  columns.change.set(at, row.change)
  columns.governed.set(at, row.governed ? 1 : 0)
  columns.loosens.set(at, row.loosens ? 1 : 0)
  columns.contract.set(at, addressWord(contract))
  columns.role.set(at, row.role)
  columns.before.set(at, row.before)
  columns.after.set(at, row.after)
}
