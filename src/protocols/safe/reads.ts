// What a Safe is asked: all of it when it is new to us or spoke, later in turn. Slots tell what no event does: its code above all.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { callOf, slotCall } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { World } from '../../state/world.ts'
import { MOST_MODULES, SENTINEL, SLOT, VIEW } from './abi.ts'

/** Between two turns of one Safe, for each Safe there is: whatever changes it, a log of its own stands beside it. */
const TURN_BLOCKS = 4

export const call = {
  owners: (safe: Hex) => callOf(safe, VIEW.owners),
  threshold: (safe: Hex) => callOf(safe, VIEW.threshold),
  modules: (safe: Hex) => callOf(safe, VIEW.modules, SENTINEL, MOST_MODULES),
  singleton: (safe: Hex) => slotCall(safe, SLOT.singleton),
  guard: (safe: Hex) => slotCall(safe, SLOT.guard),
  fallbackHandler: (safe: Hex) => slotCall(safe, SLOT.fallbackHandler),
} as const

export const isKnown = (world: World, safe: Hex): boolean => {
  const row = world.safes.find(safe)
  return row !== undefined && world.safes.columns.known.get(row) === 1
}

export function safeReads(
  world: World,
  safes: readonly Hex[],
  { number, logs }: { readonly number: number; readonly logs: readonly Log[] },
): readonly Call[] {
  return safes.flatMap((safe, n) => {
    const isTurn = number % (TURN_BLOCKS * safes.length) === TURN_BLOCKS * n
    return isTurn || !isKnown(world, safe) || logsOf(logs, safe).length > 0 ? Object.values(call).map((of) => of(safe)) : []
  })
}
