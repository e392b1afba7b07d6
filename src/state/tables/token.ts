// ERC-20 tokens: supply, watched balances, transfers.
import { defineTable } from '../../store/table.ts'

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
