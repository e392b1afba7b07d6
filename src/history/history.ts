// One chain's history in a folder: a directory a chunk, each written whole or not at all, found again at every look.
import type { AbiEvent } from 'viem'
import { DecoderRegistry } from '../decode/registry.ts'
import { WordLog } from '../decode/word-log.ts'
import { lockFolder } from '../record/lock.ts'
import { readChunk, type StoredChunk } from './chunk.ts'
import { type ChunkEntry, ChunkFolder } from './chunk-folder.ts'
import { KNOWN_EVENTS } from './known-events.ts'
import { mustLink, mustMatch, mustMeet } from './same-chain.ts'
import { DamagedFileError } from './segment-file.ts'
import { traceBytes } from './traces-file.ts'
import type { Chunk, History, HistoryProblem, HistoryRange, HistorySource, StoredBlock } from './types.ts'

export interface HistoryOptions {
  /** To keep in columns besides those that the adapters read. */
  readonly events?: readonly AbiEvent[]
}

const MOST_BLOCKS = 4_096
/** Bounds what a chunk takes in memory: some tens of MiB. */
const MOST_LOGS = 200_000
const MOST_BYTES = 1 << 26
/** Smaller chunks grow together with what comes after them, as long as that is quickly written: a node does it between two blocks. */
const SMALL_BLOCKS = 1_024
const SMALL_LOGS = 20_000

/** Opens or begins; nothing is written before the first `append`. Readers need no lock, and see what a writer adds at their next call. */
export function openHistory(folder: string, chainId: number, options: HistoryOptions = {}): History {
  let compiled: DecoderRegistry | undefined
  const chunks = new ChunkFolder(folder, chainId)
  /** The last one read while appending: a re-import looks at the same one again and again. */
  let last: { readonly entry: ChunkEntry; readonly chunk: StoredChunk } | undefined

  /** Made for the first write: reading needs none. */
  function registry(): DecoderRegistry {
    compiled ??= new DecoderRegistry([...KNOWN_EVENTS, ...(options.events ?? [])])
    return compiled
  }

  /** undefined: damaged, and from now on a gap. */
  function read(entry: ChunkEntry): StoredChunk | undefined {
    if (last?.entry === entry) return last.chunk
    try {
      const chunk = readChunk(entry.path, chainId)
      last = { entry, chunk }
      return chunk
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error
      chunks.markDamaged(entry, error)
      return undefined
    }
  }

  function append(blocks: readonly StoredBlock[], source: HistorySource) {
    mustLink(chainId, blocks)
    const lock =
      blocks.length > 0
        ? lockFolder(chunks.path, 'it is writing history there. Try again when it has ended, or choose another --folder')
        : undefined
    try {
      if (lock) chunks.recover()
      return appendLocked(blocks, source)
    } finally {
      last = undefined
      lock?.release()
    }
  }

  function appendLocked(blocks: readonly StoredBlock[], source: HistorySource) {
    const fresh: StoredBlock[][] = []
    const better = new Map<ChunkEntry, StoredBlock[]>()
    let added = 0
    let known = 0
    for (const block of blocks) {
      const entry = chunks.holding(block.number)
      const chunk = entry && read(entry)
      if (!entry || !chunk) {
        const stretch = fresh.at(-1)
        if (stretch?.at(-1)?.number === block.number - 1) stretch.push(block)
        else fresh.push([block])
        added += 1
        continue
      }
      const n = block.number - entry.fromBlock
      mustMatch(chunks.path, block, chunk.hash(n))
      if (block.readsState === 'asked' && chunk.readsState(n) === 'not-asked') {
        const some = better.get(entry)
        if (some) some.push(block)
        else better.set(entry, [block])
      } else known += 1
    }
    for (const stretch of fresh) mustMeet(chunks.path, stretch, chunks.meeting(stretch))
    let replaced = 0
    for (const [entry, some] of better) {
      const byNumber = new Map(some.map((block) => [block.number, block]))
      const all = storedBlocks(read(entry)).map((block) => byNumber.get(block.number) ?? block)
      chunks.write(all, [...entry.manifest.sources, source], registry())
      replaced += some.length
    }
    for (const stretch of fresh) for (const part of parts(stretch)) writeGrown(part, source)
    return { added, replaced, known }
  }

  /** Together with small chunks right before it, if those hold no more blocks: so each block is written some few times, however small the steps. */
  function writeGrown(part: readonly StoredBlock[], source: HistorySource): void {
    let all = part
    let sources: readonly HistorySource[] = [source]
    for (;;) {
      const before = chunks.holding((all[0] as StoredBlock).number - 1)
      if (!before || before.blocks >= SMALL_BLOCKS || before.blocks > all.length) break
      if (before.manifest.logs + all.reduce((sum, { logs }) => sum + logs.length, 0) > SMALL_LOGS) break
      const stored = storedBlocks(read(before))
      if (stored.length === 0 || parts([...stored, ...all]).length > 1) break
      all = [...stored, ...all]
      sources = [...before.manifest.sources, ...sources]
    }
    chunks.write(all, sources, registry())
  }

  function* give(fromBlock: number, toBlock: number): Generator<Chunk, void> {
    chunks.look()
    for (let next = fromBlock; next <= toBlock; ) {
      const entry = chunks.firstFrom(next)
      if (!entry || entry.fromBlock > toBlock) return
      try {
        const chunk = readChunk(entry.path, chainId)
        const start = next
        next = entry.toBlock + 1
        yield chunk.cut(start, toBlock)
      } catch (error) {
        if (!(error instanceof DamagedFileError)) throw error
        chunks.look() // a writer may have put a larger chunk in its place
        if (chunks.firstFrom(next) === entry) chunks.markDamaged(entry, error)
      }
    }
  }

  return {
    folder,
    chainId,
    append,
    chunks: give,
    ranges() {
      chunks.look()
      return rangesOf(chunks.whole)
    },
    gaps(fromBlock, toBlock) {
      chunks.look()
      const found: { readonly fromBlock: number; readonly toBlock: number }[] = []
      let next = fromBlock
      for (const entry of chunks.whole) {
        if (entry.toBlock < next) continue
        if (entry.fromBlock > toBlock) break
        if (entry.fromBlock > next) found.push({ fromBlock: next, toBlock: entry.fromBlock - 1 })
        next = entry.toBlock + 1
      }
      if (next <= toBlock) found.push({ fromBlock: next, toBlock })
      return found
    },
    problems() {
      chunks.look()
      return [...chunks.problems(), ...unlinked(chunks.whole)]
    },
    verify() {
      chunks.look()
      last = undefined
      for (const entry of [...chunks.whole]) read(entry)
      last = undefined
      return [...chunks.problems(), ...unlinked(chunks.whole)]
    },
  }
}

