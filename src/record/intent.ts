// What this node means to send to a Guard, and the one order of states it may go through.
import { canonicalHash } from '../core/canonical.ts'
import { FirebreakError } from '../core/errors.ts'
import type { ActionClass, Hex } from '../core/flow.ts'

/** A function of the Guard, or a call that anyone may make. A certificate for `lift` is for an early `beginLift`. */
export type IntentOperation = 'execute' | 'renew' | 'beginLift' | 'lift' | 'call'

/** `mined`, `failed` and `obsolete` (somebody else did it, or nobody wants it any more) are ends; only a reorg leads out of them. */
export type IntentState = 'planned' | 'simulated' | 'signed' | 'sent' | 'mined' | 'failed' | 'obsolete'

export interface IntentKey {
  readonly chainId: number
  readonly guard: Hex
  readonly operation: IntentOperation
  readonly entry: Hex
  readonly subject: Hex
  readonly round: number
}

export interface NewIntent extends IntentKey {
  /** Time slot of the certificate; null where none is needed. */
  readonly window: number | null
  readonly step: number
  readonly incident: Hex
  readonly class: ActionClass | null
  readonly calldata: Hex
}

/** One signed transaction. A row holds the newest; all that were ever signed stay in `transactions`. */
export interface Signed {
  readonly signer: Hex
  readonly nonce: number
  readonly raw: Hex
  readonly txHash: Hex
  readonly maxFeePerGas: bigint
  readonly priorityFeePerGas: bigint
  readonly signedBlock: number
}

export interface Intent extends NewIntent {
  readonly id: Hex
  /** 0; one more each time the same thing is wanted again after an end (renewals of one round, a retry with a newer certificate). */
  readonly turn: number
  readonly state: IntentState
  readonly signed: Signed | null
  readonly minedBlock: number | null
  readonly minedHash: Hex | null
  readonly reason: string | null
  /** The head when the pipeline last asked for it. */
  readonly askedBlock: number
  /** The head when a reorg took away the block that it was mined in, or those after which it ended; null again once asked for. */
  readonly orphanedBlock: number | null
  readonly updatedBlock: number
}

/** `live`: may hold its nonce. `replaced`: another one of the same nonce stands for it. `released`: its nonce may be given away. */
export type TransactionState = 'live' | 'replaced' | 'released'

export interface StoredTransaction extends Signed {
  readonly intent: Hex
  readonly state: TransactionState
}

const NEXT: Readonly<Record<IntentState, readonly IntentState[]>> = {
  planned: ['planned', 'simulated', 'failed', 'obsolete'],
  simulated: ['simulated', 'planned', 'signed', 'failed', 'obsolete'],
  signed: ['signed', 'sent', 'planned', 'mined', 'failed', 'obsolete'],
  sent: ['sent', 'signed', 'planned', 'mined', 'failed', 'obsolete'],
  mined: [],
  failed: [],
  obsolete: [],
}

export function mayBecome(from: IntentState, to: IntentState): boolean {
  return NEXT[from].includes(to)
}

/** Same for all who read the chain, so that a second plan of the same thing finds the first. */
export function intentId({ chainId, guard, operation, entry, subject, round }: IntentKey, turn = 0): Hex {
  return canonicalHash({ chainId, guard, operation, entry, subject, round, turn: turn === 0 ? undefined : turn })
}

/** A mistake of the caller's: nothing was changed. */
export class IllegalTransitionError extends FirebreakError {
  readonly retryable = false
  constructor(
    readonly intent: Hex,
    readonly from: string,
    readonly to: string,
  ) {
    super(`intent ${intent} is ${from} and may not become ${to}`)
  }
}
