// Price feeds: their state, their answers and who reports them.
import { defineTable } from '../../store/table.ts'

/** Price feeds. Key: proxy address. */
export const feeds = defineTable('feeds', 'entity', {
  chainId: 'u32',
  proxy: 'word',
  aggregator: 'word',
  decimals: 'u32',
  /** Latest answer as int256 in two's complement. */
  answer: 'word',
  roundId: 'word',
  updatedAtS: 'f64',
  price: 'f64',
  /** Answer before the last change of the answer. */
  previousPrice: 'f64',
  reporters: 'u32',
  /** Lowest and highest latest submission of the present reporters. */
  lowestReport: 'f64',
  highestReport: 'f64',
  /** The middle of the latest submissions of all present reporters. */
  medianReport: 'f64',
  /** A second, independent feed of the same price, if the config names one. */
  secondFeed: 'u32',
  secondPrice: 'f64',
  secondUpdatedAtS: 'f64',
  /** The same price as a decentralised exchange's pool has it over time, if the config names one; 0: none. */
  twapPrice: 'f64',
  /** Longest time that the feed promises between rounds; 0: the config doesn't say. */
  heartbeatS: 'u32',
  /** Aggregator swaps seen. */
  swaps: 'u32',
})

/** Answers, one row a change of a feed's answer. */
export const feedRounds = defineTable('feedRounds', 'event', {
  feed: 'u32',
  roundId: 'word',
  answer: 'word',
  price: 'f64',
  previousPrice: 'f64',
  updatedAtS: 'f64',
  /** The second feed's price when the block ended; 0: none. */
  secondPrice: 'f64',
})

/** Latest submission of each reporter of a feed. Key: `proxy:reporter`. */
export const reporters = defineTable('reporters', 'entity', {
  feed: 'u32',
  reporter: 'word',
  /** 1 while it may report. */
  active: 'u32',
  price: 'f64',
  roundId: 'f64',
  updatedAtS: 'f64',
})
