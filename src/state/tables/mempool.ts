// What a node saw of waiting transactions: there only while one of them is judged as a hypothetical block, and never part of the state.
import { defineTable } from '../../store/table.ts'

/** One row a chain: what became of transactions that would have broken an invariant, in the last hour of the chain's time. Key: chain id. */
export const mempools = defineTable('mempools', 'entity', {
  chainId: 'u32',
  /** Different transactions. */
  hits: 'u32',
  /** Of these, those that could not be included, were replaced, or are gone. */
  pretended: 'u32',
  /** Different senders of these. */
  pretenders: 'u32',
})

/** The transaction under judgement. */
export const pendingTxs = defineTable('pendingTxs', 'event', {
  sender: 'word',
  /** 0: it creates a contract. */
  target: 'word',
  /** Could it be in the next block? */
  includable: 'u32',
  /** Did it do something else to what is watched in another environment? */
  differs: 'u32',
  /** Events of what is watched, in the next block's environment and in the odd one. */
  events: 'u32',
  oddEvents: 'u32',
})