const storedBlocks = (chunk: StoredChunk | undefined): readonly StoredBlock[] =>
  chunk ? Array.from({ length: chunk.blocks }, (_, n) => chunk.storedBlock(n)) : []

/** Cut where the bounds of a chunk are reached. */
function parts(blocks: readonly StoredBlock[]): readonly (readonly StoredBlock[])[] {
  const found: StoredBlock[][] = []
  let part: StoredBlock[] = []
  let logs = 0
  let bytes = 0
  for (const block of blocks) {
    const weight =
      block.logs.reduce((sum, log) => sum + (log instanceof WordLog ? log.dataBytes : log.data.length / 2), 0) +
      block.reads.reduce((sum, { result }) => sum + (result?.length ?? 0) / 2, 0) +
      traceBytes(block)
    if (part.length > 0 && (part.length === MOST_BLOCKS || logs + block.logs.length > MOST_LOGS || bytes + weight > MOST_BYTES)) {
      found.push(part)
      part = []
      logs = 0
      bytes = 0
    }
    part.push(block)
    logs += block.logs.length
    bytes += weight
  }
  if (part.length > 0) found.push(part)
  return found
}

const follows = (entry: ChunkEntry, before: ChunkEntry | undefined): boolean =>
  before !== undefined && entry.fromBlock === before.toBlock + 1 && entry.manifest.parentHash === before.manifest.lastHash

function rangesOf(entries: readonly ChunkEntry[]): readonly HistoryRange[] {
  const ranges: HistoryRange[] = []
  for (const [n, entry] of entries.entries()) {
    const { manifest } = entry
    const joined = follows(entry, entries[n - 1]) ? ranges.pop() : undefined
    ranges.push({
      fromBlock: joined?.fromBlock ?? entry.fromBlock,
      toBlock: entry.toBlock,
      fromTimeS: joined?.fromTimeS ?? manifest.fromTimeS,
      toTimeS: manifest.toTimeS,
      logs: (joined?.logs ?? 0) + manifest.logs,
      otherLogs: (joined?.otherLogs ?? 0) + manifest.otherLogs,
      malformedLogs: (joined?.malformedLogs ?? 0) + manifest.malformedLogs,
      reads: (joined?.reads ?? 0) + manifest.reads,
      blocksRead: (joined?.blocksRead ?? 0) + manifest.blocksRead,
      bytes: (joined?.bytes ?? 0) + entry.bytes,
      sources: [...new Set([...(joined?.sources ?? []), ...manifest.sources])].sort(),
    })
  }
  return ranges
}

/** `append` lets none of these in; files that were copied together may hold them. */
function unlinked(entries: readonly ChunkEntry[]): readonly HistoryProblem[] {
  return entries.flatMap((entry, n) => {
    const before = entries[n - 1]
    if (before?.toBlock !== entry.fromBlock - 1 || follows(entry, before)) return []
    const what = `block ${entry.fromBlock} has parent ${entry.manifest.parentHash}, but block ${before.toBlock} is ${before.manifest.lastHash}`
    return [{ file: entry.path, what }]
  })
}
