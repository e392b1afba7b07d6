// From blocks to the files of a chunk: each log goes where it can be rebuilt from to the byte, in columns if its event is known.
import type { AbiEvent } from 'viem'
import { BadDataError } from '../core/errors.ts'
import type { Hex, Log } from '../core/flow.ts'
import type { Decoder } from '../decode/decoder.ts'
import { f64At, LANES, signedF64At } from '../decode/lanes.ts'
import type { DecoderRegistry } from '../decode/registry.ts'
import { WordLog } from '../decode/word-log.ts'
import { Blob, Counts, checkedHex } from './hex.ts'
import type { ColumnData, SegmentHead } from './segment-file.ts'
import { tracesFile } from './traces-file.ts'
import type { HistorySource, StoredBlock } from './types.ts'

export interface EncodedFile {
  readonly name: string
  readonly kind: SegmentHead['kind']
  readonly rows: number
  readonly about: unknown
  readonly columns: readonly ColumnData[]
}

export interface EncodedChunk {
  /** Of blocks.seg; the manifest of the others is added when they are written. */
  readonly blocks: Omit<EncodedFile, 'about'>
  readonly others: readonly EncodedFile[]
  readonly logs: number
  readonly otherLogs: number
  readonly malformedLogs: number
  readonly reads: number
  readonly blocksRead: number
}

/** What an event file's header says of its event. */
export interface EventAbout {
  readonly event: AbiEvent
  readonly topic0: Hex
  readonly topics: number
  readonly cells: number
}

const u32 = (name: string, data: Uint32Array): ColumnData => ({ name, kind: 'u32', data })
const bytes = (name: string, data: Uint8Array): ColumnData => ({ name, kind: 'bytes', data })

/** The columns that every log has: where it stood, so that a block's list of logs comes back in its order. */
class Places {
  readonly starts = new Counts()
  private readonly address = new Counts()
  private readonly tx = new Counts()
  private readonly logIndex = new Counts()
  private readonly place = new Counts()
  rows = 0

  push(address: number, tx: number, logIndex: number, place: number): void {
    this.address.push(address)
    this.tx.push(tx)
    this.logIndex.push(logIndex)
    this.place.push(place)
    this.rows += 1
  }
  /** Called before each block's logs, and after the last block. */
  endBlocks(upTo: number): void {
    while (this.starts.length < upTo) this.starts.push(this.rows)
  }
  columns(): readonly ColumnData[] {
    return [
      u32('starts', this.starts.data),
      u32('address', this.address.data),
      u32('tx', this.tx.data),
      u32('logIndex', this.logIndex.data),
      u32('place', this.place.data),
    ]
  }
}

class EventRows {
  readonly places = new Places()
  private words: Uint32Array
  /** Whole data, of events that have dynamic values: their words alone do not say it. */
  private readonly data: Blob | undefined

  constructor(readonly decoder: Decoder) {
    this.words = new Uint32Array(decoder.cells * LANES * 64)
    if (decoder.arguments.some(({ cell }) => cell === undefined)) this.data = new Blob()
  }

  /** False: it isn't well formed. */
  take(log: Log): boolean {
    const at = this.places.rows * this.decoder.cells * LANES
    if (at + this.decoder.cells * LANES > this.words.length) {
      const words = new Uint32Array(2 * this.words.length)
      words.set(this.words)
      this.words = words
    }
    if (this.decoder.read(log, this.words, at) !== undefined) return false
    this.data?.push(log.data)
    return true
  }

  file(): EncodedFile {
    const { event, topic0, topics, cells } = this.decoder
    const { rows } = this.places
    const words = Array.from({ length: cells }, (_, cell) => this.column(cell))
    const about: EventAbout = { event, topic0, topics, cells }
    return {
      // what a caller's ABI says is no path
      name: `${event.name.replace(/\W/g, '_').slice(0, 64)}-${topic0.slice(2, 10)}-${topics}.seg`,
      kind: 'event',
      rows,
      about,
      columns: [
        ...this.places.columns(),
        ...words.map((data, cell): ColumnData => ({ name: `word${cell}`, kind: 'word', data })),
        ...floatsOf(this.decoder, words, rows).map(({ cell, data }): ColumnData => ({ name: `float${cell}`, kind: 'f64', data })),
        ...(this.data ? [u32('dataStarts', this.data.starts), bytes('data', this.data.data)] : []),
      ],
    }
  }

