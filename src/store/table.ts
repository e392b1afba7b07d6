// A table is a schema with rows; entity rows live by key, event rows live for one block. Readers get a cursor, writers the columns.
import { type Column, F64Column, type Kind, U32Column, U128Column, WordColumn } from './column.ts'
import type { Journal } from './journal.ts'

export type Schema = { readonly [column: string]: Kind }

/** A table's name and columns; a value that detectors name in `on`. */
export interface Table<S extends Schema = Schema> {
  readonly name: string
  /** `entity`: rows found by key, alive for good. `event`: rows of the present block only, in (transaction, log) order. */
  readonly rows: 'entity' | 'event'
  readonly schema: S
}

/** Valid during one call only: the cursor moves. f64 is for statistics; `word` and `u128` are exact bigints. */
export type Row<S extends Schema> = { readonly row: number } & { readonly [K in keyof S]: S[K] extends 'word' | 'u128' ? bigint : number }

export type ColumnOf<K extends Kind> = K extends 'f64'
  ? F64Column
  : K extends 'u32'
    ? U32Column
    : K extends 'u128'
      ? U128Column
      : WordColumn
export type Columns<S extends Schema> = { readonly [K in keyof S]: ColumnOf<S[K]> }

export function defineTable<const S extends Schema>(name: string, rows: 'entity' | 'event', schema: S): Table<S> {
  for (const part of [name, ...Object.keys(schema)])
    if (!/^[a-z]\w*$/i.test(part)) throw new TypeError(`"${part}" is not a column or table name`)
  return { name, rows, schema }
}

export function newColumn(
  kind: Kind,
  name: string,
  journal: Journal,
  owner?: TableStore<Schema>,
): F64Column | U32Column | U128Column | WordColumn {
  switch (kind) {
    case 'f64':
      return new F64Column(name, journal, owner)
    case 'u32':
      return new U32Column(name, journal, owner)
    case 'u128':
      return new U128Column(name, journal, owner)
    case 'word':
      return new WordColumn(name, journal, owner)
  }
}

/** Moves over rows; `seek` returns itself, typed as the row. */
export type Cursor<S extends Schema> = { seek(row: number): Row<S> }

export class TableStore<S extends Schema> {
  readonly columns: Columns<S>
  private readonly all: readonly Column[]
  /** Cell 0 holds the row count: it is undone like any other cell. */
  private readonly size: U32Column
  private readonly keys: string[] = []
  private readonly rowOfKey = new Map<string, number>()
  private readonly touchedRows: number[] = []
  private stamps = new Uint32Array(64)
  private epoch = 1
  private readonly CursorClass: new (
    columns: Columns<S>,
  ) => Cursor<S>

  constructor(
    readonly table: Table<S>,
    journal: Journal,
    register: (column: Column) => void,
  ) {
    const columns: Record<string, Column> = {}
    for (const [name, kind] of Object.entries(table.schema)) {
      const column = newColumn(kind, `${table.name}.${name}`, journal, this as unknown as TableStore<Schema>)
      columns[name] = column
      register(column)
    }
    this.columns = columns as Columns<S>
    this.all = Object.values(columns)
    this.size = new U32Column(`${table.name}.#`, journal)
    register(this.size)
    this.CursorClass = cursorClass<S>(table)
  }

  get count(): number {
    return this.size.get(0)
  }

  /** The row of a key, made if new. */
  rowOf(key: string): number {
    const known = this.rowOfKey.get(key)
    if (known !== undefined) return known
    const row = this.append()
    this.keys[row] = key
    this.rowOfKey.set(key, row)
    return row
  }

  find(key: string): number | undefined {
    return this.rowOfKey.get(key)
  }

  keyOf(row: number): string {
    return this.keys[row] ?? ''
  }

  /** A new event row (or keyless entity row). */
  append(): number {
    const row = this.count
    this.size.set(0, row + 1)
    this.touch(row)
    // the row of an earlier block stood here: what this one's writer leaves out reads as zero
    if (this.table.rows === 'event')
      for (const column of this.all)
        column.kind === 'word' || column.kind === 'u128'
          ? (column as WordColumn).set(row, 0n)
          : (column as U32Column | F64Column).set(row, 0)
    return row
  }

  touch(row: number): void {
    if (row >= this.stamps.length) {
      const stamps = new Uint32Array(Math.max(row + 1, this.stamps.length * 2))
      stamps.set(this.stamps)
      this.stamps = stamps
    }
    if (this.stamps[row] === this.epoch) return
    this.stamps[row] = this.epoch
    this.touchedRows.push(row)
  }

  /** Rows new or changed since the block began, in order of row for entities: the same whatever the order of writes. */
  touched(): readonly number[] {
    return this.table.rows === 'entity' ? this.touchedRows.sort((a, b) => a - b) : this.touchedRows
  }

  /** A block begins: nothing is touched; event rows of the last one go. */
  begin(): void {
    if (this.table.rows === 'event') this.size.set(0, 0)
    this.touchedRows.length = 0
    this.epoch += 1
  }

  /** After an undo: rows that no longer exist lose their keys, so that ids equal those of a fresh run. */
  undone(): void {
    const count = this.count
    for (let row = count; row < this.keys.length; row++) this.rowOfKey.delete(this.keys[row] as string)
    if (this.keys.length > count) this.keys.length = count
    this.touchedRows.length = 0
    this.epoch += 1
  }

  cursor(): Cursor<S> {
    return new this.CursorClass(this.columns)
  }

  /** A fresh cursor at a row. */
  at(row: number): Row<S> {
    return this.cursor().seek(row)
  }

  /** Keys by row, for a checkpoint. */
  exportKeys(): readonly string[] {
    return this.keys
  }
  importKeys(keys: readonly string[]): void {
    this.keys.length = 0
    this.rowOfKey.clear()
    for (const [row, key] of keys.entries()) {
      this.keys[row] = key
      if (typeof key === 'string') this.rowOfKey.set(key, row) // a row without a key is null in the file
    }
  }
}

/** One class a table, from its schema's names only (checked in defineTable), so that every read is a direct one. */
function cursorClass<S extends Schema>(table: Table<S>): new (columns: Columns<S>) => Cursor<S> {
  const names = Object.keys(table.schema)
  const fields = names.map((n) => `this.$${n} = columns.${n};`).join(' ')
  const getters = names.map((n) => `get ${n}() { return this.$${n}.get(this.row) }`).join('\n')
  return new Function(`return class { constructor(columns) { this.row = 0; ${fields} }
    seek(row) { this.row = row; return this }
    ${getters} }`)() as new (
    columns: Columns<S>,
  ) => Cursor<S>
}
