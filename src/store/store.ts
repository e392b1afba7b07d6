// All state of one chain: tables, free columns (windows, heaps) and the journal under them. It alone knows how to undo.
import { BadDataError } from '../core/errors.ts'
import type { Column, Kind } from './column.ts'
import { Journal } from './journal.ts'
import { type ColumnOf, newColumn, type Schema, type Table, TableStore } from './table.ts'

export class Store {
  readonly journal = new Journal()
  private readonly columns = new Map<string, Column>()
  private readonly tables = new Map<string, TableStore<Schema>>()

  /** The rows of a table; made at first asking. */
  table<S extends Schema>(table: Table<S>): TableStore<S> {
    let found = this.tables.get(table.name)
    if (!found) {
      found = new TableStore(table as unknown as Table<Schema>, this.journal, (c) => this.register(c))
      this.tables.set(table.name, found)
      this.fillKeys(found)
    }
    return found as unknown as TableStore<S>
  }

  /** A column outside any table, by name; made at first asking. */
  column<K extends Kind>(name: string, kind: K): ColumnOf<K> {
    const known = this.columns.get(name)
    if (known) return known as unknown as ColumnOf<K>
    const column = newColumn(kind, name, this.journal)
    this.register(column)
    return column as unknown as ColumnOf<K>
  }

  /** A block begins. */
  begin(): void {
    for (const table of this.tables.values()) table.begin()
  }

  mark(): number {
    return this.journal.mark()
  }

  undoTo(mark: number): void {
    this.journal.undoTo(mark)
    for (const table of this.tables.values()) table.undone()
  }

  /** The bytes that matter: every column without its trailing zeros, and the keys. Equal states give equal dumps. */
  dump(): ReadonlyMap<string, Uint32Array | readonly string[]> {
    const out = new Map<string, Uint32Array | readonly string[]>()
    // a restored column that nobody has asked for yet (a heap is made at its first use) is state all the same
    for (const name of [...this.columns.keys(), ...this.pending.keys()].sort()) {
      const raw = this.columns.get(name)?.raw ?? (this.pending.get(name) as Uint32Array)
      let end = raw.length
      while (end > 0 && raw[end - 1] === 0) end--
      if (end > 0) out.set(name, raw.slice(0, end))
    }
    for (const name of [...this.tables.keys(), ...this.pendingKeys.keys()].sort()) {
      const keys = this.tables.get(name)?.exportKeys() ?? (this.pendingKeys.get(name) as readonly string[])
      if (keys.length > 0) out.set(`keys:${name}`, [...keys])
    }
    return out
  }

  /** Fills an empty store from a dump; a column that this build doesn't have is refused by the caller's schema hash. */
  restore(dump: ReadonlyMap<string, Uint32Array | readonly string[]>): void {
    if (this.journal.mark() !== 0) throw new BadDataError({ from: 'checkpoint', what: 'the store', got: 'in use', want: 'an empty one' })
    for (const [name, value] of dump) {
      if (value instanceof Uint32Array) this.pending.set(name, value)
      else this.pendingKeys.set(name.slice('keys:'.length), value)
    }
    for (const column of this.columns.values()) this.fill(column)
    for (const table of this.tables.values()) this.fillKeys(table)
  }

  private readonly pending = new Map<string, Uint32Array>()
  private readonly pendingKeys = new Map<string, readonly string[]>()

  private register(column: Column): void {
    this.columns.set(column.name, column)
    this.fill(column)
  }

  private fill(column: Column): void {
    const raw = this.pending.get(column.name)
    if (!raw) return
    column.reserve(Math.ceil(raw.length / column.lanes))
    column.raw.set(raw)
    this.pending.delete(column.name)
  }

  private fillKeys(table: TableStore<Schema>): void {
    const keys = this.pendingKeys.get(table.table.name)
    if (keys) table.importKeys(keys)
    this.pendingKeys.delete(table.table.name)
  }
}
