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
  /** Where the middle could be if one reporter alone said anything else: the answer is at most one reporter's word within these. 0: under three. */
  medianFloor: 'f64',
  medianCeiling: 'f64',
  /** Present reporters who spoke in the answer's round or since, and the most of them who said one and the same value. */
  reportsInRound: 'u32',
  sameReports: 'u32',
  /** Submissions that the aggregator itself wants before it answers; 0: not known. */
  minReports: 'u32',
  /** Bounds outside which the aggregator can't answer, as int256 in its own unit; both 0: not known. */
  minAnswer: 'word',
  maxAnswer: 'word',
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

/** What was read when the block ended is of none of its transactions. */
export const NO_TX = 2 ** 32 - 1

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
  /** Of the transaction that brought it; NO_TX: read when the block ended. */
  txIndex: 'u32',
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