  private column(cell: number): Uint32Array {
    const { rows } = this.places
    const stride = this.decoder.cells * LANES
    const column = new Uint32Array(rows * LANES)
    for (let row = 0, from = cell * LANES, to = 0; row < rows; row++, from += stride)
      for (let lane = 0; lane < LANES; lane++) column[to++] = this.words[from + lane] as number
    return column
  }
}

/** Beside numbers only: what is hashed, cut into bytes or named has no nearest float. */
function floatsOf(decoder: Decoder, words: readonly Uint32Array[], rows: number) {
  const found: { readonly cell: number; readonly data: Float64Array }[] = []
  for (const { type, indexed, cell: first, cells } of decoder.arguments) {
    const [, sign, list] = /^(u?int)\d+((?:\[\d+\])*)$/.exec(type) ?? []
    if (first === undefined || sign === undefined || (indexed && list !== '')) continue
    const nearest = sign === 'int' ? signedF64At : f64At
    for (let cell = first; cell < first + cells; cell++) {
      const data = new Float64Array(rows)
      const word = words[cell] as Uint32Array
      for (let row = 0; row < rows; row++) data[row] = nearest(word, row * LANES)
      found.push({ cell, data })
    }
  }
  return found
}

class OtherRows {
  readonly places = new Places()
  private readonly topicCounts = new Counts()
  private readonly topics = new Blob()
  private readonly data = new Blob()

  take(log: Log): void {
    this.topicCounts.push(log.topics.length)
    for (const topic of log.topics) this.topics.push(topic)
    this.data.push(log.data)
  }
  file(): EncodedFile {
    const columns = [
      ...this.places.columns(),
      u32('topicCounts', this.topicCounts.data),
      bytes('topics', this.topics.data),
      u32('dataStarts', this.data.starts),
      bytes('data', this.data.data),
    ]
    return { name: 'other.seg', kind: 'other', rows: this.places.rows, about: null, columns }
  }
}

/** Calls and answers repeat from block to block: each is kept once a chunk. */
class ReadRows {
  private readonly starts = new Counts()
  private readonly call = new Counts()
  private readonly result = new Counts()
  private readonly to = new Blob()
  private readonly data = new Blob()
  private readonly results = new Blob()
  private readonly calls = new Map<string, number>()
  private readonly answers = new Map<string, number>()

  block(where: string, { reads }: StoredBlock): void {
    this.starts.push(this.call.length)
    for (const { to, data, result } of reads) {
      const key = `${to}${data}`
      let call = this.calls.get(key)
      if (call === undefined) {
        call = this.to.push(checkedHex(where, "a read's address", to, 20))
        this.data.push(checkedHex(where, "a read's data", data))
        this.calls.set(key, call)
      }
      this.call.push(call)
      // 0 is null: it reverted
      let answer = result === null ? 0 : this.answers.get(result)
      if (answer === undefined && result !== null) {
        answer = this.results.push(checkedHex(where, "a read's result", result)) + 1
        this.answers.set(result, answer)
      }
      this.result.push(answer as number)
    }
  }
  get rows(): number {
    return this.call.length
  }
  file(): EncodedFile {
    this.starts.push(this.call.length)
    const columns = [
      u32('starts', this.starts.data),
      u32('call', this.call.data),
      u32('result', this.result.data),
      bytes('to', this.to.data),
      u32('dataStarts', this.data.starts),
      bytes('data', this.data.data),
      u32('resultStarts', this.results.starts),
      bytes('results', this.results.data),
    ]
    return { name: 'reads.seg', kind: 'reads', rows: this.rows, about: null, columns }
  }
}

