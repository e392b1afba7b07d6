// What a drill scenario is: a course of events on a prepared market, with its pace, its evidence and its repair. Types only.
import type { Hex } from './core/flow.ts'

/** How fast an attacker takes, as data from a dated incident, so that nobody tunes it to what a defence can do. */
export interface Pace {
  /** Largest share of what the market could lend at the start that one transaction takes. */
  readonly shareOfMarket: number
  readonly txsPerBlock: number
  readonly incident: string
  /** ISO date of the incident. */
  readonly date: string
  /** How the two numbers follow from the incident. */
  readonly why: string
}

/** A true move of the market: the asset's true price is multiplied from this block on. */
export interface PriceMove {
  readonly symbol: string
  /** Blocks after the prepared head. */
  readonly afterBlocks: number
  readonly factor: number
}

/** A transaction that somebody in the scenario sends for the next block. */
export interface PlannedTx {
  /** `block:actor:n`: the same operation has the same id in the guarded and the unguarded run. */
  readonly id: string
  readonly party: 'honest' | 'attacker' | 'rescue'
  /** For people. */
  readonly what: string
  readonly from: Hex
  readonly to: Hex
  readonly data: Hex
  readonly gas: bigint
  readonly maxFeePerGas: bigint
  /** False: it reaches the miner just before the block, unseen, as a builder's bundle does. */
  readonly inMempool: boolean
  /** False: whether it is sent depends on the chain's state, so it has no partner in the other run. */
  readonly paired: boolean
}

/** The market after a block, as the lab reads it. Keys of the maps are asset symbols; prices are in USD. */
export interface ObservedState {
  readonly block: number
  readonly afterBlocks: number
  /** What the protocol believes. */
  readonly usedPrices: Readonly<Record<string, number>>
  /** What an independent feed says, for the assets that have one. */
  readonly secondPrices: Readonly<Record<string, number>>
  readonly truePrices: Readonly<Record<string, number>>
  /** What each reserve could lend now, in units of the token. */
  readonly available: Readonly<Record<string, bigint>>
  /** All that could be borrowed now, USD at true prices. */
  readonly lendableUsd: number
}

/** One scenario under way on one chain. */
export interface ScenarioRun {
  /** Whose gain is the loss; null where nobody attacks. */
  readonly attacker: Hex | null
  /** Whether the scenario itself says what this feed's reporters send for that block; else they report the truth. */
  drivesFeed(feedId: string, afterBlocks: number): boolean
  /** What is sent for the block after `state`. */
  next(state: ObservedState): Promise<readonly PlannedTx[]>
  /** Whether the facts that show the attack exist: its first block is the evidence moment. Uses what the scenario knows, not us. */
  evidence(state: ObservedState): boolean
}

/** `Lab` is what the laboratory hands to a scenario: its deployment, its chain, its true prices. */
export interface Scenario<Lab = unknown> {
  readonly version: 1
  readonly id: string
  readonly title: string
  readonly kind: 'attack' | 'twin' | 'quiet'
  /** The attack whose leading signal this one shows for an honest reason. */
  readonly twinOf: string | null
  /** False: it is over in one transaction, which nothing outside the chain can prevent. */
  readonly preventable: boolean
  readonly pace: Pace | null
  /** Block of the first leading signal, counted from the prepared head; all blocks before it are quiet. */
  readonly startBlock: number
  /** Blocks to run after the start, at least. */
  readonly minBlocks: number
  /** Blocks from the start to the humans' own repair; null: there is nothing to repair. */
  readonly repairAfterBlocks: number | null
  readonly truePriceMoves: readonly PriceMove[]
  begin(lab: Lab): ScenarioRun
}
