// Pools of decentralised exchanges in which prices are made.
import { defineTable } from '../../store/table.ts'

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
  /** Smallest units: what a pool holds, exact; of Uniswap v4 what its liquidity could pay out, as far as its ticks are known; of v3 0. */
  reserve0: 'word',
  reserve1: 'word',
  /** Shares of the pool that are out, where it issues any; and sqrt(reserve0 * reserve1) a share, times 1e18, rounded down. */
  lpSupply: 'word',
  valuePerShareE18: 'word',
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

export const POOL_LOSS = { swap: 1, liquidity: 2, sync: 3, owed: 4 } as const

/** Changes of a pool that took value from those who own it, by exact arithmetic, one row each: no honest one does. */
export const poolLosses = defineTable('poolLosses', 'event', {
  pool: 'u32',
  /** One of POOL_LOSS: by a swap, by liquidity that came or went, by a reserve that shrank without either, less held than owed. */
  kind: 'u32',
  txIndex: 'u32',
  /** Part of the value that was lost, 1e18 is all, rounded up. */
  lostE18: 'word',
  lostUsd: 'f64',
})
