// The words of history: blocks as they are kept in segment files, and slices of decoded events that the engine runs over without a copy.
import type { AbiEvent } from 'viem'
import type { BlockInput, Hex, Log, ReadResult } from '../core/flow.ts'
import type { BlockTraces } from '../core/trace.ts'

/** Were the contract reads of this block asked for? Where they were not, a detector that rests on them is blind, not quiet. */
export type ReadsState = 'asked' | 'not-asked'

/** A block as history keeps it: the logs of watched contracts, in order, and the answers to its reads. */
export interface StoredBlock {
  readonly number: number
  readonly hash: Hex
  readonly parentHash: Hex
  /** Unix seconds. */
  readonly timeS: number
  readonly logs: readonly Log[]
  readonly reads: readonly ReadResult[]
  /** Absent: nobody asked for them. */
  readonly traces?: BlockTraces
  readonly readsState: ReadsState
}

/** Where blocks came from: told by `firebreak history`, never an input of the fold. */
export type HistorySource = 'rpc' | 'cryo' | 'rpc-files' | 'capture' | 'live'

/** A stretch of blocks without a gap. */
export interface HistoryRange {
  readonly fromBlock: number
  readonly toBlock: number
  readonly fromTimeS: number
  readonly toTimeS: number
  readonly logs: number
  /** Of them those of no known event or malformed: kept as they came, in nobody's columns. */
  readonly otherLogs: number
  /** Of them those that a known event's signature is on, but that are not well formed for it. */
  readonly malformedLogs: number
  readonly reads: number
  /** Blocks whose reads were asked for. */
  readonly blocksRead: number
  readonly bytes: number
  readonly sources: readonly HistorySource[]
}

/**
 * All events of one signature in a chunk, in (block, transaction, log) order, column by column. Lanes are 32-bit parts of a word, lowest
 * first, eight a cell: the layout of a `word` column of the store.
 */
export interface EventSegment {
  readonly event: AbiEvent
  readonly topic0: Hex
  /** Topics of a log, the signature's included: it tells ERC-20's Transfer from ERC-721's. */
  readonly topics: number
  readonly rows: number
  /** Rows of the chunk's n-th block are [starts[n], starts[n + 1]). Length: the chunk's blocks and one. */
  readonly starts: Uint32Array
  readonly txIndex: Uint32Array
  readonly logIndex: Uint32Array
  /** Index into the chunk's `addresses`. */
  readonly address: Uint32Array
  /** One a static word of the event, in the order of Decoder's cells; `lanes.length` is 8 x rows. */
  readonly words: readonly Uint32Array[]
  /** Beside each word of an int or uint type its nearest float, for statistics; undefined for other types. */
  readonly floats: readonly (Float64Array | undefined)[]
}

/** Consecutive blocks that were written together and are read together: some thousands at most, so that memory stays bounded. */
export interface Chunk {
  readonly fromBlock: number
  readonly toBlock: number
  readonly blocks: number
  /** Contracts that events are of, in the order of first appearance. */
  readonly addresses: readonly Hex[]
  readonly events: readonly EventSegment[]
  readonly timesS: Float64Array
  /** Of the n-th block of the chunk. */
  readsState(n: number): ReadsState
  hash(n: number): Hex
  /** Logs of the n-th block that are in no event's columns: of other events, or not as their signatures say. Left out: there are none. */
  logsBeside?(n: number): readonly Log[]
  /**
   * The n-th block as the fold takes it; its logs and reads are made from the columns when they are first asked for, and the topics, data and
   * txHash of a log when those are. Of a log they are getters: copy a log member by member, not by `...`, which would lose them.
   */
  block(n: number): BlockInput
}

export interface HistoryProblem {
  readonly file: string
  readonly what: string
}

/** One chain's history in a folder. Writing is atomic a chunk: a crash leaves the chunk whole or not there. */
export interface History {
  readonly folder: string
  readonly chainId: number
  /**
   * Writes blocks in ascending order without gaps between them as one chunk. Blocks that are there with the same hash are passed over
   * (where the new ones have reads and the old ones have not, they replace them). Gives how many were new.
   * @throws UserError if a block is there with another hash
   */
  append(
    blocks: readonly StoredBlock[],
    source: HistorySource,
  ): { readonly added: number; readonly replaced: number; readonly known: number }
  ranges(): readonly HistoryRange[]
  /** Stretches of [fromBlock, toBlock] that are not there. */
  gaps(fromBlock: number, toBlock: number): readonly { readonly fromBlock: number; readonly toBlock: number }[]
  /** In ascending order, one in memory at a time, cut to [fromBlock, toBlock]. Torn chunks are never given. */
  chunks(fromBlock: number, toBlock: number): Generator<Chunk, void>
  /** Damage that is known by now: from sizes and headers at opening, from the columns that were read since. */
  problems(): readonly HistoryProblem[]
  /** Reads every byte and checks every CRC. */
  verify(): readonly HistoryProblem[]
}
