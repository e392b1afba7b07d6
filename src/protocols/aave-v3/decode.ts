// Logs of the pool and of its tokens as events with exact amounts. What isn't shaped like one of them is none.
import { rayDiv } from '../../core/exact.ts'
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, topicAt, wordsOf } from '../../core/words.ts'
import { type LogWords, NONE } from '../../decode/log-words.ts'
import { FLOW } from '../../state/tables.ts'
import { TOPIC } from './abi.ts'

/** Where a word begins in the lanes of the log that was looked at, until the next is. Of an address the low 20 bytes count. */
export type Place = number

export type PoolEvent =
  | { readonly kind: 'flow'; readonly flow: number; readonly asset: Place; readonly account: Place; readonly amount: Place }
  | { readonly kind: 'collateral'; readonly asset: Place; readonly account: Place; readonly on: boolean }
  | { readonly kind: 'eMode'; readonly account: Place; readonly category: number }
  | {
      readonly kind: 'reserve'
      readonly asset: Place
      readonly liquidityRate: Place
      readonly variableRate: Place
      readonly liquidityIndex: Place
      readonly variableIndex: Place
    }

/** `topic0` and the words of the same log. */
export function decodePoolLog(topic0: Hex | undefined, words: LogWords): PoolEvent | undefined {
  const asset = words.topic(1)
  if (asset === NONE) return undefined
  switch (topic0) {
    case TOPIC.supply:
      return flowOf(FLOW.supply, asset, words.topic(2), words.data(1))
    case TOPIC.withdraw:
      return flowOf(FLOW.withdraw, asset, words.topic(2), words.data(0))
    case TOPIC.borrow:
      return flowOf(FLOW.borrow, asset, words.topic(2), words.data(1))
    case TOPIC.repay:
      return flowOf(FLOW.repay, asset, words.topic(2), words.data(0))
    case TOPIC.liquidation: // the collateral that was taken
      return flowOf(FLOW.liquidation, asset, words.topic(3), words.data(1))
    case TOPIC.collateralOn:
    case TOPIC.collateralOff: {
      const account = words.topic(2)
      return account === NONE ? undefined : { kind: 'collateral', asset, account, on: topic0 === TOPIC.collateralOn }
    }
    case TOPIC.userEMode: {
      const place = words.data(0)
      const category = place === NONE ? undefined : words.bigint(place)
      return category === undefined || category > 255n ? undefined : { kind: 'eMode', account: asset, category: Number(category) }
    }
    case TOPIC.reserveData: {
      if (words.data(4) === NONE) return undefined
      const [liquidityRate, variableRate] = [words.data(0), words.data(2)]
      return { kind: 'reserve', asset, liquidityRate, variableRate, liquidityIndex: words.data(3), variableIndex: words.data(4) }
    }
    default:
      return undefined
  }
}

function flowOf(flow: number, asset: Place, account: Place, amount: Place): PoolEvent | undefined {
  return account === NONE || amount === NONE ? undefined : { kind: 'flow', flow, asset, account, amount }
}

/** A change of somebody's scaled balance of an aToken or of variable debt. */
export interface ScaledChange {
  readonly account: Place
  readonly scaled: bigint
}

/**
 * Mint and Burn report the amount with the account's interest since last time mixed in: a mint of `a` says a + interest, a burn says
 * a - interest, and a burn smaller than the interest comes as a Mint of interest - a. The pool rounds a / index half up; so do we.
 */
export function decodeScaledLog(topic0: Hex | undefined, words: LogWords): ScaledChange | undefined {
  if ((topic0 !== TOPIC.mint && topic0 !== TOPIC.burn) || words.data(2) === NONE) return undefined
  const account = words.topic(topic0 === TOPIC.mint ? 2 : 1)
  if (account === NONE || words.topic(2) === NONE) return undefined
  const index = words.bigint(words.data(2))
  if (index === 0n) return undefined
  const value = words.bigint(words.data(0))
  const interest = words.bigint(words.data(1))
  if (topic0 === TOPIC.burn) return { account, scaled: -rayDiv(value + interest, index) }
  return { account, scaled: value >= interest ? rayDiv(value - interest, index) : -rayDiv(interest - value, index) }
}

export interface AmountMoved {
  readonly from: Hex
  readonly to: Hex
  /** Unscaled. */
  readonly amount: bigint
}

/** ERC20 Transfer between two accounts; minting and burning are told by Mint and Burn. */
export function decodeTransferLog(topic0: Hex | undefined, words: LogWords): AmountMoved | undefined {
  if (topic0 !== TOPIC.transfer) return undefined
  const [from, to, amount] = [words.topic(1), words.topic(2), words.data(0)]
  if (from === NONE || to === NONE || amount === NONE || isNobody(words, from) || isNobody(words, to)) return undefined
  return { from: addressOf(words.bigint(from)), to: addressOf(words.bigint(to)), amount: words.bigint(amount) }
}

const ADDRESS_LANES = 5

function isNobody({ lanes }: LogWords, place: Place): boolean {
  for (let lane = place; lane < place + ADDRESS_LANES; lane++) if (lanes[lane] !== 0) return false
  return true
}

/**
 * Index of an aToken's BalanceTransfer. Its value is scaled in this package (1.19.3) and was not in older builds that report the same
 * revision, so the amount is taken from the Transfer before it, which is unscaled in both.
 */
export function decodeTransferIndex(topic0: Hex | undefined, words: LogWords): bigint | undefined {
  const place = topic0 === TOPIC.balanceTransfer ? words.data(1) : NONE
  const index = place === NONE ? undefined : words.bigint(place)
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

export function decodeStableLog({ topics, data }: Pick<Log, 'topics' | 'data'>): StableChange | undefined {
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
