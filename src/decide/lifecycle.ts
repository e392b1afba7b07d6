// What becomes of actions in force: renewed while their incident fires, lifted early once it doesn't, lifted by anyone after expiry.
import type { ActionName, Errand, Hex, Incident, Proposal } from '../core/flow.ts'
import { hex32 } from '../core/words.ts'
import type { Venue } from '../state/protocol.ts'
import type { World } from '../state/world.ts'

export interface Upkeep {
  readonly proposals: readonly Proposal[]
  readonly errands: readonly Errand[]
}

/** A renewal is proposed in the last part of an action's time. */
const RENEW_PART = 0.25

/**
 * While the venue's incident fires: renew in the last quarter, and at once if a lift has begun (an attack at the lift).
 * When it is resolved: an early lift by quorum. After expiry: the two calls of a lift, which anyone may bring. A lift that
 * somebody began goes on only if nothing fires.
 */
export function upkeep(world: World, venue: Venue, incident: Incident | undefined, timeS: number): Upkeep {
  const proposals: Proposal[] = []
  const errands: Errand[] = []
  if (!venue.guard) return { proposals, errands }
  const firing = incident !== undefined && incident.status !== 'resolved'
  const guard = world.guards.find(venue.guard)
  const disarmed = guard !== undefined && world.guards.columns.armed.get(guard) === 0
  const { columns, count } = world.guardActions
  for (let row = 0; row < count; row++) {
    if (columns.active.get(row) === 0 || columns.guard.get(row) !== BigInt(venue.guard)) continue
    const entry = hex32(columns.entry.get(row))
    const subject = hex32(columns.subject.get(row))
    const common = {
      chainId: world.chainId,
      guard: venue.guard,
      entry,
      subject,
      round: columns.round.get(row) - 1,
      incident: incident?.id ?? ZERO,
    }
    const name = named(world, venue, entry, subject)
    if (!name) continue // an entry that this node's config doesn't know: not ours to keep up
    const propose = (operation: 'renew' | 'lift') => proposals.push({ ...common, operation, step: 0, ...name })
    const expiresAtS = columns.expiresAtS.get(row)
    const readyAtS = columns.liftReadyAtS.get(row)
    const expiryS = expiryOf(world, entry)
    if (firing) {
      // at the cap humans decide: nobody of us lifts while it fires, and the Guard takes no more renewals
      if (columns.capped.get(row) === 1) continue
      if (disarmed) continue // nor any while it is disarmed; lifts go on all the same
      if (readyAtS > 0 || expiresAtS - timeS <= expiryS * RENEW_PART) propose('renew')
    } else if (readyAtS > 0) {
      if (timeS >= readyAtS) errands.push({ kind: 'lift', ...common })
    } else if (timeS >= expiresAtS) errands.push({ kind: 'beginLift', ...common })
    else propose('lift')
  }
  return { proposals, errands }
}

function expiryOf(world: World, entry: Hex): number {
  const row = world.guardEntries.find(entry)
  return row === undefined ? 0 : world.guardEntries.columns.expiryS.get(row)
}

/** What the entry and subject are called: the venue's own words for them. */
function named(world: World, venue: Venue, entry: Hex, subject: Hex): { readonly action: ActionName; readonly market: number } | undefined {
  const row = world.venues.find(venue.pool)
  for (const market of row === undefined ? [] : venue.risk.marketsOf(world, row))
    for (const action of Object.keys(venue.protocol.actions) as ActionName[])
      if (venue.protocol.steps(world, action, market).some((step) => step.entry === entry && step.subject === subject))
        return { action, market }
  return undefined
}

const ZERO: Hex = `0x${'0'.repeat(64)}`
