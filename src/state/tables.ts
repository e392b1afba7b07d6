// The schemas of all tables: what a block leaves behind. Adapters write them, detectors and decisions read them.
// Suffixes: E8 = USD with 8 decimals, Bps = 1/10,000, S = seconds, Usd = float USD for statistics. Row references are row + 1; 0 is none.
import { defineTable } from '../store/table.ts'

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
})

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

/** Pools whose markets share collateral. Key: pool address. */
export const venues = defineTable('venues', 'entity', {
  chainId: 'u32',
  pool: 'word',
  revision: 'u32',
  provider: 'word',
  oracle: 'word',
  configurator: 'word',
  dataProvider: 'word',
  aclManager: 'word',
  oracleSentinel: 'word',
  baseUnit: 'word',
  /** Open incident's id; 0: none. Kept here so that it stays when its first finding leaves the window. */
  incident: 'word',
  incidentBlock: 'u32',
  incidentTimeS: 'f64',
  lastFiringS: 'f64',
  /** When its last incident closed: findings up to then are dealt with. */
  closedS: 'f64',
})

/** Reserves of a pool. Key: `pool:asset`. */
export const markets = defineTable('markets', 'entity', {
  venue: 'u32',
  asset: 'word',
  aToken: 'word',
  stableDebtToken: 'word',
  variableDebtToken: 'word',
  decimals: 'u32',
  /** Feed row + 1. */
  feed: 'u32',
  priceSource: 'word',
  /** The oracle's answer now, in the pool's base unit (1e8). */
  priceE8: 'word',
  price: 'f64',
  /** The price while nobody disputes it, the last such price while somebody does: see the adapter's good-price.ts. */
  goodPrice: 'f64',
  /** Aave's configuration bitmap, exact; the columns after it are its parts. */
  config: 'word',
  ltvBps: 'u32',
  thresholdBps: 'u32',
  bonusBps: 'u32',
  active: 'u32',
  frozen: 'u32',
  borrowing: 'u32',
  paused: 'u32',
  eMode: 'u32',
  /** Whole tokens; 0 is no cap. */
  borrowCap: 'f64',
  supplyCap: 'f64',
  /** Ceiling for isolated borrowing, USD with 2 decimals; 0: not isolated. */
  debtCeiling: 'f64',
  liquidityIndex: 'word',
  variableIndex: 'word',
  liquidityRate: 'word',
  variableRate: 'word',
  updatedAtS: 'f64',
  /** Sum of aToken scaled balances and of variable scaled debt. */
  scaledSupply: 'word',
  scaledDebt: 'word',
  /** Underlying that the aToken holds: what can be borrowed or withdrawn at most. */
  cash: 'word',
  suppliedUsd: 'f64',
  borrowedUsd: 'f64',
  cashUsd: 'f64',
  /** Aged, distinct accounts: with collateral here, with that and debt, with that, debt and other collateral, with debt here. */
  agedSuppliers: 'u32',
  agedIndebted: 'u32',
  agedMixed: 'u32',
  agedBorrowers: 'u32',
})

/** e-mode categories. Key: `pool:category`. */
export const eModes = defineTable('eModes', 'entity', {
  venue: 'u32',
  category: 'u32',
  ltvBps: 'u32',
  thresholdBps: 'u32',
  bonusBps: 'u32',
  priceSource: 'word',
  priceE8: 'word',
})

/** Margin accounts. Key: `pool:account`. */
export const accounts = defineTable('accounts', 'entity', {
  venue: 'u32',
  account: 'word',
  firstSeenS: 'f64',
  aged: 'u32',
  eMode: 'u32',
  /** The six fields of getUserAccountData, exact, when last computed (`healthAtS`). */
  collateralE8: 'word',
  debtE8: 'word',
  availableE8: 'word',
  thresholdBps: 'u32',
  ltvBps: 'u32',
  healthE18: 'word',
  healthAtS: 'f64',
  /** 0 healthy, 1 under its threshold, 2 bad debt. */
  status: 'u32',
  /** Block at which a finding named it: checked against the contract in the next one. */
  wantedBlock: 'u32',
  /** First position row + 1: positions of an account are a list (`positions.next`). */
  firstPosition: 'u32',
})

/** What an account has and owes in a market. Key: `accountRow:marketRow`. */
export const positions = defineTable('positions', 'entity', {
  account: 'u32',
  market: 'u32',
  next: 'u32',
  scaledSupply: 'word',
  scaledDebt: 'word',
  stablePrincipal: 'word',
  stableRate: 'word',
  stableAtS: 'f64',
  /** 1: used as collateral. */
  collateral: 'u32',
})

export const FLOW = { supply: 1, withdraw: 2, borrow: 3, repay: 4, liquidation: 5, transfer: 6 } as const

/** Value that moved, one row a protocol event, in log order. */
export const flows = defineTable('flows', 'event', {
  venue: 'u32',
  market: 'u32',
  account: 'u32',
  kind: 'u32',
  amount: 'word',
  usd: 'f64',
})

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
export const BLIND_REASONS = ['', 'unreachable', 'stalled', 'gap', 'deep-reorg', 'bad-answer', 'state-mismatch'] as const
