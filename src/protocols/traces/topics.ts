// Events that say what moved: tokens (EIP-20), wrapped native value, and prices of two kinds of exchange.
import { toEventSelector } from 'viem'

export const TRANSFER = toEventSelector('Transfer(address,address,uint256)')
export const DEPOSIT = toEventSelector('Deposit(address,uint256)')
export const WITHDRAWAL = toEventSelector('Withdrawal(address,uint256)')
export const SWAP_V3 = toEventSelector('Swap(address,address,int256,int256,uint160,uint128,int24)')
export const SYNC_V2 = toEventSelector('Sync(uint112,uint112)')
