// The few words of EIP-4626 that we speak, and of the asset's ERC-20.
import { toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex } from '../../core/flow.ts'
import { addressWord, callOf } from '../../core/words.ts'

export const TOPIC = {
  deposit: toEventSelector('Deposit(address,address,uint256,uint256)'),
  withdraw: toEventSelector('Withdraw(address,address,address,uint256,uint256)'),
} as const

const VIEW = {
  asset: toFunctionSelector('asset()'),
  totalAssets: toFunctionSelector('totalAssets()'),
  totalSupply: toFunctionSelector('totalSupply()'),
  convertToAssets: toFunctionSelector('convertToAssets(uint256)'),
  balanceOf: toFunctionSelector('balanceOf(address)'),
} as const

export const call = {
  asset: (vault: Hex): Call => callOf(vault, VIEW.asset),
  totalAssets: (vault: Hex): Call => callOf(vault, VIEW.totalAssets),
  totalSupply: (vault: Hex): Call => callOf(vault, VIEW.totalSupply),
  convertToAssets: (vault: Hex, shares: bigint): Call => callOf(vault, VIEW.convertToAssets, shares),
  held: (asset: Hex, vault: Hex): Call => callOf(asset, VIEW.balanceOf, addressWord(vault)),
} as const
