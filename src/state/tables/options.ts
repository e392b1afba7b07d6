// Options: pools that write them, boards of one expiry, strikes, what people hold of them, and what was traded and paid.
// Exact amounts are in units of 1e-18, as `word`s; the `f64`s beside them are whole units, for statistics.
import { defineTable } from '../../store/table.ts'

/** 0 and 1: bought from the pool; 2 to 4: sold to it, with collateral in the base or in the quote asset. */
export const OPTION = { longCall: 0, longPut: 1, shortCallBase: 2, shortCallQuote: 3, shortPut: 4 } as const
export const isShortOption = (type: number): boolean => type > OPTION.longPut
export const isPutOption = (type: number): boolean => type === OPTION.longPut || type === OPTION.shortPut

/** Pools that write options on one base asset. Key: the market's address, which is its venue's too. */
export const optionMarkets = defineTable('optionMarkets', 'entity', {
  venue: 'u32',
  market: 'word',
  liquidityPool: 'word',
  greekCache: 'word',
  optionToken: 'word',
  shortCollateral: 'word',
  pricer: 'word',
  hedger: 'word',
  /** Where spot comes from and where base is bought and sold. */
  exchange: 'word',
  quote: 'word',
  base: 'word',
  /** The price that trades are made at now, exact, and as a float. */
  spotE18: 'word',
  spot: 'f64',
  /** An independent feed of the same price: row + 1; 0: the config names none, or it is not there yet. */
  feed: 'u32',
  feedPrice: 'f64',
  feedUpdatedAtS: 'f64',
  /** What the pool has: in all, free to be locked, locked or spent as collateral, wanted and used by the hedger. Quote. */
  navE18: 'word',
  freeE18: 'word',
  burnableE18: 'word',
  usedCollateralE18: 'word',
  pendingDeltaE18: 'word',
  usedDeltaE18: 'word',
  nav: 'f64',
  free: 'f64',
  usedCollateral: 'f64',
  pendingDelta: 'f64',
  usedDelta: 'f64',
  /** Base that stands locked for calls. */
  lockedBaseE18: 'word',
  /** Of people's positions, so the pool's are the reverse: delta in base, vega for one point of volatility, value in quote; int256. */
  netDeltaE18: 'word',
  netStdVegaE18: 'word',
  netOptionValueE18: 'word',
  netDelta: 'f64',
  netStdVega: 'f64',
  netOptionValue: 'f64',
  /** Base that the hedger is long (negative: short), and would be if it could act now; int256 and float. */
  hedgedE18: 'word',
  hedgeTargetE18: 'word',
  hedged: 'f64',
  hedgeTarget: 'f64',
  /** Delta that nobody covers: people's, less the base locked, less the hedge. */
  unhedged: 'f64',
  /** Of the cached greeks: the oldest board's time, and the lowest and highest price that any was computed at. */
  cacheUpdatedAtS: 'f64',
  cachePriceLow: 'f64',
  cachePriceHigh: 'f64',
  /** The contract's own word: 1, too old or too far from spot. */
  cacheStale: 'u32',
  /** How far volatility and skew stand from their own averages at most, and the limits that trip the breaker. */
  ivVariance: 'f64',
  skewVariance: 'f64',
  ivVarianceLimit: 'f64',
  skewVarianceLimit: 'f64',
  /** Share of the pool that must be free, or the breaker trips. */
  freeShareLimit: 'f64',
  /** Deposits and withdrawals wait until then. */
  breakerUntilS: 'f64',
  /** 1: a limit is passed and the breaker would not be set for it yet: anyone may call updateCBs. */
  breakerDue: 'u32',
  marketPaused: 'u32',
  globalPaused: 'u32',
  tokenPriceE18: 'word',
  /** Owed to holders of settled options, and what the pool did not get of those who could not pay. Quote. */
  outstandingE18: 'word',
  insolventSettlementsE18: 'word',
  insolventLiquidationsE18: 'word',
  /** Yearly, as the pricer takes it. */
  rate: 'f64',
  liveBoards: 'u32',
  /** The highest volatility among live boards. */
  highestIv: 'f64',
  updatedAtS: 'f64',
})

