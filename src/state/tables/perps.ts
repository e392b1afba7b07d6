// Perpetual futures: exchanges, their markets, margin accounts, positions, and what happens to them.
// Signed amounts are words in two's complement. A venue of perpetuals also has a row in `venues`, under its clearing house's address.
import { defineTable } from '../../store/table.ts'

/** What an exchange has and allows. Key: clearing house. */
export const perpVenues = defineTable('perpVenues', 'entity', {
  venue: 'u32',
  vault: 'word',
  exchange: 'word',
  orderBook: 'word',
  accountBalance: 'word',
  quoteToken: 'word',
  registry: 'word',
  config: 'word',
  insuranceFund: 'word',
  settlementToken: 'word',
  settlementDecimals: 'u32',
  /** Initial and maintenance margin, penalty of a liquidation, and the most that funding may be a day: 1/1,000,000. */
  imRatioPpm: 'u32',
  mmRatioPpm: 'u32',
  penaltyPpm: 'u32',
  maxFundingPpm: 'u32',
  twapIntervalS: 'u32',
  /** Of the vault, smallest units of the settlement token: the most that it may hold, and what it holds. */
  settlementCap: 'word',
  vaultBalance: 'word',
  vaultUsd: 'f64',
  paused: 'u32',
  vaultPaused: 'u32',
  /** What the insurance fund can pay, signed, smallest units of the settlement token. */
  insurance: 'word',
  insuranceUsd: 'f64',
  /** Of accounts with a value below zero, and of those under their requirement: value and notional, USD. */
  badDebtUsd: 'f64',
  liquidatableUsd: 'f64',
  /** Bad debt that the insurance fund has taken over, ever, USD. */
  settledBadDebtUsd: 'f64',
  /** Taker positions of all markets, USD. */
  openInterestUsd: 'f64',
})

/** Markets. Key: `clearingHouse:baseToken`. Longs and shorts are takers': makers hold the other side of their sum. */
export const perpMarkets = defineTable('perpMarkets', 'entity', {
  venue: 'u32',
  perpVenue: 'u32',
  /** Its number among its venue's markets. */
  ordinal: 'u32',
  baseToken: 'word',
  poolAddress: 'word',
  /** Row + 1 of its exchange pool; 0: not watched. */
  pool: 'u32',
  /** Row + 1 of the feed that its index follows; 0: not watched. */
  feed: 'u32',
  /** 0 open, 1 paused, 2 closed. */
  status: 'u32',
  /** The price that margin is computed with; the pool's average and the index, over the same window, that funding is the difference of. */
  markE18: 'word',
  mark: 'f64',
  markTwapE18: 'word',
  markTwap: 'f64',
  indexTwapE18: 'word',
  indexTwap: 'f64',
  /** The index now. */
  indexE18: 'word',
  index: 'f64',
  /** The pool's own price now; 0: not watched. */
  spot: 'f64',
  twapWindowS: 'u32',
  /** Share of the position a day; over 0 longs pay, below it shorts do. */
  fundingPerDay: 'f64',
  /** The most that it may be, 1/1,000,000: its venue's. */
  maxFundingPpm: 'u32',
  /** Running sum of the premium times seconds, 2^-96, at the block's time; and where it was when last settled. */
  fundingX96: 'word',
  settledX96: 'word',
  settledAtS: 'u32',
  firstTradedAtS: 'u32',
  longE18: 'word',
  shortE18: 'word',
  longUsd: 'f64',
  shortUsd: 'f64',
  /** (long - short) / (long + short). */
  skew: 'f64',
  /** Of its own pool: what it pays and takes within its band, USD, and that band; 0: not watched. */
  depthDownUsd: 'f64',
  depthUpUsd: 'f64',
  bandBps: 'u32',
  /** Tokens in the pool, with the makers' and their fees. */
  reserveBaseE18: 'word',
  reserveQuoteE18: 'word',
  /** What the asset's whole circulating supply is worth, by the config; 0: not said. */
  marketCapUsd: 'f64',
  maxTicksABlock: 'u32',
  maxSpreadPpm: 'u32',
  /** Notional that a fall (rise) of the mark by 2.5, 5, 10, 20 and 40 % would put under its requirement, USD: see AHEAD_BPS. */
  down250Usd: 'f64',
  down500Usd: 'f64',
  down1000Usd: 'f64',
  down2000Usd: 'f64',
  down4000Usd: 'f64',
  up250Usd: 'f64',
  up500Usd: 'f64',
  up1000Usd: 'f64',
  up2000Usd: 'f64',
  up4000Usd: 'f64',
})

