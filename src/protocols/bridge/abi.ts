// The words of the lab's own bridge (lab/contracts/BridgeSide.sol), and of the token at either end.
import { toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex } from '../../core/flow.ts'
import { addressWord, callOf } from '../../core/words.ts'

export const TOPIC = {
  departed: toEventSelector('Departed(bytes32,address,address,uint256)'),
  arrived: toEventSelector('Arrived(bytes32,address,uint256)'),
  filled: toEventSelector('Filled(bytes32,address,address,uint256)'),
} as const

const VIEW = {
  token: toFunctionSelector('token()'),
  nonce: toFunctionSelector('nonce()'),
  balanceOf: toFunctionSelector('balanceOf(address)'),
  totalSupply: toFunctionSelector('totalSupply()'),
} as const

export const call = {
  token: (gateway: Hex): Call => callOf(gateway, VIEW.token),
  /** How many messages departed, ever. */
  nonce: (gateway: Hex): Call => callOf(gateway, VIEW.nonce),
  locked: (token: Hex, gateway: Hex): Call => callOf(token, VIEW.balanceOf, addressWord(gateway)),
  supply: (token: Hex): Call => callOf(token, VIEW.totalSupply),
} as const
