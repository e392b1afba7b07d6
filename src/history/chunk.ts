// A chunk's files read back: columns for the engine as they are, and blocks for the fold, made when they are asked for.
import { join } from 'node:path'
import { z } from 'zod'
import type { BlockInput, Hex, Log, ReadResult } from '../core/flow.ts'
import type { BlockTraces } from '../core/trace.ts'
import { LANES } from '../decode/lanes.ts'
import type { EventAbout, Manifest } from './encode.ts'
import { hexAt } from './hex.ts'
import { DamagedFileError, readSegment, type SegmentFile, type SegmentHead, type SegmentSeal } from './segment-file.ts'
import { EventLog, OtherLog, type OtherLogs, StoredTx } from './stored-log.ts'
import { tracesOf } from './traces-file.ts'
import type { Chunk, EventSegment, ReadsState, StoredBlock } from './types.ts'

export const BLOCKS_FILE = 'blocks.seg'

const word = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value), 'want 32 bytes of lower-case hex')
const count = z.int().min(0)
const manifestSchema = z.strictObject({
  parentHash: word,
  lastHash: word,
  fromTimeS: z.number(),
  toTimeS: z.number(),
  logs: count,
  otherLogs: count,
  malformedLogs: count,
  reads: count,
  blocksRead: count,
  sources: z.array(z.enum(['rpc', 'cryo', 'rpc-files', 'capture', 'live'])),
  files: z.array(z.strictObject({ name: z.string().regex(/^[\w-]+\.seg$/), bytes: count, headerCrc: count })),
}) satisfies z.ZodType<Manifest>
const eventSchema = z.strictObject({
  event: z.custom<EventAbout['event']>((v) => (v as { readonly type?: unknown } | null)?.type === 'event', 'want an ABI event'),
  topic0: word,
  topics: z.int().min(1).max(4),
  cells: count,
}) satisfies z.ZodType<EventAbout>

/** @throws DamagedFileError if blocks.seg says something else than a manifest */
export function manifestOf(file: string, about: unknown): Manifest {
  const parsed = manifestSchema.safeParse(about)
  if (parsed.success) return parsed.data
  throw new DamagedFileError(file, `its manifest: ${parsed.error.issues[0]?.message}`)
}

interface Event extends EventSegment {
  readonly tx: Uint32Array
  readonly place: Uint32Array
  readonly data: { readonly starts: Uint32Array; readonly bytes: Uint8Array } | undefined
}

interface Other extends OtherLogs {
  readonly starts: Uint32Array
  readonly address: Uint32Array
  readonly tx: Uint32Array
  readonly logIndex: Uint32Array
  readonly place: Uint32Array
}

interface Reads {
  readonly starts: Uint32Array
  readonly call: Uint32Array
  readonly result: Uint32Array
  /** Text is made once for each call and each answer of the chunk. */
  callAt(n: number): { readonly to: Hex; readonly data: Hex }
  resultAt(n: number): Hex
}

/** A chunk, and its blocks as they were appended. */
export interface StoredChunk extends Chunk {
  storedBlock(n: number): StoredBlock
  cut(fromBlock: number, toBlock: number): StoredChunk
}

