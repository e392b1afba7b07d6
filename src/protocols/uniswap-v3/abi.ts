// The few words of Uniswap v3's pools that we speak: the events that move price or liquidity, and the views that say where both are.
import { toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex } from '../../core/flow.ts'
import { callOf } from '../../core/words.ts'
import { unsigned } from '../../store/column.ts'

/** Initialize is not among them: a pool without a price has no row, and what is new to us is read whole. */
export const TOPIC = {
  swap: toEventSelector('Swap(address,address,int256,int256,uint160,uint128,int24)'),
  mint: toEventSelector('Mint(address,address,int24,int24,uint128,uint256,uint256)'),
  burn: toEventSelector('Burn(address,int24,int24,uint128,uint256,uint256)'),
} as const

export const VIEW = {
  slot0: toFunctionSelector('slot0()'),
  liquidity: toFunctionSelector('liquidity()'),
  tickSpacing: toFunctionSelector('tickSpacing()'),
  token0: toFunctionSelector('token0()'),
  token1: toFunctionSelector('token1()'),
  tickBitmap: toFunctionSelector('tickBitmap(int16)'),
  ticks: toFunctionSelector('ticks(int24)'),
  observe: toFunctionSelector('observe(uint32[])'),
} as const

export const call = {
  slot0: (pool: Hex): Call => callOf(pool, VIEW.slot0),
  liquidity: (pool: Hex): Call => callOf(pool, VIEW.liquidity),
  tickSpacing: (pool: Hex): Call => callOf(pool, VIEW.tickSpacing),
  token0: (pool: Hex): Call => callOf(pool, VIEW.token0),
  token1: (pool: Hex): Call => callOf(pool, VIEW.token1),
  bitmap: (pool: Hex, word: number): Call => callOf(pool, VIEW.tickBitmap, unsigned(BigInt(word))),
  tick: (pool: Hex, tick: number): Call => callOf(pool, VIEW.ticks, unsigned(BigInt(tick))),
  /** Sums of ticks times seconds, `windowS` ago and now. */
  observe: (pool: Hex, windowS: number): Call => callOf(pool, VIEW.observe, 32n, 2n, BigInt(windowS), 0n),
} as const
