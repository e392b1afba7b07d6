// What the feeds' reporters send: each sees the true price with a little noise of its own.
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { aggregatorAbi } from './abi.ts'
import type { FeedInfo } from './deploy/index.ts'
import { normal } from './random.ts'

export const SUBMIT_GAS = 260_000n
/** Standard deviation between reporters, as a share of the price. */
const NOISE = 0.0002

export interface Submission {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly gas: bigint
}

export function submission(feed: FeedInfo, reporter: Address, roundId: number, priceUsd: number): Submission {
  const answer = BigInt(Math.round(priceUsd * 1e8))
  const data = encodeFunctionData({ abi: aggregatorAbi, functionName: 'submit', args: [BigInt(roundId), answer] })
  return { from: reporter, to: feed.aggregator, data, gas: SUBMIT_GAS }
}

/** The price as reporter number `n` of a feed sees it. */
export function seenPrice(seed: number, feed: FeedInfo, n: number, roundId: number, truePriceUsd: number): number {
  return truePriceUsd * (1 + NOISE * normal('noise', seed, feed.id, n, roundId))
}