/** Reads every byte of a chunk's files. @throws DamagedFileError if any is not what was written */
export function readChunk(folder: string, chainId: number): StoredChunk {
  const file = join(folder, BLOCKS_FILE)
  const blocks = readSegment(file)
  const manifest = manifestOf(file, blocks.about)
  if (blocks.chainId !== chainId) throw new DamagedFileError(file, `it is of chain ${blocks.chainId}; want ${chainId}`)
  const files = manifest.files.map((seal) => {
    const path = join(folder, seal.name)
    const segment = readSegment(path)
    mustMatch(path, segment, seal, blocks)
    return { path, segment }
  })
  const txStarts = blocks.u32('txStarts')
  const txIndex = blocks.u32('txIndex')
  const events: Event[] = []
  let other: Other | undefined
  let reads: Reads | undefined
  let traces: ((n: number) => BlockTraces | undefined) | undefined
  for (const { path, segment } of files)
    if (segment.kind === 'event') events.push(eventOf(path, segment, txStarts, txIndex))
    else if (segment.kind === 'other') other = otherOf(segment)
    else if (segment.kind === 'traces') traces = tracesOf(path, segment)
    else reads = readsOf(segment)
  const addressBytes = blocks.bytes('addresses')
  const addresses = Array.from({ length: addressBytes.length / 20 }, (_, n) => hexAt(addressBytes, n * 20, n * 20 + 20))
  const hashes = blocks.bytes('hash')
  const txHashes = blocks.bytes('txHash')
  const asked = blocks.u32('readsAsked')
  const timesS = blocks.f64('timeS')
  const { fromBlock, toBlock } = blocks

  const hash = (n: number): Hex => (n < 0 ? manifest.parentHash : hexAt(hashes, n * 32, n * 32 + 32))
  const readsState = (n: number): ReadsState => (asked[n] === 1 ? 'asked' : 'not-asked')

  function txsOf(n: number): readonly StoredTx[] {
    const txs: StoredTx[] = []
    for (let tx = txStarts[n] as number; tx < (txStarts[n + 1] as number); tx++)
      txs.push(new StoredTx(txIndex[tx] as number, txHashes, tx * 32))
    return txs
  }

  function otherLog(from: Other, row: number, txs: readonly StoredTx[]): Log {
    const { address, tx, logIndex } = from
    return new OtherLog(from, row, addresses[address[row] as number] as Hex, txs[tx[row] as number] as StoredTx, logIndex[row] as number)
  }

  /** In their order. */
  function logsBeside(n: number): readonly Log[] {
    const logs: Log[] = []
    if (!other || other.starts[n] === other.starts[n + 1]) return logs
    const txs = txsOf(n)
    for (let row = other.starts[n] as number; row < (other.starts[n + 1] as number); row++) logs.push(otherLog(other, row, txs))
    return logs
  }

  function logsOf(n: number): readonly Log[] {
    const txs = txsOf(n)
    let size = other ? (other.starts[n + 1] as number) - (other.starts[n] as number) : 0
    for (const { starts } of events) size += (starts[n + 1] as number) - (starts[n] as number)
    const logs = new Array<Log>(size)
    for (const event of events) {
      const { starts, address, tx, logIndex, place } = event
      for (let row = starts[n] as number; row < (starts[n + 1] as number); row++)
        logs[place[row] as number] = new EventLog(
          event,
          row,
          addresses[address[row] as number] as Hex,
          txs[tx[row] as number] as StoredTx,
          logIndex[row] as number,
        )
    }
    if (other) {
      const { starts, place } = other
      for (let row = starts[n] as number; row < (starts[n + 1] as number); row++) logs[place[row] as number] = otherLog(other, row, txs)
    }
    return logs
  }

  function readsOfBlock(n: number): readonly ReadResult[] {
    if (!reads) return []
    const made: ReadResult[] = []
    for (let row = reads.starts[n] as number; row < (reads.starts[n + 1] as number); row++) {
      const answer = reads.result[row] as number
      const { to, data } = reads.callAt(reads.call[row] as number)
      made.push({ to, data, result: answer === 0 ? null : reads.resultAt(answer - 1) })
    }
    return made
  }

  /** The blocks from the `first`-th on, `length` of them; row numbers begin at theirs. */
  function view(first: number, length: number, segments: readonly EventSegment[]): StoredChunk {
    return {
      fromBlock: fromBlock + first,
      toBlock: fromBlock + first + length - 1,
      blocks: length,
      addresses,
      events: segments,
      timesS: timesS.subarray(first, first + length),
      readsState: (n) => readsState(first + n),
      hash: (n) => hash(first + n),
      logsBeside: (n) => logsBeside(first + n),
      block: (n) => blockInput(first + n),
      storedBlock(n) {
        const { chainId: _, ...block } = blockInput(first + n)
        return { ...block, readsState: readsState(first + n) }
      },
      cut(from, to) {
        const skip = Math.max(0, from - this.fromBlock)
        const end = Math.min(length, to - this.fromBlock + 1)
        if (skip === 0 && end === length) return this
        return view(
          first + skip,
          end - skip,
          segments.map((segment) => cutSegment(segment, skip, end)),
        )
      },
    }
  }

  function blockInput(n: number): BlockInput {
    const block = { chainId, number: fromBlock + n, hash: hash(n), parentHash: hash(n - 1), timeS: timesS[n] as number }
    const found = traces?.(n)
    return lazily(
      found === undefined ? block : { ...block, traces: found },
      once(() => logsOf(n)),
      once(() => readsOfBlock(n)),
    )
  }

  return view(0, toBlock - fromBlock + 1, events)
}

const MAKE = Symbol('make')
interface Lazy {
  readonly [MAKE]: { readonly logs: () => readonly Log[]; readonly reads: () => readonly ReadResult[] }
}
/**
 * Members of the block itself, so that a copy has them too. Functions that all blocks share: with some of its own each block would get a
 * hidden class of its own, and those keep all that the block ever made until the next full collection.
 */
const LAZY = {
  logs: {
    enumerable: true,
    get(this: Lazy) {
      return this[MAKE].logs()
    },
  },
  reads: {
    enumerable: true,
    get(this: Lazy) {
      return this[MAKE].reads()
    },
  },
}
const lazily = (block: Omit<BlockInput, 'logs' | 'reads'>, logs: () => readonly Log[], reads: () => readonly ReadResult[]): BlockInput =>
  Object.defineProperties(block, { ...LAZY, [MAKE]: { value: { logs, reads } } }) as BlockInput

