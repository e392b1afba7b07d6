// The rows of event tables: decoded from a block's logs, or shown as slices of a chunk of history. Detectors cannot tell which.
import { UserError } from '../core/errors.ts'
import type { BlockInput, Hex, Log } from '../core/flow.ts'
import { f64At, LANES, signedF64At } from '../decode/lanes.ts'
import { topic0Of, topicCountOf } from '../decode/word-log.ts'
import type { Chunk, EventSegment } from '../history/types.ts'
import type { F64Column, U32Column, WordColumn } from '../store/column.ts'
import type { Adopted, Schema, Table, TableStore } from '../store/table.ts'
import { type EventTable, isEventTable } from './event-table.ts'
import type { World } from './world.ts'

/** A table with its columns in the order of the decoder's cells. */
interface Sink {
  readonly table: EventTable
  readonly rows: TableStore<Schema>
  readonly contract: U32Column
  readonly txIndex: U32Column
  readonly logIndex: U32Column
  readonly words: readonly { readonly cell: number; readonly column: WordColumn }[]
  readonly floats: readonly { readonly cell: number; readonly signed: boolean; readonly column: F64Column }[]
}

/** A table's columns in a chunk; `contract` is written block by block, since rows of contracts are given in the order of their logs. */
export interface Shown {
  readonly rows: TableStore<Schema>
  readonly starts: Uint32Array
  readonly segment: EventSegment
  readonly contract: Uint32Array<ArrayBuffer>
  readonly values: Adopted
}

export class EventTables {
  private readonly world: World
  /** By first topic, then by number of topics. */
  private readonly sinks = new Map<string, Sink[][]>()
  private readonly all: readonly Sink[]
  private buffer = new Uint32Array(0)
  private chunk: Chunk | undefined
  private shown: readonly Shown[] = []
  /** Of a wanted signature, with another number of topics: what live counts as a fault. */
  private foreign: readonly EventSegment[] = []
  /** Of the chunk's addresses: row + 1, 0 while they have none. */
  private rowOf = new Uint32Array(0)
  /** How many the world had after the last block shown: fewer now, and `rowOf` may be wrong. */
  private contracts = 0

  /** Tables of other kinds are passed over. */
  constructor(world: World, tables: readonly Table[]) {
    this.world = world
    const known = new Map(tables.filter(isEventTable).map((table) => [table.name, table]))
    this.all = [...known.values()].map((table) => sinkOf(table, world.store.table(table) as unknown as TableStore<Schema>))
    for (const sink of this.all) {
      const { topic0, topics, cells } = sink.table.decoder
      const same = this.sinks.get(topic0) ?? []
      same[topics] = [...(same[topics] ?? []), sink]
      this.sinks.set(topic0, same)
      if (cells * LANES > this.buffer.length) this.buffer = new Uint32Array(cells * LANES)
    }
  }

  /** Blocks of this chunk are shown from it, if they have its hashes, until another is adopted. Only who emitted what is copied. */
  adopt(chunk: Chunk | undefined): void {
    this.chunk = chunk
    this.rowOf = new Uint32Array(chunk?.addresses.length ?? 0)
    this.shown = chunk === undefined ? [] : this.all.flatMap((sink) => shownOf(sink, chunk) ?? [])
    this.foreign = chunk?.events.filter(({ topic0, topics }) => this.sinks.has(topic0) && !this.sinks.get(topic0)?.[topics]) ?? []
  }

  /** Rows of a block, after the store's `begin`; gives how many logs of the wanted events are not as their signatures say. */
  apply(block: BlockInput): number {
    if (this.all.length === 0) return 0
    const { chunk } = this
    const n = chunk === undefined ? -1 : block.number - chunk.fromBlock
    if (chunk !== undefined && n >= 0 && n < chunk.blocks && chunk.hash(n) === block.hash) return this.show(n)
    this.contracts = Number.POSITIVE_INFINITY
    return this.fill(block.logs)
  }

  /** Rows of the chunk's n-th block that are in its columns. */
  has(n: number): boolean {
    for (const { starts } of this.shown) if (starts[n] !== starts[n + 1]) return true
    return false
  }

  /** Its logs beside the columns that are of wanted events: of those that the chunk has no columns for, or not as their signatures say. */
  private beside(n: number): readonly Log[] {
    return this.chunk?.logsBeside?.(n).filter((log) => this.sinks.has(topic0Of(log) ?? '')) ?? []
  }

  /**
   * All of the adopted chunk at once, with its contracts' rows given; undefined: it must be shown block by block, since some rows are not in
   * its columns.
   */
  slices(): readonly Shown[] | undefined {
    const { chunk } = this
    if (chunk === undefined) return undefined
    for (let n = 0; n < chunk.blocks; n++) if (this.beside(n).length > 0) return undefined
    for (let n = 0; n < chunk.blocks; n++) if (this.has(n)) this.name(n, [])
    return this.shown
  }

  /** As `apply`, the n-th block of the adopted chunk. */
  show(n: number): number {
    const beside = this.beside(n)
    this.name(n, beside)
    for (let k = 0; k < this.shown.length; k++) {
      const { rows, starts, values } = this.shown[k] as Shown
      rows.show(values, starts[n] as number, starts[n + 1] as number)
    }
    let faults = beside.length > 0 ? this.fill(beside) : 0
    for (const { starts } of this.foreign) faults += (starts[n + 1] as number) - (starts[n] as number)
    this.contracts = this.world.contracts.count
    return faults
  }

