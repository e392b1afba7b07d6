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
  /** Logs of events that a detector looks at which were not as the event's signature says, ever: no row was made of them. */
  decodeFaults: 'u32',
})

/** Who emitted what event tables hold. Key: address. */
export const contracts = defineTable('contracts', 'entity', { address: 'word' })

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

/** Pools of decentralised exchanges in which the price of a base token is made, in USD. Key: pool address. */
export const pools = defineTable('pools', 'entity', {
  chainId: 'u32',
  pool: 'word',
  base: 'word',
  quote: 'word',
  /** Feed row + 1 of the base token's price; 0: none. */
  feed: 'u32',
  /** Square root of token1 per token0, times 2^96, exact. */
  sqrtPriceX96: 'word',
  /** Liquidity in range, exact. */
  liquidity: 'word',
  tick: 'f64',
  /** Base token in USD: now, and as the geometric mean over `twapWindowS`; 0: the pool's memory is shorter than that. */
  price: 'f64',
  twapPrice: 'f64',
  twapWindowS: 'u32',
  /** How far the price moves in what follows, 1/10,000. */
  bandBps: 'u32',
  /** What the pool pays for base tokens until the price has fallen by the band, and takes until it has risen by it, USD. */
  depthDownUsd: 'f64',
  depthUpUsd: 'f64',
  updatedAtS: 'f64',
})

/** Liquidity that begins (or, negative, ends) at a tick of a pool, as int256 in two's complement. Key: `pool:tick`. */
export const ticks = defineTable('ticks', 'entity', {
  pool: 'u32',
  tick: 'f64',
  liquidityNet: 'word',
})

/** ERC-20 tokens whose supply is watched. Key: token address. */
export const tokens = defineTable('tokens', 'entity', {
  chainId: 'u32',
  token: 'word',
  decimals: 'u32',
  totalSupply: 'word',
  /** In whole tokens, minted and burned in the last block that did so. */
  minted: 'f64',
  burned: 'f64',
  changedAtS: 'f64',
})

/** Balances of watched holders. Key: `token:holder`. */
export const holdings = defineTable('holdings', 'entity', {
  token: 'u32',
  holder: 'word',
  balance: 'word',
})

/** Transfers to or from watched holders, mints and burns, one row each, in log order. */
export const transfers = defineTable('transfers', 'event', {
  token: 'u32',
  from: 'word',
  to: 'word',
  amount: 'word',
})

/** Contracts whose power over others is watched. Key: address. */
export const governed = defineTable('governed', 'entity', {
  chainId: 'u32',
  contract: 'word',
  /** Ownable's owner; 0: none, or not ownable. */
  owner: 'word',
  /** EIP-1967. */
  implementation: 'word',
  proxyAdmin: 'word',
  /** Timelocks: least delay of an operation, seconds. */
  delayS: 'f64',
  /** 1: what passes through it is governed (a timelock, a Safe, our Guard). */
  executor: 'u32',
  /** 1: it is our own Guard. */
  own: 'u32',
})

/** Roles of access controls and who may give and take them. Key: `contract:role`. */
export const roles = defineTable('roles', 'entity', {
  contract: 'word',
  role: 'word',
  admin: 'word',
})

/** Who holds which role. Key: `contract:role:holder`. */
export const grants = defineTable('grants', 'entity', {
  contract: 'word',
  role: 'word',
  holder: 'word',
  active: 'u32',
  sinceBlock: 'u32',
  sinceS: 'f64',
})

/** Transactions of this block that went through an executor (0: before the governed path began): what happens in them was governed. */
export const executions = defineTable('executions', 'event', {
  txIndex: 'u32',
  executor: 'word',
  /** 1: our own Guard, which only tightens and restores. */
  own: 'u32',
})

export const CHANGE = {
  roleGranted: 1,
  roleRevoked: 2,
  roleAdmin: 3,
  owner: 4,
  implementation: 5,
  proxyAdmin: 6,
  delay: 7,
  parameter: 8,
  oracleSource: 9,
} as const

/** Changes of who may do what, and of risk parameters, one row each. */
export const authorityChanges = defineTable('authorityChanges', 'event', {
  /** Venue and market rows + 1 that it is about; 0: none. */
  venue: 'u32',
  market: 'u32',
  /** One of CHANGE. */
  change: 'u32',
  /** 1: through an executor, so with its delay or its several signatures. */
  governed: 'u32',
  /** 1: it lets somebody take more than before. */
  loosens: 'u32',
  contract: 'word',
  /** Role that was given or taken, or the role whose holders may make such a change (0: unknown). */
  role: 'word',
  /** Holder, owner or implementation before and after; for parameters the word before and after. */
  before: 'word',
  after: 'word',
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
  /** Of all accounts: debt above collateral, and debt of those under their threshold that is not bad yet, USD. */
  badDebtUsd: 'f64',
  liquidatableUsd: 'f64',
  /** Blocks in a row in which an account could have been liquidated and none was. */
  unattendedBlocks: 'u32',
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
  /** The same as governance left it last: what is beyond it somebody else did. Caps: whole tokens, 0 is no cap. */
  goodLtvBps: 'u32',
  goodThresholdBps: 'u32',
  goodSupplyCap: 'f64',
  goodBorrowCap: 'f64',
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
  /** Watched exchange pools of the asset, and what they pay for it until its price has fallen by their band, USD. */
  pools: 'u32',
  depthUsd: 'f64',
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
  firstSeenS: 'u32',
  aged: 'u32',
  eMode: 'u32',
  /** As getUserAccountData answers, exact, when last computed (`healthAtS`): then its status changed, it was changed or it is past a threshold. */
  collateralE8: 'u128',
  debtE8: 'u128',
  thresholdBps: 'u32',
  /** The greatest uint128 stands for all that is as large or larger: an account without debt has infinite health. */
  healthE18: 'u128',
  healthAtS: 'u32',
  /** 0 healthy, 1 under its threshold, 2 bad debt. */
  status: 'u32',
  /** Liquidations of it, ever. */
  liquidations: 'u32',
  /** First position row + 1: positions of an account are a list (`positions.next`). */
  firstPosition: 'u32',
})

/** What an account has, or owes, in a market: a row a side. No key: found by walking the account's list. */
export const positions = defineTable('positions', 'entity', {
  /** Market row x 4 + side + 1; the adapter says what the sides are. */
  leg: 'u32',
  next: 'u32',
  /** Scaled balance or scaled debt; of a stable debt the principal. */
  amount: 'u128',
  /** Of stable debt only. */
  stableRate: 'u128',
  stableAtS: 'u32',
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
