// What a parent chain says of its rollups: whether they post, and whether they take what was put in by force.
import { defineTable } from '../../store/table.ts'

/** Rollups by what their contracts on this chain, the parent, have emitted. Key: address of the contract that takes forced transactions. */
export const rollups = defineTable('rollups', 'entity', {
  /** The parent chain, and the rollup itself. */
  chainId: 'u32',
  rollupChainId: 'u32',
  inbox: 'word',
  /** Forced transactions ever, by their own numbering where they have one, and the last one's time. */
  queued: 'f64',
  queuedAtS: 'f64',
  /** How many of them the sequencer has taken; meaningless unless `tellsTaken`. */
  taken: 'f64',
  tellsTaken: 'u32',
  /** When the oldest that is still waiting was put in; 0: none waits that we know of. */
  waitingSinceS: 'f64',
  /** Batches or outputs posted, and the last one's time. */
  posts: 'u32',
  postedAtS: 'f64',
})
