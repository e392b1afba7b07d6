// Who signs for a Guard: their number in its row, they themselves in a column of their own, by the Guard's row and their place.
import type { Hex } from '../../core/flow.ts'
import { addressOf, addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'

/** Guard.MAX_SIGNERS. */
const MAX = 64

export function writeSigners(world: World, guard: number, list: readonly Hex[], k: bigint): void {
  const words = world.store.column('guard.signers', 'word')
  const { quorum, signers } = world.guards.columns
  const before = signers.get(guard)
  const count = Math.min(list.length, MAX)
  for (let n = 0; n < Math.max(count, before); n++) words.set(guard * MAX + n, n < count ? addressWord(list[n] as Hex) : 0n)
  signers.set(guard, count)
  quorum.set(guard, Number(k & 0xffn))
}

/** In the Guard's order. */
export function signersOf(world: World, guard: number): readonly Hex[] {
  const words = world.store.column('guard.signers', 'word')
  return Array.from({ length: world.guards.columns.signers.get(guard) }, (_, n) => addressOf(words.get(guard * MAX + n)))
}
