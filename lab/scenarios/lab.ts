// What the lab hands to a scenario, and the helpers that scenarios share.
import type { Address, Hex } from 'viem'
import type { ObservedState, PlannedTx, Scenario } from '../../src/scenario.ts'
import type { Deployment, FeedInfo } from '../deploy/index.ts'
import { FEES } from '../fees.ts'
import type { TruePrices } from '../prices.ts'
import { roundOf, submission } from '../reporters.ts'
import type { Rpc } from '../rpc.ts'

/** A call that a scenario makes before the run's first block. */
export interface SetUpCall {
  /** For people. */
  readonly what: string
  readonly from: Address
  /** Null: `data` is the code of a new contract. */
  readonly to: Address | null
  readonly data: Hex
  readonly gas: bigint
}

/** What every scenario is handed: the laboratory on one chain. */
export interface Lab {
  readonly deployment: Deployment
  readonly rpc: Rpc
  readonly seed: number
  /** The run's first head, from which `afterBlocks` counts: the prepared one, or the last that `setUp` mined. */
  readonly headBlock: number
  readonly prices: TruePrices
  /** Honest accounts with positions. */
  readonly people: readonly { readonly name: string; readonly address: Address }[]
  /** Opens the feed's next round and says its number. */
  nextRound(feedId: string): number
  /** The round that the feed's reporters answered last. */
  lastRound(feedId: string): number
  /** In `deploy` only: mines the calls in their order in a block of their own; throws if one fails. */
  setUp(calls: readonly SetUpCall[]): Promise<void>
  /** An account of the scenario's that liquidators look after and whose bad debt counts. */
  join(name: string, address: Address): void
  /** What the owners' Safe does in the block after `block`; its transactions of one block come in the order in which they were asked for. */
  safeTx(block: number, what: string, to: Address, data: Hex, gas?: bigint): Promise<PlannedTx>
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

/** A feed's next round, honest, whatever the feed's kind: each reporter sees `priceUsd` with a little noise of its own. */
export function honestRound(lab: Lab, afterBlocks: number, feed: FeedInfo, priceUsd: number): PlannedTx[] {
  const round = lab.nextRound(feed.id)
  const what = `${feed.id} round ${round}: ${priceUsd.toFixed(4)}`
  return roundOf(lab.seed, feed, round, priceUsd).map((call, n) =>
    honestTx({ id: `${lab.headBlock + afterBlocks}:reporter-${feed.id}-${n}:0`, what, ...call }, FEES.reporter),
  )
}

const allFeeds = ({ feeds, secondFeeds }: Deployment): readonly FeedInfo[] => [...feeds, ...secondFeeds]

export function feedOf({ deployment }: Pick<Lab, 'deployment'>, id: string): FeedInfo {
  const feed = allFeeds(deployment).find((f) => f.id === id)
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
  const place = allFeeds(deployment).findIndex(({ id }) => id === feedId)
  return (afterBlocks + STAGGER_BLOCKS * place) % ROUND_BLOCKS === 0
}

/** True if the price that the protocol uses and the independent one are further apart than `share` of the latter. */
export function feedsDisagree({ usedPrices, secondPrices }: ObservedState, symbol: string, share: number): boolean {
  const used = usedPrices[symbol] ?? 0
  const second = secondPrices[symbol] ?? 0
  return second > 0 && Math.abs(used / second - 1) > share
}
