// The words of ingest: what it needs of an adapter, and what it gives to the pipeline.
import type { Call, Hex, Input, Log, ReadResult } from '../core/flow.ts'

/** Logs wanted: of this contract, all or with one of these first topics. Lower case. */
export interface Watch {
  readonly address: Hex
  readonly topics?: readonly Hex[]
}

/** What is known of a block when its reads are asked for. */
export interface BlockSoFar {
  readonly number: number
  readonly timeS: number
  readonly logs: readonly Log[]
}

/** What the pipeline binds to its world. Both are pure; both are asked while the world stands after the parent block. */
export interface BlockAdapter {
  watches(): readonly Watch[]
  /** Asked again with the answers so far, until it wants nothing new; at most four rounds. */
  reads(block: BlockSoFar, answers: readonly ReadResult[]): readonly Call[]
  /** Contracts whose calls and storage somebody looks at; absent or undefined: nobody does, so nothing is traced. */
  traces?(): ReadonlySet<Hex> | undefined
}

export interface BlockSource {
  /** Once only. The consumer folds an input before it pulls the next one. */
  inputs(): AsyncGenerator<Input, void>
  /** When this node first saw the block, by its own clock. */
  seenAtMs(hash: Hex): number | undefined
  /** The head heard of last; -1 before any. */
  headNumber(): number
  /** The address of the endpoint that is in use; undefined while none is. */
  endpoint(): string | undefined
  /** Ends `inputs()` at once, whatever it waits for, and closes the sockets. */
  stop(): void
}

export interface BlockId {
  readonly number: number
  readonly hash: Hex
}

/** What happens at the edge, for logs and progress bars; never an input of the fold. */
export type IngestEvent =
  | { readonly kind: 'connected'; readonly endpoint: string; readonly pushes: boolean }
  | { readonly kind: 'lost'; readonly endpoint: string; readonly detail: string }
  | { readonly kind: 'polling'; readonly endpoint: string; readonly detail: string }
  | { readonly kind: 'retry'; readonly attempt: number; readonly waitMs: number; readonly detail: string }
  | { readonly kind: 'history'; readonly done: number; readonly total: number }
  | { readonly kind: 'no-finality'; readonly detail: string }
  | { readonly kind: 'tracing'; readonly endpoint: string; readonly way: string }