/** @throws BadDataError for what no chain says: hex that isn't bytes in lower case, indexes beyond 32 bits */
export function encodeChunk(chainId: number, blocks: readonly StoredBlock[], registry: DecoderRegistry): EncodedChunk {
  const events = new Map<Decoder, EventRows>()
  const other = new OtherRows()
  const reads = new ReadRows()
  const addresses = new Map<Hex, number>()
  const addressBytes = new Blob()
  const hashes = new Blob()
  const txStarts = new Counts()
  const txIndexes = new Counts()
  const txHashes = new Blob()
  let logs = 0
  let malformedLogs = 0
  for (const [n, block] of blocks.entries()) {
    const where = `block ${block.number} of chain ${chainId}`
    hashes.push(checkedHex(where, 'its hash', block.hash, 32))
    reads.block(where, block)
    txStarts.push(txIndexes.length)
    let lastTx: Log | undefined
    /** By index: a chain has one at each. */
    const txs = new Map<number, { readonly hash: Hex; readonly tx: number }>()
    let tx = 0
    let txCount = 0
    other.places.endBlocks(n + 1)
    for (const [place, log] of block.logs.entries()) {
      if (lastTx === undefined || lastTx.txHash !== log.txHash || lastTx.txIndex !== log.txIndex) {
        const met = txs.get(log.txIndex)
        if (met?.hash === log.txHash) tx = met.tx
        else {
          tx = txCount++
          txs.set(log.txIndex, { hash: log.txHash, tx })
          txHashes.push(checkedHex(where, "a log's txHash", log.txHash, 32))
          txIndexes.push(index(where, 'txIndex', log.txIndex))
        }
        lastTx = log
      }
      let address = addresses.get(log.address)
      if (address === undefined) {
        address = addressBytes.push(checkedHex(where, "a log's address", log.address, 20))
        addresses.set(log.address, address)
      }
      // capitals would decode, but not come back; words have none
      if (!(log instanceof WordLog)) {
        for (const topic of log.topics) checkedHex(where, "a log's topic", topic, 32)
        checkedHex(where, "a log's data", log.data)
      }
      const rows = rowsFor(log)
      rows.places.endBlocks(n + 1)
      if (rows instanceof OtherRows) rows.take(log)
      rows.places.push(address, tx, index(where, 'logIndex', log.logIndex), place)
    }
    logs += block.logs.length
  }
  txStarts.push(txIndexes.length)
  const all = [...events.values()].filter(({ places }) => places.rows > 0)
  for (const { places } of [other, ...all]) places.endBlocks(blocks.length + 1)
  const others = all.map((rows) => rows.file())
  if (other.places.rows > 0) others.push(other.file())
  if (reads.rows > 0) others.push(reads.file())
  const traces = tracesFile(blocks)
  if (traces) others.push(traces)
  const columns = [
    bytes('hash', hashes.data),
    { name: 'timeS', kind: 'f64', data: Float64Array.from(blocks, ({ timeS }) => timeS) } as const,
    u32(
      'readsAsked',
      Uint32Array.from(blocks, ({ readsState }) => (readsState === 'asked' ? 1 : 0)),
    ),
    u32('txStarts', txStarts.data),
    u32('txIndex', txIndexes.data),
    bytes('txHash', txHashes.data),
    bytes('addresses', addressBytes.data),
  ]
  const blocksRead = blocks.reduce((sum, { readsState }) => sum + (readsState === 'asked' ? 1 : 0), 0)
  return {
    blocks: { name: 'blocks.seg', kind: 'blocks', rows: blocks.length, columns },
    others,
    logs,
    otherLogs: other.places.rows,
    malformedLogs,
    reads: reads.rows,
    blocksRead,
  }

  function rowsFor(log: Log): EventRows | OtherRows {
    const decoder = registry.find(log)
    if (decoder === 'topic0') return other
    if (decoder === 'topics') {
      malformedLogs += 1
      return other
    }
    let rows = events.get(decoder)
    if (rows === undefined) {
      rows = new EventRows(decoder)
      events.set(decoder, rows)
    }
    if (rows.take(log)) return rows
    malformedLogs += 1
    return other
  }
}

function index(where: string, what: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new BadDataError({ from: where, what: `a log's ${what}`, got: value, want: 'a whole number of 32 bits' })
  return value
}

/** What a chunk's directory says of itself, in the header of blocks.seg. */
export interface Manifest {
  readonly parentHash: Hex
  readonly lastHash: Hex
  readonly fromTimeS: number
  readonly toTimeS: number
  readonly logs: number
  /** Of no known event, or malformed. */
  readonly otherLogs: number
  /** Of a known event's signature, but not well formed for it. */
  readonly malformedLogs: number
  readonly reads: number
  readonly blocksRead: number
  readonly sources: readonly HistorySource[]
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly headerCrc: number }[]
}