/** Moves that `down...Usd` and `up...Usd` are about. */
export const AHEAD_BPS = [250, 500, 1_000, 2_000, 4_000] as const

/** Margin accounts. Key: `clearingHouse:account`. Figures are those of when it was last computed. */
export const perpAccounts = defineTable('perpAccounts', 'entity', {
  venue: 'u32',
  perpVenue: 'u32',
  account: 'word',
  firstSeenS: 'u32',
  /** 1: its value is not linear in prices (orders, other collateral, a market that is not open), so the contract is asked in each block. */
  asked: 'u32',
  /** Settlement balance and realised profit, signed, 18 decimals. */
  collateralE18: 'word',
  valueE18: 'word',
  requirementE18: 'word',
  freeCollateralE18: 'word',
  computedAtS: 'u32',
  /** 0 healthy, 1 under its requirement, 2 bad debt. */
  status: 'u32',
  valueUsd: 'f64',
  notionalUsd: 'f64',
  /** Value over notional. */
  marginRatio: 'f64',
  liquidations: 'u32',
  firstPosition: 'u32',
  /** Who paid for it first, if somebody else did; 0: nobody else known. */
  funder: 'word',
  /** The last time that a position grew, that collateral was taken out, that it was liquidated; and by how much then, USD. */
  openedAtS: 'u32',
  openedUsd: 'f64',
  withdrewAtS: 'u32',
  withdrawnUsd: 'f64',
  liquidatedAtS: 'u32',
  liquidatedUsd: 'f64',
  /** When it left bad debt to the insurance fund, and how much then, USD. */
  leftAtS: 'u32',
  leftUsd: 'f64',
  /** 1: who liquidated it last is of the same cluster. */
  ownLiquidator: 'u32',
})

/** Positions, a list an account. No key. */
export const perpPositions = defineTable('perpPositions', 'entity', {
  perpAccount: 'u32',
  perpMarket: 'u32',
  next: 'u32',
  /** The taker's size, signed; and with what orders hold, as last asked. */
  sizeE18: 'word',
  totalSizeE18: 'word',
  openNotionalE18: 'word',
  fundingThenX96: 'word',
  /** Mark at which it alone would bring its account to its requirement, others standing still; 0: none. */
  liquidationPrice: 'f64',
})

/** Who stands behind positions of a market together: accounts that the same address paid for. Key: `clearingHouse:funder:baseToken`. */
export const perpClusters = defineTable('perpClusters', 'entity', {
  venue: 'u32',
  perpMarket: 'u32',
  funder: 'word',
  accounts: 'u32',
  longE18: 'word',
  shortE18: 'word',
  longUsd: 'f64',
  shortUsd: 'f64',
  /** Of all takers' longs and shorts in the market. */
  longShare: 'f64',
  shortShare: 'f64',
})

/** Notional by the mark at which it would be liquidated: levels 1 % apart. Key: `clearingHouse:baseToken:level`. */
export const perpLevels = defineTable('perpLevels', 'entity', {
  perpMarket: 'u32',
  level: 'f64',
  longUsd: 'f64',
  shortUsd: 'f64',
})

export const PERP_TRADE = { changed: 1, liquidated: 2, closed: 3, funding: 4 } as const

/** Positions that changed, one row an event, in log order. */
export const perpTrades = defineTable('perpTrades', 'event', {
  venue: 'u32',
  perpMarket: 'u32',
  perpAccount: 'u32',
  kind: 'u32',
  /** What changed hands, signed; of funding 0. */
  sizeE18: 'word',
  /** Quote, signed; of funding what was paid (below 0: received). */
  notionalE18: 'word',
  feeE18: 'word',
  realisedE18: 'word',
  /** Address; of a liquidation only. */
  liquidator: 'word',
  usd: 'f64',
})

export const PERP_FLOW = { deposit: 1, withdrawal: 2, badDebt: 3, seized: 4 } as const

/** Collateral that moved, one row an event, in log order. */
export const perpFlows = defineTable('perpFlows', 'event', {
  venue: 'u32',
  perpAccount: 'u32',
  kind: 'u32',
  token: 'word',
  amount: 'word',
  /** Of the settlement token; other tokens: 0. */
  usd: 'f64',
  /** Who paid a deposit; 0: not seen. */
  payer: 'word',
})
