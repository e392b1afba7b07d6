// Owners and modules of a Safe in their tables: a row once known stays, active or not.
import { addressOf } from '../../core/words.ts'
import type { World } from '../../state/world.ts'

type Members = 'safeOwners' | 'safeModules'

export const isMember = (world: World, table: Members, row: number): boolean => world[table].columns.active.get(row) === 1

const whoOf = (world: World, table: Members, row: number): bigint =>
  table === 'safeOwners' ? world.safeOwners.columns.owner.get(row) : world.safeModules.columns.module.get(row)

export function membersOf(world: World, table: Members, safe: number): readonly bigint[] {
  const found: bigint[] = []
  for (let row = 0; row < world[table].count; row++)
    if (world[table].columns.safe.get(row) === safe + 1 && isMember(world, table, row)) found.push(whoOf(world, table, row))
  return found
}

/** Returns whether that is news. */
export function setMember(world: World, table: Members, safe: number, who: bigint, active: boolean, sinceS: number): boolean {
  const key = `${world.safes.keyOf(safe)}:${addressOf(who)}`
  const known = world[table].find(key)
  if (known === undefined ? !active : isMember(world, table, known) === active) return false
  const row = world[table].rowOf(key)
  const { columns } = world[table]
  columns.safe.set(row, safe + 1)
  columns.active.set(row, active ? 1 : 0)
  columns.sinceS.set(row, sinceS)
  if (table === 'safeOwners') world.safeOwners.columns.owner.set(row, who)
  else world.safeModules.columns.module.set(row, who)
  return true
}
