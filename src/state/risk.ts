// How a kind of venue is judged: what is in doubt there, what could be lost, what may be done about it, and what that costs people.
// A lending pool, a perp venue and a bridge differ in all of these; assess and decide know none of them.
import type { ActionName, EffectRow, GuardStep } from '../core/flow.ts'
import type { Action } from './protocol.ts'
import type { World } from './world.ts'

/** What is asked for on which markets, as one option. */
export interface Candidate {
  readonly id: string
  readonly action: ActionName
  /** Rows of the kind's own market table. */
  readonly on: readonly number[]
}

/** Which markets an incident is about: rows of the kind's own market table. */
export interface Doubt {
  /** Whose price or state is in doubt: the cause. */
  readonly suspects: readonly number[]
  /** That value leaves: the effect. */
  readonly drained: readonly number[]
}

export type Actions = Readonly<Partial<Record<ActionName, Action>>>

/** USD a hour for each aged account that can't do this any more. */
export type CostUsdPerHour = Readonly<Record<'supplies' | 'borrows' | 'withdraws' | 'repays', number>>

/** Pure functions of the world. `venue` is a row of `venues`, `market` a row of the kind's own market table. */
export interface Risk {
  marketsOf(world: World, venue: number): readonly number[]
  /** What findings call the market: `${venue}:${rest}`. */
  marketKey(world: World, market: number): string
  /** The market that a Guard action's subject (an address) stands for. */
  marketNamed(world: World, venue: number, subject: string): number | undefined
  /** Is its price made by this feed? */
  isPricedBy(world: World, market: number, feedKey: string): boolean
  /** Is its price or state not what it should be, whatever findings say? */
  isDisplaced(world: World, market: number): boolean
  /** Did somebody outside the governed path let more be taken? */
  isLoosened(world: World, market: number): boolean
  /** Would what is wrong with it make value leave elsewhere, rather than from itself? */
  givesAway(world: World, market: number): boolean
  /** What could be taken in the present state, with these steps in force, USD: an upper bound from the tables alone. */
  lossUsd(world: World, venue: number, doubt: Doubt, steps: readonly GuardStep[], actions: Actions): number
  /** Answers to consider, narrow to wide, without accounts to be relieved. */
  narrow(world: World, venue: number, doubt: Doubt): readonly Candidate[]
  /** Answers that come last. */
  wide(world: World, venue: number, doubt: Doubt): readonly Candidate[]
  /** What the action costs honest people, USD an hour. */
  disruptionUsdPerHour(world: World, market: number, effect: EffectRow, cost: CostUsdPerHour): number
  /** Of what a part goes bad for each hour without liquidations, USD. */
  liquidatedUsd(world: World, market: number): number
}

/** A venue that is only watched: its incidents are told, nothing is known of what could be lost, and nothing is done. */
export const watchedOnly: Risk = {
  marketsOf: () => [],
  marketKey: () => '',
  marketNamed: () => undefined,
  isPricedBy: () => false,
  isDisplaced: () => false,
  isLoosened: () => false,
  givesAway: () => false,
  lossUsd: () => 0,
  narrow: () => [],
  wide: () => [],
  disruptionUsdPerHour: () => 0,
  liquidatedUsd: () => 0,
}