/** All options of one expiry. Key: `market:board-id`. */
export const boards = defineTable('boards', 'entity', {
  optionMarket: 'u32',
  boardId: 'u32',
  expiryS: 'f64',
  ivE18: 'word',
  iv: 'f64',
  frozen: 'u32',
  settled: 'u32',
  settlementPriceE18: 'word',
  settlementPrice: 'f64',
  settledAtS: 'f64',
  /** What its buyers are owed by the settlement, quote. */
  longProfitE18: 'word',
  /** Spot and the independent feed as they stood at expiry, in the last block that was not after it; 0: not known. */
  spotAtExpiry: 'f64',
  feedAtExpiry: 'f64',
  /** Cached, of people's positions; int256. */
  netDeltaE18: 'word',
  netStdVegaE18: 'word',
  netOptionValueE18: 'word',
  cachedAtS: 'f64',
  cachedSpot: 'f64',
})

/** One strike of a board. Key: `market:strike-id`. */
export const strikes = defineTable('strikes', 'entity', {
  optionMarket: 'u32',
  board: 'u32',
  strikeId: 'u32',
  strikePriceE18: 'word',
  strikePrice: 'f64',
  skewE18: 'word',
  skew: 'f64',
  /** What people hold. */
  longCallE18: 'word',
  longPutE18: 'word',
  shortCallBaseE18: 'word',
  shortCallQuoteE18: 'word',
  shortPutE18: 'word',
  /** Cached: prices in quote, deltas (int256), vega. 0 once the board is settled. */
  callPriceE18: 'word',
  putPriceE18: 'word',
  callDeltaE18: 'word',
  putDeltaE18: 'word',
  stdVegaE18: 'word',
  callPrice: 'f64',
  putPrice: 'f64',
  /** The price that they were computed at, and when. */
  cachedSpot: 'f64',
  cachedAtS: 'f64',
  expiryS: 'f64',
  rate: 'f64',
  /** What a unit of each cost in its last trade that was not forced, fees left out, at what spot and when; 0: none yet. */
  tradedCall: 'f64',
  tradedPut: 'f64',
  tradedCallSpot: 'f64',
  tradedPutSpot: 'f64',
  tradedCallAtS: 'f64',
  tradedPutAtS: 'f64',
  /** Fees of those two trades, a unit. */
  tradedCallFee: 'f64',
  tradedPutFee: 'f64',
})

/** What somebody holds: an ERC-721. Key: `market:position-id`. */
export const optionPositions = defineTable('optionPositions', 'entity', {
  optionMarket: 'u32',
  strike: 'u32',
  positionId: 'u32',
  owner: 'word',
  type: 'u32',
  amountE18: 'word',
  collateralE18: 'word',
  /** As the contract counts: 1 active, 2 closed, 3 liquidated, 4 settled, 5 merged. */
  state: 'u32',
  /** 0 healthy, 1 may be liquidated, 2 its collateral is worth less than what it owes. */
  status: 'u32',
  /** What it must have at least by our own estimate, in its collateral's asset. */
  minCollateral: 'f64',
  openedAtS: 'f64',
})

export const OPTION_TRADE = { open: 0, close: 1, liquidate: 2 } as const

/** Trades, a row each, in log order, as the pool made them. */
export const optionTrades = defineTable('optionTrades', 'event', {
  optionMarket: 'u32',
  board: 'u32',
  strike: 'u32',
  optionPosition: 'u32',
  trader: 'word',
  type: 'u32',
  direction: 'u32',
  forced: 'u32',
  /** 1: the trader bought from the pool. */
  buys: 'u32',
  amountE18: 'word',
  amount: 'f64',
  strikePrice: 'f64',
  /** Seconds left. */
  toExpiryS: 'f64',
  /** The price that the pool took for spot. */
  spot: 'f64',
  /** Volatility of the price; board's and strike's part after the trade. */
  vol: 'f64',
  iv: 'f64',
  skew: 'f64',
  premiumE18: 'word',
  feesE18: 'word',
  premium: 'f64',
  fees: 'f64',
  /** What the trader paid or got in all. */
  totalCostE18: 'word',
  rate: 'f64',
  nav: 'f64',
  /** The independent feed as the block ends, and its age; 0: none. */
  feedPrice: 'f64',
  feedAgeS: 'f64',
  /** Of a liquidation: what the pool did not get. */
  insolventE18: 'word',
})

export const PAYOUT = { settled: 1, liquidated: 2, closed: 3, board: 4, fromReserve: 5 } as const

/** What was paid out for options and the most that may have been, a row each, in log order. */
export const optionPayouts = defineTable('optionPayouts', 'event', {
  optionMarket: 'u32',
  optionPosition: 'u32',
  kind: 'u32',
  account: 'word',
  /** Paid, and its bound by the position's own terms, in the same asset. */
  paidE18: 'word',
  boundE18: 'word',
  paid: 'f64',
  bound: 'f64',
  /** What the payer did not get of this position, quote or base. */
  insolventE18: 'word',
})
