// Our own Guards: entries and actions in force.
import { defineTable } from '../../store/table.ts'

/** Our own Guard's entries. Key: entry id. */
export const guardEntries = defineTable('guardEntries', 'entity', {
  entry: 'word',
  guard: 'word',
  /** 1: not retired. */
  live: 'u32',
  expiryS: 'u32',
  hardCapS: 'u32',
  cooldownS: 'u32',
  budget: 'u32',
})

/** Guards we act through. Key: guard address. */
export const guards = defineTable('guards', 'entity', {
  chainId: 'u32',
  guard: 'word',
  armed: 'u32',
  windowS: 'u32',
  liftGapS: 'u32',
  /** k of the k-of-n. */
  quorum: 'u32',
  /** n; the adapter keeps who they are. */
  signers: 'u32',
})

/** State of (entry, subject), from the Guard's own events. Key: `entry:subject`. */
export const guardActions = defineTable('guardActions', 'entity', {
  guard: 'word',
  entry: 'word',
  subject: 'word',
  /** Round of the next execution. */
  round: 'u32',
  active: 'u32',
  step: 'u32',
  prior: 'word',
  applied: 'word',
  episodeStartS: 'f64',
  sinceBlock: 'u32',
  expiresAtS: 'f64',
  liftReadyAtS: 'f64',
  vetoUntilS: 'f64',
  /** 1 once the episode's cap cut a renewal: humans have it next. */
  capped: 'u32',
  /** Incident it answers; set by assess on the block in which it becomes active. */
  incident: 'word',
})
