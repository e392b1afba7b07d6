// Lending: venues, markets, margin accounts and what flows between them.
import { defineTable } from '../../store/table.ts'

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
  txIndex: 'u32',
})
