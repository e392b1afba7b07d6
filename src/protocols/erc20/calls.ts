// The few words of an ERC-20 that we speak (EIP-20), and its Transfer read without trust.
import { toEventSelector, toFunctionSelector } from 'viem'
import type { Call, Hex, Log } from '../../core/flow.ts'
import { addressOf, addressWord, callOf, topicAt, wordAt } from '../../core/words.ts'

export const TRANSFER = toEventSelector('Transfer(address,address,uint256)')
const TOTAL_SUPPLY = toFunctionSelector('totalSupply()')
const BALANCE_OF = toFunctionSelector('balanceOf(address)')
export const NOBODY: Hex = `0x${'00'.repeat(20)}`

export const supplyCall = (token: Hex): Call => callOf(token, TOTAL_SUPPLY)
export const balanceCall = (token: Hex, holder: Hex): Call => callOf(token, BALANCE_OF, addressWord(holder))

export interface Transfer {
  readonly from: Hex
  readonly to: Hex
  readonly amount: bigint
}

/** undefined: not a Transfer. One with a fourth topic is of an ERC-721: what it moves is no amount. */
export function decodeTransfer({ topics, data }: Pick<Log, 'topics' | 'data'>): Transfer | undefined {
  if (topics[0] !== TRANSFER || topics.length !== 3) return undefined
  const [from, to, amount] = [topicAt(topics, 1), topicAt(topics, 2), wordAt(data, 0)]
  if (from === undefined || to === undefined || amount === undefined || !isAddress(from) || !isAddress(to)) return undefined
  return { from: addressOf(from), to: addressOf(to), amount }
}

const isAddress = (word: bigint): boolean => word >> 160n === 0n
