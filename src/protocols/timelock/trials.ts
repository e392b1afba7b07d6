// Which waiting operations are to be tried now: each when it is queued, and once more before it is due, since code and state may change meanwhile.
import type { RehearsalRun, Trial } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import { callsOf, waiting } from '../../state/queued.ts'
import { isRehearsed } from '../../state/rehearsals.ts'
import type { World } from '../../state/world.ts'

/** `leadS`: how long before it is due the second run comes, at most half of its delay. */
export function trialsOf(world: World, timelocks: readonly string[], leadS: number, timeS: number): readonly Trial[] {
  return waiting(world).flatMap((row): readonly Trial[] => {
    const { timelock, etaS, queuedAtS } = world.queuedOperations.at(row)
    const operation = world.queuedOperations.keyOf(row)
    if (!timelocks.includes(addressOf(timelock))) return []
    const run: RehearsalRun = isRehearsed(world, operation, 'queued') ? 'due' : 'queued'
    const dueFromS = etaS - Math.min(leadS, (etaS - queuedAtS) / 2)
    if (isRehearsed(world, operation, run) || (run === 'due' && timeS < dueFromS)) return []
    // none: what can't be tried is asked all the same, so that somebody says so
    const calls = callsOf(world, row) ?? []
    const atS = Math.max(etaS, timeS + 1)
    return [{ operation, timelock: addressOf(timelock), run, atS, calls }]
  })
}