  /** The rows' contracts. */
  private name(n: number, beside: readonly Log[]): void {
    const { shown } = this
    if (this.contracts > this.world.contracts.count) this.rowOf.fill(0) // an undo took rows
    let strangers = false
    for (let k = 0; k < shown.length; k++) strangers = this.nameContracts(shown[k] as Shown, n) || strangers
    if (!strangers) return
    this.admit(n, beside)
    for (const one of shown) this.nameContracts(one, n)
    this.contracts = this.world.contracts.count
  }

  /** True: one of them has no row yet. */
  private nameContracts({ segment, contract }: Shown, n: number): boolean {
    const { rowOf } = this
    const { address, starts } = segment
    const end = starts[n + 1] as number
    let strangers = false
    for (let row = starts[n] as number; row < end; row++) {
      const named = rowOf[address[row] as number] as number
      contract[row] = named
      if (named === 0) strangers = true
    }
    return strangers
  }

  /** Rows for the contracts of a block, in the order of their first logs that are decoded, as live gives them. */
  private admit(n: number, beside: readonly Log[]): void {
    const { addresses } = this.chunk as Chunk
    const logs: { readonly logIndex: number; readonly address: Hex; readonly of: number }[] = []
    for (const { segment } of this.shown)
      for (let row = segment.starts[n] as number; row < (segment.starts[n + 1] as number); row++) {
        const of = segment.address[row] as number
        if (this.rowOf[of] === 0) logs.push({ logIndex: segment.logIndex[row] as number, address: addresses[of] as Hex, of })
      }
    for (const log of beside) {
      const sinks = this.sinks.get(topic0Of(log) ?? '')?.[topicCountOf(log)] ?? []
      if (sinks.some(({ table }) => table.decoder.read(log, this.buffer) === undefined))
        logs.push({ logIndex: log.logIndex, address: log.address, of: -1 })
    }
    logs.sort((a, b) => a.logIndex - b.logIndex)
    for (const { address, of } of logs) {
      const row = this.contractOf(address)
      if (of >= 0) this.rowOf[of] = row + 1
    }
  }

  private fill(logs: readonly Log[]): number {
    let faults = 0
    for (let n = 0; n < logs.length; n++) {
      const log = logs[n] as Log
      const same = this.sinks.get(topic0Of(log) ?? '')
      if (same === undefined) continue
      const sinks = same[topicCountOf(log)]
      if (sinks === undefined || !this.write(sinks, log)) faults += 1
    }
    return faults
  }

  private write(sinks: readonly Sink[], log: Log): boolean {
    const { buffer } = this
    for (const { table, rows, contract, txIndex, logIndex, words, floats } of sinks) {
      if (table.decoder.read(log, buffer) !== undefined) return false
      const row = rows.extend()
      contract.raw[row] = this.contractOf(log.address) + 1
      txIndex.raw[row] = log.txIndex
      logIndex.raw[row] = log.logIndex
      for (let n = 0; n < words.length; n++) {
        const { cell, column } = words[n] as Sink['words'][number]
        const { raw } = column
        for (let lane = 0; lane < LANES; lane++) raw[row * LANES + lane] = buffer[cell * LANES + lane] as number
      }
      for (let n = 0; n < floats.length; n++) {
        const { cell, signed, column } = floats[n] as Sink['floats'][number]
        column.set(row, signed ? signedF64At(buffer, cell * LANES) : f64At(buffer, cell * LANES))
      }
    }
    return true
  }

  private contractOf(address: Hex): number {
    const { contracts } = this.world
    const known = contracts.find(address)
    if (known !== undefined) return known
    const row = contracts.rowOf(address)
    contracts.columns.address.set(row, BigInt(address))
    return row
  }
}

function sinkOf(table: EventTable, rows: TableStore<Schema>): Sink {
  const columns = rows.columns as unknown as Readonly<Record<string, F64Column & U32Column & WordColumn>>
  const column = (name: string) => columns[name] as F64Column & U32Column & WordColumn
  return {
    table,
    rows,
    contract: column('contract'),
    txIndex: column('txIndex'),
    logIndex: column('logIndex'),
    words: table.words.map(({ name, cell }) => ({ cell, column: column(name) })),
    floats: table.floats.map(({ name, cell, signed }) => ({ cell, signed, column: column(name) })),
  }
}

/** undefined: the event is not in the chunk's columns. */
function shownOf({ table, rows }: Sink, { events }: Chunk): Shown | undefined {
  const { decoder, words, floats } = table
  const segment = events.find(({ topic0, topics }) => topic0 === decoder.topic0 && topics === decoder.topics)
  if (segment === undefined) return undefined
  const [got, want] = [segment.event, decoder.event].map(({ inputs }) =>
    inputs.map((i) => `${i.type}${i.indexed ? ' indexed' : ''}`).join(', '),
  )
  if (got !== want) throw new UserError(`event ${decoder.event.name}`, want, `what its segments were decoded by: ${got}`)
  const contract = new Uint32Array(segment.rows)
  const values = Object.fromEntries([
    ['contract', contract],
    ['txIndex', segment.txIndex],
    ['logIndex', segment.logIndex],
    ...words.map(({ name, cell }) => [name, segment.words[cell]] as const),
    ...floats.map(({ name, cell }) => [name, segment.floats[cell]] as const),
  ])
  return { rows, starts: segment.starts, segment, contract, values }
}
