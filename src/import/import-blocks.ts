// Fills a history from blocks that something else gives in order: a capture, files of recorded answers, Parquet.
import type { History, HistorySource, StoredBlock } from '../history/types.ts'
import type { ImportProgress, ImportResult } from './result.ts'

export interface ImportBlocksOptions {
  readonly history: History
  readonly source: HistorySource
  readonly fromBlock: number | undefined
  readonly toBlock: number | undefined
  readonly stop: AbortSignal
  readonly onProgress: (progress: ImportProgress) => void
}

const CHUNK_BLOCKS = 2_000
const CHUNK_LOGS = 100_000

/** @param total how many blocks there are, if that is known beforehand */
export async function importBlocks(
  blocks: Iterable<StoredBlock> | AsyncIterable<StoredBlock>,
  { history, source, stop, onProgress, ...range }: ImportBlocksOptions,
  total?: number,
): Promise<ImportResult> {
  const sum = { added: 0, replaced: 0, known: 0, logs: 0, reads: 0 }
  let waiting: StoredBlock[] = []
  let waitingLogs = 0
  let done = 0
  let first: number | undefined
  let last: number | undefined
  let nextBlock: number | null = null
  const write = (): void => {
    if (waiting.length === 0) return
    const { added, replaced, known } = history.append(waiting, source)
    sum.added += added
    sum.replaced += replaced
    sum.known += known
    waiting = []
    waitingLogs = 0
  }
  for await (const block of blocks) {
    if (block.number < (range.fromBlock ?? 0)) continue
    // a capture may go back, so it is not over
    if (block.number > (range.toBlock ?? Number.POSITIVE_INFINITY)) continue
    if (stop.aborted) {
      nextBlock = block.number
      break
    }
    // a history takes stretches without gaps; a source may have several
    if (waiting.length >= CHUNK_BLOCKS || waitingLogs >= CHUNK_LOGS || (last !== undefined && block.number !== last + 1)) write()
    first ??= block.number
    last = block.number
    waiting.push(block)
    waitingLogs += block.logs.length
    sum.logs += block.logs.length
    sum.reads += block.reads.length
    done++
    onProgress({ done, total, logs: sum.logs })
  }
  write()
  return { fromBlock: first ?? range.fromBlock ?? 0, toBlock: last ?? range.toBlock ?? 0, ...sum, nextBlock }
}