function mustMatch(path: string, segment: SegmentHead & { readonly seal: SegmentSeal }, seal: SegmentSeal, blocks: SegmentHead): void {
  const of = ({ chainId, fromBlock, toBlock }: SegmentHead): string => `chain ${chainId}, blocks ${fromBlock} to ${toBlock}`
  if (of(segment) !== of(blocks)) throw new DamagedFileError(path, `it is of ${of(segment)}; want ${of(blocks)}`)
  if (segment.seal.bytes !== seal.bytes || segment.seal.headerCrc !== seal.headerCrc)
    throw new DamagedFileError(path, `it is not the file that ${BLOCKS_FILE} names: another size or header`)
}

function eventOf(path: string, segment: SegmentFile, txStarts: Uint32Array, txIndex: Uint32Array): Event {
  const parsed = eventSchema.safeParse(segment.about)
  if (!parsed.success) throw new DamagedFileError(path, 'its header names no event')
  const { event, topic0, topics, cells } = parsed.data
  const starts = segment.u32('starts')
  const tx = segment.u32('tx')
  // a run looks at few events of many: those that nobody looks at are checked, but not laid out
  const words = once(() => Array.from({ length: cells }, (_, n) => segment.word(`word${n}`)))
  const floats = once(() => Array.from({ length: cells }, (_, n) => (segment.has(`float${n}`) ? segment.f64(`float${n}`) : undefined)))
  const ofRow = once(() => {
    const found = new Uint32Array(segment.rows)
    for (let n = 0; n + 1 < starts.length; n++)
      for (let row = starts[n] as number; row < (starts[n + 1] as number); row++)
        found[row] = txIndex[(txStarts[n] as number) + (tx[row] as number)] as number
    return found
  })
  return {
    event,
    topic0,
    topics,
    rows: segment.rows,
    starts,
    get txIndex() {
      return ofRow()
    },
    logIndex: segment.u32('logIndex'),
    address: segment.u32('address'),
    get words() {
      return words()
    },
    get floats() {
      return floats()
    },
    tx,
    place: segment.u32('place'),
    data: segment.has('data') ? { starts: segment.u32('dataStarts'), bytes: segment.bytes('data') } : undefined,
  }
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function otherOf(segment: SegmentFile): Other {
  const counts = segment.u32('topicCounts')
  const topicStarts = new Uint32Array(counts.length + 1)
  for (let row = 0; row < counts.length; row++) topicStarts[row + 1] = (topicStarts[row] as number) + (counts[row] as number)
  return {
    starts: segment.u32('starts'),
    address: segment.u32('address'),
    tx: segment.u32('tx'),
    logIndex: segment.u32('logIndex'),
    place: segment.u32('place'),
    topicStarts,
    topics: segment.bytes('topics'),
    dataStarts: segment.u32('dataStarts'),
    data: segment.bytes('data'),
  }
}

function readsOf(segment: SegmentFile): Reads {
  const [to, data, results] = [segment.bytes('to'), segment.bytes('data'), segment.bytes('results')]
  const [dataStarts, resultStarts] = [segment.u32('dataStarts'), segment.u32('resultStarts')]
  const calls: { readonly to: Hex; readonly data: Hex }[] = []
  const answers: Hex[] = []
  return {
    starts: segment.u32('starts'),
    call: segment.u32('call'),
    result: segment.u32('result'),
    callAt(n) {
      calls[n] ??= { to: hexAt(to, n * 20, n * 20 + 20), data: hexAt(data, dataStarts[n] as number, dataStarts[n + 1] as number) }
      return calls[n] as { readonly to: Hex; readonly data: Hex }
    },
    resultAt(n) {
      answers[n] ??= hexAt(results, resultStarts[n] as number, resultStarts[n + 1] as number)
      return answers[n] as Hex
    },
  }
}

/** Rows of the blocks from the `skip`-th to before the `end`-th, without a copy of a column. */
function cutSegment(segment: EventSegment, skip: number, end: number): EventSegment {
  const from = segment.starts[skip] as number
  const to = segment.starts[end] as number
  const txIndex = once(() => segment.txIndex.subarray(from, to))
  const words = once(() => segment.words.map((column) => column.subarray(from * LANES, to * LANES)))
  const floats = once(() => segment.floats.map((column) => column?.subarray(from, to)))
  return {
    event: segment.event,
    topic0: segment.topic0,
    topics: segment.topics,
    rows: to - from,
    starts: segment.starts.slice(skip, end + 1).map((start) => start - from),
    get txIndex() {
      return txIndex()
    },
    logIndex: segment.logIndex.subarray(from, to),
    address: segment.address.subarray(from, to),
    get words() {
      return words()
    },
    get floats() {
      return floats()
    },
  }
}
