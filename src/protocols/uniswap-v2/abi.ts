// The few words of Uniswap v2's pairs that we speak.
import { toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex } from '../../core/flow.ts'
import { callOf } from '../../core/words.ts'

export const TOPIC = {
  sync: toEventSelector('Sync(uint112,uint112)'),
  swap: toEventSelector('Swap(address,uint256,uint256,uint256,uint256,address)'),
  mint: toEventSelector('Mint(address,uint256,uint256)'),
  burn: toEventSelector('Burn(address,uint256,uint256,address)'),
  /** Of the pair's own shares. */
  transfer: toEventSelector('Transfer(address,address,uint256)'),
} as const

const VIEW = {
  token0: toFunctionSelector('token0()'),
  token1: toFunctionSelector('token1()'),
  getReserves: toFunctionSelector('getReserves()'),
  totalSupply: toFunctionSelector('totalSupply()'),
  price0: toFunctionSelector('price0CumulativeLast()'),
  price1: toFunctionSelector('price1CumulativeLast()'),
} as const

export const call = {
  token0: (pair: Hex): Call => callOf(pair, VIEW.token0),
  token1: (pair: Hex): Call => callOf(pair, VIEW.token1),
  reserves: (pair: Hex): Call => callOf(pair, VIEW.getReserves),
  supply: (pair: Hex): Call => callOf(pair, VIEW.totalSupply),
  price0: (pair: Hex): Call => callOf(pair, VIEW.price0),
  price1: (pair: Hex): Call => callOf(pair, VIEW.price1),
} as const
