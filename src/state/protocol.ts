// What an adapter is: which logs and reads it needs of a block, and how they change the tables. It never undoes.
import type { ActionName, BlockInput, Call, EffectRow, GuardStep, Hex, Log, Probe, ReadResult } from '../core/flow.ts'
import type { Schema, Table } from '../store/table.ts'
import type { Risk } from './risk.ts'
import type { World } from './world.ts'

export interface Watch {
  readonly address: Hex
  /** topic0 of the events wanted; undefined: all of this contract's. */
  readonly topics?: readonly Hex[]
}

/** An emergency action that a venue offers through a Guard entry. */
export interface Action {
  readonly class: 'throttle' | 'account' | 'market' | 'pause'
  readonly effect: EffectRow
  /** One sentence for people. */
  readonly does: string
}

/**
 * An adapter bound to its config. Everything here is a pure function of the world, the block and what is passed:
 * no clock, no network. `reads` is asked again with the answers so far until it wants nothing more, at most four rounds.
 */
export interface Protocol {
  readonly id: string
  /** Tables that `apply` writes: where its reads are missing, the detectors on these are blind. */
  readonly writes: readonly Table<Schema>[]
  watches(world: World): readonly Watch[]
  reads(
    world: World,
    block: { readonly number: number; readonly timeS: number; readonly logs: readonly Log[] },
    sofar: Answers,
  ): readonly Call[]
  apply(world: World, block: BlockInput, answers: Answers): void
  /** Contracts whose calls and storage it wants to see; traced only if a detector looks at what it makes of them. */
  traces?(world: World): readonly Hex[]
  /** Empty for what can't act. */
  readonly actions: Readonly<Partial<Record<ActionName, Action>>>
  /** The Guard steps that carry an action out on a market; empty if the venue doesn't offer it there. */
  steps(world: World, action: ActionName, market: number): readonly GuardStep[]
}

/** A venue that we may act on: its adapter, the Guard we act through, and how an attack on it would go on. */
export interface Venue {
  readonly protocol: Protocol
  /** The pool's address: the venue's key. */
  readonly pool: Hex
  /** Undefined: we only watch. */
  readonly guard: Hex | undefined
  /** How venues of its kind are judged. */
  readonly risk: Risk
  /** A liquidation of this account that anyone may make now and that leaves it better; undefined: none, or past the toxic point. */
  relief?(world: World, account: number): Relief | undefined
  /** Calls by which the accounts that gain most from the suspects' prices would take more; the effective answer makes them all fail. */
  probes(world: World, suspects: readonly number[]): readonly Probe[]
}

/** A liquidation as a call that anyone may make, and what it would move at present prices. */
export interface Relief {
  readonly step: GuardStep
  /** Market row of the collateral that is sold. */
  readonly collateral: number
  /** Most that its exchange pools should be sold of it in one block, USD. */
  readonly roomUsd: number
  readonly repaidUsd: number
  /** Bonus included. */
  readonly seizedUsd: number
}

/** Answers to reads of one block, found by call. */
export class Answers {
  private readonly byCall = new Map<string, Hex | null>()
  readonly all: readonly ReadResult[]
  constructor(reads: readonly ReadResult[]) {
    this.all = reads
    for (const { to, data, result } of reads) this.byCall.set(`${to}${data}`, result)
  }
  /** undefined: not asked yet; null: it reverted. */
  get(call: Call): Hex | null | undefined {
    return this.byCall.get(`${call.to}${call.data}`)
  }
  /** Calls among `wanted` that were not asked yet. */
  missing(wanted: readonly Call[]): readonly Call[] {
    return wanted.filter((call) => this.get(call) === undefined)
  }
}
