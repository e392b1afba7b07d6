// What a block's transactions did inside: calls, storage writes, contracts that came and went. One form, whichever way a node tells it.
import type { Hex } from './flow.ts'

export type CallKind = 'call' | 'callcode' | 'delegatecall' | 'staticcall' | 'create' | 'selfdestruct'

/** How a frame ended: well, by its own revert, or by anything else (gas, an invalid opcode ...). */
export type CallEnd = 'ok' | 'reverted' | 'failed'

/** One frame, in the order in which frames began. What lies below it follows with greater depth. */
export interface TraceCall {
  readonly depth: number
  readonly kind: CallKind
  readonly from: Hex
  /** Callee; of a create the new contract (zero if it failed); of a selfdestruct who gets the balance. */
  readonly to: Hex
  /** First four bytes of the input; `0x` if it is shorter, and for creates. */
  readonly selector: Hex
  /** Wei, as a hex quantity; 0 for what moves none of its own. */
  readonly value: Hex
  /** 0 at depth 0: nodes count the cost of the transaction itself in or out. See `gasUsed` of the transaction. */
  readonly gasUsed: number
  readonly inputBytes: number
  readonly end: CallEnd
}

/** A slot whose word the transaction left changed. */
export interface StorageWrite {
  readonly address: Hex
  readonly slot: Hex
  readonly before: Hex
  readonly after: Hex
}

export interface TxTrace {
  readonly txHash: Hex
  readonly txIndex: number
  readonly from: Hex
  /** The contract it made, if it is a creation. */
  readonly to: Hex
  readonly status: 0 | 1
  /** Of its receipt; 0: the node gave no receipts. */
  readonly gasUsed: number
  /** Frames that it had; more than `calls` if it touches nothing watched, or if some were shed. */
  readonly frames: number
  readonly calls: readonly TraceCall[]
  /** By address and slot, ascending; of watched contracts only. None of a contract that destroyed itself here. */
  readonly writes: readonly StorageWrite[]
  /** Contracts that stand after it because of it, in the order in which they came. */
  readonly created: readonly { readonly address: Hex; readonly creator: Hex; readonly codeBytes: number }[]
  readonly destroyed: readonly { readonly address: Hex; readonly heir: Hex }[]
}

/** Why a block has no traces. `not-asked`: it came by a way that has none (a head behind a gap, a segment of history). */
export const TRACE_GAPS = ['not-asked', 'unsupported', 'failed', 'late', 'bad-answer'] as const
export type TraceGap = (typeof TRACE_GAPS)[number]

/** Traces of a whole block, or why there are none. */
export type BlockTraces =
  | {
      readonly kind: 'seen'
      /** Did the node say what storage changed? If not, no transaction has writes. */
      readonly storage: boolean
      /** Of those with something watched or created in them, in order. */
      readonly txs: readonly TxTrace[]
      /** Frames and writes of transactions that touch something watched, left out because the block has more than is kept. */
      readonly shed: number
    }
  | { readonly kind: 'missing'; readonly why: TraceGap }
