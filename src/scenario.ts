// What a drill scenario is: a course of events on a prepared market, with its actors, its pace, its evidence and its repair. No imports
// at run time, so that a scenario outside this repository needs nothing else of ours: docs/writing-a-scenario.md has one whole.
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

/** A true move of the market: the asset's true price is multiplied from this block on. Honest reporters and pools follow by themselves. */
export interface PriceMove {
  readonly symbol: string
  /** Blocks after the run's first head. */
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
  /** Wei; decides alone who comes first in a block. The lab lifts attackers' fees over the nodes' where the drill's ordering says so. */
  readonly maxFeePerGas: bigint
  /** False: it reaches the miner just before the block, unseen, as a builder's bundle does. */
  readonly inMempool: boolean
  /** False: whether it is sent depends on the chain's state, so it has no partner in the other run. */
  readonly paired: boolean
}

/** The market after a block, as the lab reads it. Keys of the maps are asset symbols unless said otherwise; prices are in USD. */
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
  /** Largest loan against an asset, in basis points of its value, as the protocol has it now. */
  readonly ltvBps: Readonly<Record<string, number>>
  /** Whole tokens; 0: no limit. */
  readonly supplyCaps: Readonly<Record<string, number>>
  /** Of the exchange pools, by pool id: units of the quote token for one of the base token. */
  readonly poolPrices: Readonly<Record<string, number>>
  /** Accounts under water at the protocol's prices, and what they owe. */
  readonly liquidatable: { readonly accounts: number; readonly debtUsd: number }
}

/** One scenario under way on one chain. */
export interface ScenarioRun {
  /** Whose gain is the loss, together; empty where nobody attacks. All else that holds a position counts as honest. */
  readonly attackers: readonly Hex[]
  /** Whether the scenario itself says what this feed's reporters send for that block; else they report the truth. */
  drivesFeed(feedId: string, afterBlocks: number): boolean
  /** Whether arbitrage leaves this pool alone for that block; without it, no pool is left alone. */
  drivesPool?(poolId: string, afterBlocks: number): boolean
  /** Whether the honest liquidators work for that block; without it, they always do. */
  keepersWork?(afterBlocks: number): boolean
  /** What is sent for the block after `state`, besides the lab's ordinary traffic: honest actors, attackers, the owners' repair. */
  next(state: ObservedState): Promise<readonly PlannedTx[]>
  /** Whether the facts that show the attack exist: its first block is the evidence moment. Uses what the scenario knows, not us. */
  evidence(state: ObservedState): boolean
}

/** `Lab` is what the laboratory hands to a scenario: its deployment, its chain, its true prices (`Lab` of `firebreak/lab`). */
export interface Scenario<Lab = unknown> {
  readonly version: 1
  readonly id: string
  readonly title: string
  readonly kind: 'attack' | 'twin' | 'quiet'
  /** The attack whose leading signal this one shows for an honest reason. */
  readonly twinOf: string | null
  /** False: it is over in one block, which nothing outside the chain can prevent. */
  readonly preventable: boolean
  /**
   * What the loss is: `attacker-gain`, what all attackers have at true prices beyond what they began with; or `bad-debt`, what honest
   * accounts owe beyond their collateral at true prices, less what they did at the start.
   */
  readonly loss: 'attacker-gain' | 'bad-debt'
  /** Null where nobody takes anything. */
  readonly pace: Pace | null
  /** Block of the first leading signal, counted from the run's first head; all blocks before it are quiet. */
  readonly startBlock: number
  /** Blocks to run after the start, at least: long enough for the repair and for retries after a lift. */
  readonly minBlocks: number
  /** Blocks from the start to the humans' own repair; null: there is nothing to repair. */
  readonly repairAfterBlocks: number | null
  readonly truePriceMoves: readonly PriceMove[]
  /** The scenario's own contracts, accounts and positions: mined before the run's first block, alike in every run, known to the nodes as history. */
  deploy?(lab: Lab): Promise<void>
  begin(lab: Lab): ScenarioRun
}

/** The scenario as given; gives a file outside this repository its types. */
export function defineScenario<Lab>(scenario: Scenario<Lab>): Scenario<Lab> {
  return scenario
}
