// What an import did, and how far it is: the same words for every source.

export interface ImportResult {
  readonly fromBlock: number
  readonly toBlock: number
  /** Blocks that were not there before. */
  readonly added: number
  /** Blocks that were there without reads, and have them now. */
  readonly replaced: number
  /** Blocks that were there already. */
  readonly known: number
  /** Logs of the blocks that were written. */
  readonly logs: number
  readonly reads: number
  /** It was told to stop; a run with the same arguments goes on at this block. Null: it is done. */
  readonly nextBlock: number | null
}

/** Of blocks that have to be fetched; what was there already is not counted. */
export interface ImportProgress {
  readonly done: number
  /** Undefined: nobody knows before the end. */
  readonly total: number | undefined
  readonly logs: number
}
