// What is known of a chain itself, and who emitted what event tables hold.
import { defineTable } from '../../store/table.ts'

/** One row a chain: what we have seen of it, and whether we can see. Key: chain id. */
export const chains = defineTable('chains', 'entity', {
  chainId: 'u32',
  number: 'u32',
  timeS: 'f64',
  /** Since which block we are blind; 0: we see. */
  blindSince: 'u32',
  /** Index into BLIND_REASONS. */
  blindReason: 'u32',
  /** Accounts whose health differed from the contract's own answer, ever. */
  mismatches: 'u32',
  checked: 'u32',
  /** Logs of events that a detector looks at which were not as the event's signature says, ever: no row was made of them. */
  decodeFaults: 'u32',
})

/** Who emitted what event tables hold. Key: address. */
export const contracts = defineTable('contracts', 'entity', { address: 'word' })

export const BLIND_REASONS = ['', 'unreachable', 'stalled', 'gap', 'deep-reorg', 'bad-answer', 'state-mismatch'] as const
