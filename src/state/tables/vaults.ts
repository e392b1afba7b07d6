// Vaults that issue shares of what they hold, and tokens that promise a backing: the rates, the flows, and what flows do not explain.
import { defineTable } from '../../store/table.ts'

/** Vaults. Key: vault address. */
export const vaults = defineTable('vaults', 'entity', {
  venue: 'u32',
  chainId: 'u32',
  vault: 'word',
  asset: 'word',
  assetDecimals: 'u32',
  shareDecimals: 'u32',
  /** Feed row + 1 of the asset's price; 0: the config's number. */
  feed: 'u32',
  /** USD of a whole asset token. */
  assetUsd: 'f64',
  /** All that the vault says is its own, smallest units: what it lent out too. */
  totalAssets: 'word',
  totalSupply: 'word',
  /** Asset tokens that lie in the vault itself. */
  held: 'word',
  /** Smallest units of the asset for one whole share, by the vault's own rounding. */
  assetsPerShare: 'word',
  /** totalAssets / totalSupply in whole tokens, times 1e18, rounded down; 0 while it is empty. */
  sharePriceE18: 'word',
  /** Whole asset tokens a whole share: now, and before the last change. */
  price: 'f64',
  previousPrice: 'f64',
  /** When the price changed last. */
  pricedAtS: 'f64',
  aumUsd: 'f64',
  /** Sums of flows since first sight, smallest units. */
  paidIn: 'word',
  paidOut: 'word',
  minted: 'word',
  burned: 'word',
  updatedAtS: 'f64',
})

/** Who pays into a vault or is paid by it. Key: `vault:holder`. */
export const vaultHolders = defineTable('vaultHolders', 'entity', {
  vault: 'u32',
  holder: 'word',
  /** Sums since first sight, smallest units. */
  paidIn: 'word',
  paidOut: 'word',
  minted: 'word',
  burned: 'word',
})

export const VAULT_FLOW = { deposit: 1, withdraw: 2, donation: 3 } as const

/** What came and went, one row an event in log order; donations, found when the block ended, come last. */
export const vaultFlows = defineTable('vaultFlows', 'event', {
  vault: 'u32',
  /** Row + 1 in `vaultHolders`; 0: nobody knows who. */
  holder: 'u32',
  /** One of VAULT_FLOW. */
  kind: 'u32',
  txIndex: 'u32',
  assets: 'word',
  shares: 'word',
  usd: 'f64',
  /** What its shares were worth at the price before the block. */
  sharesUsd: 'f64',
  /** Whole asset tokens that it paid for a whole share; 0: too small to tell within a basis point. */
  price: 'f64',
})

/** What a block did to a vault, one row a vault that it changed. Figures of shares and assets are in whole tokens. */
export const vaultSteps = defineTable('vaultSteps', 'event', {
  vault: 'u32',
  priceBefore: 'f64',
  priceAfter: 'f64',
  /** Lowest and highest price in the block: before it, in its flows, after it. */
  lowPrice: 'f64',
  highPrice: 'f64',
  supplyBefore: 'f64',
  supplyAfter: 'f64',
  assetsBefore: 'f64',
  assetsAfter: 'f64',
  inAssets: 'f64',
  outAssets: 'f64',
  /** Assets more (or, negative, less) than flows explain, and moves of marks where an adapter knows of any. */
  gain: 'f64',
  /** The part of a gain that was sent into the vault itself. */
  donated: 'f64',
  /** Shares more (or less) than flows explain. */
  unbackedShares: 'f64',
  assetUsd: 'f64',
  /** What the smallest unit of a share is worth after the block: all that rounding can take at once, USD. */
  unitUsd: 'f64',
  /** Seconds since the price changed last, when this block changed it; 0: it did not, or it is the first change. */
  sinceChangeS: 'f64',
})

/** Tokens that promise a backing: supply against it. Key: token address. */
export const backings = defineTable('backings', 'entity', {
  venue: 'u32',
  token: 'word',
  supply: 'word',
  supplyUsd: 'f64',
  backingUsd: 'f64',
  /** Supply that was added in the last block that the row was written in, and backing that was. */
  mintedUsd: 'f64',
  addedUsd: 'f64',
  updatedAtS: 'f64',
})
