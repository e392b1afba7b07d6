// What the feeds' reporters send: each sees the true price with a little noise of its own.
import { type Address, bytesToHex, encodeFunctionData, type Hex } from 'viem'
import { aggregatorAbi, ocrAbi } from './abi.ts'
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

/** One reporter's answer in a round of a Flux feed. */
export function submission(feed: FeedInfo, reporter: Address, roundId: number, priceUsd: number): Submission {
  const data = encodeFunctionData({ abi: aggregatorAbi, functionName: 'submit', args: [BigInt(roundId), answerE8(priceUsd)] })
  return { from: reporter, to: feed.aggregator, data, gas: SUBMIT_GAS }
}

/** The next round of an OCR feed: `pricesUsd[n]` is what observer number `n` saw. */
export function transmission(feed: FeedInfo, pricesUsd: readonly number[]): Submission {
  const seen = pricesUsd.map((priceUsd, n) => ({ n, answer: answerE8(priceUsd) }))
  seen.sort((x, y) => (x.answer < y.answer ? -1 : x.answer > y.answer ? 1 : x.n - y.n))
  const args = [seen.map(({ answer }) => answer), bytesToHex(Uint8Array.from(seen, ({ n }) => n))] as const
  const data = encodeFunctionData({ abi: ocrAbi, functionName: 'transmit', args })
  return { from: feed.transmitter, to: feed.aggregator, data, gas: SUBMIT_GAS }
}

/** All transactions of an honest round, whatever the feed's kind. */
export function roundOf(seed: number, feed: FeedInfo, roundId: number, truePriceUsd: number): Submission[] {
  const prices = feed.reporters.map((_, n) => seenPrice(seed, feed, n, roundId, truePriceUsd))
  if (feed.kind !== 'flux') return [transmission(feed, prices)]
  return feed.reporters.map((reporter, n) => submission(feed, reporter, roundId, prices[n] ?? truePriceUsd))
}

/** The price as reporter number `n` of a feed sees it. */
export function seenPrice(seed: number, feed: FeedInfo, n: number, roundId: number, truePriceUsd: number): number {
  return truePriceUsd * (1 + NOISE * normal('noise', seed, feed.id, n, roundId))
}

const answerE8 = (priceUsd: number): bigint => BigInt(Math.round(priceUsd * 1e8))
