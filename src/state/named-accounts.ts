// Accounts that findings of the last block named: adapters compare them with the contract in the next one. A list, so that it costs what is in it.
import type { World } from './world.ts'

/** Cell 0: the block; cell 1: how many; then rows of `accounts`. In the store, so that an undo brings the last block's back. */
const listOf = (world: World) => world.store.column('accounts.named', 'u32')
const FIRST = 2

export function nameAccounts(world: World, number: number, accounts: ReadonlySet<number>): void {
  if (accounts.size === 0) return
  const list = listOf(world)
  list.set(0, number)
  list.set(1, accounts.size)
  let at = FIRST
  for (const account of accounts) list.set(at++, account)
}

/** Rows named in block `number`, in the order in which they were; none if that is not the last block that named any. */
export function namedAccounts(world: World, number: number): readonly number[] {
  const list = listOf(world)
  if (number < 1 || list.get(0) !== number) return []
  return Array.from({ length: list.get(1) }, (_, n) => list.get(FIRST + n))
}

/** Nobody is compared. Returns whether anybody would have been. */
export function forgetNamed(world: World, number: number): boolean {
  if (namedAccounts(world, number).length === 0) return false
  listOf(world).set(1, 0)
  return true
}
