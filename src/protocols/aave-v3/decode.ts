// Logs of the pool and of its tokens as events with exact amounts. What isn't shaped like one of them is none.
import { rayDiv } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, addressTopic, topicAt, wordAt, wordsOf } from '../../core/words.ts'
import { FLOW } from '../../state/tables.ts'
import { TOPIC } from './abi.ts'

type Shape = Pick<Log, 'topics' | 'data'>

const NOBODY: Hex = `0x${'0'.repeat(40)}`

export type PoolEvent =
  | { readonly kind: 'flow'; readonly flow: number; readonly asset: Hex; readonly account: Hex; readonly amount: bigint }
  | { readonly kind: 'collateral'; readonly asset: Hex; readonly account: Hex; readonly on: boolean }
  | { readonly kind: 'eMode'; readonly account: Hex; readonly category: number }
  | {
      readonly kind: 'reserve'
      readonly asset: Hex
      readonly liquidityRate: bigint
      readonly variableRate: bigint
      readonly liquidityIndex: bigint
      readonly variableIndex: bigint
    }

export function decodePoolLog({ topics, data }: Shape): PoolEvent | undefined {
  const first = addressTopic(topics, 1)
  if (first === undefined) return undefined
  const flow = (kind: number, account: Hex | undefined, amount: bigint | undefined): PoolEvent | undefined =>
    account === undefined || amount === undefined ? undefined : { kind: 'flow', flow: kind, asset: first, account, amount }
  switch (topics[0]) {
    case TOPIC.supply:
      return flow(FLOW.supply, addressTopic(topics, 2), wordAt(data, 1))
    case TOPIC.withdraw:
      return flow(FLOW.withdraw, addressTopic(topics, 2), wordAt(data, 0))
    case TOPIC.borrow:
      return flow(FLOW.borrow, addressTopic(topics, 2), wordAt(data, 1))
    case TOPIC.repay:
      return flow(FLOW.repay, addressTopic(topics, 2), wordAt(data, 0))
    case TOPIC.liquidation: // the collateral that was taken
      return flow(FLOW.liquidation, addressTopic(topics, 3), wordAt(data, 1))
    case TOPIC.collateralOn:
    case TOPIC.collateralOff: {
      const account = addressTopic(topics, 2)
      return account && { kind: 'collateral', asset: first, account, on: topics[0] === TOPIC.collateralOn }
    }
    case TOPIC.userEMode: {
      const category = wordAt(data, 0)
      return category === undefined || category > 255n ? undefined : { kind: 'eMode', account: first, category: Number(category) }
    }
    case TOPIC.reserveData: {
      const words = wordsOf(data, 5)
      if (!words) return undefined
      const [liquidityRate, , variableRate, liquidityIndex, variableIndex] = words as [bigint, bigint, bigint, bigint, bigint]
      return { kind: 'reserve', asset: first, liquidityRate, variableRate, liquidityIndex, variableIndex }
    }
    default:
      return undefined
  }
}

/** A change of somebody's scaled balance of an aToken or of variable debt. */
export interface ScaledChange {
  readonly account: Hex
  readonly scaled: bigint
}

/**
 * Mint and Burn report the amount with the account's interest since last time mixed in: a mint of `a` says a + interest, a burn says
 * a - interest, and a burn smaller than the interest comes as a Mint of interest - a. The pool rounds a / index half up; so do we.
 */
export function decodeScaledLog({ topics, data }: Shape): ScaledChange | undefined {
  if (topics[0] !== TOPIC.mint && topics[0] !== TOPIC.burn) return undefined
  const words = wordsOf(data, 3)
  if (!words) return undefined
  const [value, interest, index] = words as [bigint, bigint, bigint]
  if (index === 0n) return undefined
  const account = addressTopic(topics, topics[0] === TOPIC.mint ? 2 : 1)
  if (account === undefined || addressTopic(topics, 2) === undefined) return undefined
  if (topics[0] === TOPIC.burn) return { account, scaled: -rayDiv(value + interest, index) }
  return { account, scaled: value >= interest ? rayDiv(value - interest, index) : -rayDiv(interest - value, index) }
}

export interface AmountMoved {
  readonly from: Hex
  readonly to: Hex
  /** Unscaled. */
  readonly amount: bigint
}

/** ERC20 Transfer between two accounts; minting and burning are told by Mint and Burn. */
export function decodeTransferLog({ topics, data }: Shape): AmountMoved | undefined {
  if (topics[0] !== TOPIC.transfer) return undefined
  const from = addressTopic(topics, 1)
  const to = addressTopic(topics, 2)
  const amount = wordAt(data, 0)
  if (!from || !to || from === NOBODY || to === NOBODY || amount === undefined) return undefined
  return { from, to, amount }
}

/**
 * Index of an aToken's BalanceTransfer. Its value is scaled in this package (1.19.3) and was not in older builds that report the same
 * revision, so the amount is taken from the Transfer before it, which is unscaled in both.
 */
export function decodeTransferIndex({ topics, data }: Shape): bigint | undefined {
  const index = topics[0] === TOPIC.balanceTransfer ? wordAt(data, 1) : undefined
  return index === 0n ? undefined : index
}

export interface StableChange {
  readonly account: Hex
  /** Added to the principal; negative when repaid. */
  readonly principal: bigint
  /** The account's new rate; undefined: unchanged. */
  readonly rate: bigint | undefined
  readonly averageRate: bigint
  readonly total: bigint
}

export function decodeStableLog({ topics, data }: Shape): StableChange | undefined {
  if (topics[0] === TOPIC.stableMint) {
    const words = wordsOf(data, 6)
    const holder = topicAt(topics, 2)
    if (!words || holder === undefined) return undefined
    const [amount, , , rate, averageRate, total] = words as [bigint, bigint, bigint, bigint, bigint, bigint]
    return { account: addressOf(holder), principal: amount, rate, averageRate, total }
  }
  if (topics[0] === TOPIC.stableBurn) {
    const words = wordsOf(data, 5)
    const holder = topicAt(topics, 1)
    if (!words || holder === undefined) return undefined
    const [amount, , , averageRate, total] = words as [bigint, bigint, bigint, bigint, bigint]
    return { account: addressOf(holder), principal: -amount, rate: undefined, averageRate, total }
  }
  return undefined
}
