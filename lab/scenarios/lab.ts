// What the lab hands to a scenario, and the helpers that scenarios share.
import type { Address } from 'viem'
import type { ObservedState, PlannedTx, Scenario } from '../../src/scenario.ts'
import type { Deployment, FeedInfo } from '../deploy/index.ts'
import { FEES } from '../fees.ts'
import type { TruePrices } from '../prices.ts'
import { submission } from '../reporters.ts'
import type { Rpc } from '../rpc.ts'

export interface Lab {
  readonly deployment: Deployment
  readonly rpc: Rpc
  readonly seed: number
  readonly headBlock: number
  readonly prices: TruePrices
  readonly people: readonly { readonly name: string; readonly address: Address }[]
  /** Opens the feed's next round and says its number. */
  nextRound(feedId: string): number
  /** The round that the feed's reporters answered last. */
  lastRound(feedId: string): number
}

export type LabScenario = Scenario<Lab>

type Base = Pick<PlannedTx, 'id' | 'what' | 'from' | 'to' | 'data' | 'gas'>

export const honestTx = (tx: Base, maxFeePerGas: bigint = FEES.honest): PlannedTx => ({
  ...tx,
  party: 'honest',
  maxFeePerGas,
  inMempool: true,
  paired: true,
})

/** The attacker's transactions reach the miner in private, as those of every professional do. */
export const attackTx = (tx: Base, maxFeePerGas: bigint = FEES.attacker): PlannedTx => ({
  ...tx,
  party: 'attacker',
  maxFeePerGas,
  inMempool: false,
  paired: false,
})

export const rescueTx = (tx: Base): PlannedTx => ({ ...tx, party: 'rescue', maxFeePerGas: FEES.rescue, inMempool: true, paired: false })

/** An honest reporter's answer. `name` is the reporter in the operation's id. */
export function honestReport(block: number, feed: FeedInfo, n: number, reporter: Address, roundId: number, priceUsd: number): PlannedTx {
  const what = `${feed.id} round ${roundId}: ${priceUsd.toFixed(4)}`
  return honestTx({ id: `${block}:reporter-${feed.id}-${n}:0`, what, ...submission(feed, reporter, roundId, priceUsd) }, FEES.reporter)
}

export function feedOf({ deployment }: Lab, id: string): FeedInfo {
  const feed = [...deployment.feeds, deployment.secondFeed].find((f) => f.id === id)
  if (feed === undefined) throw new Error(`the lab has no feed ${id}`)
  return feed
}

export function personOf({ people }: Lab, name: string): Address {
  const person = people.find((p) => p.name === name)
  if (person === undefined) throw new Error(`the lab has no ${name}`)
  return person.address
}

/** Blocks between two rounds of a feed in a live run, and how much later each next feed reports, so that they don't all at once. */
const ROUND_BLOCKS = 15
const STAGGER_BLOCKS = 2

/** Whether a feed's ordinary round falls on this block. */
export function isRoundBlock({ deployment }: Pick<Lab, 'deployment'>, feedId: string, afterBlocks: number): boolean {
  const place = [...deployment.feeds, deployment.secondFeed].findIndex(({ id }) => id === feedId)
  return (afterBlocks + STAGGER_BLOCKS * place) % ROUND_BLOCKS === 0
}

/** True if the price that the protocol uses and the independent one are further apart than `share` of the latter. */
export function feedsDisagree({ usedPrices, secondPrices }: ObservedState, symbol: string, share: number): boolean {
  const used = usedPrices[symbol] ?? 0
  const second = secondPrices[symbol] ?? 0
  return second > 0 && Math.abs(used / second - 1) > share
}
