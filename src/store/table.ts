// A table is a schema with rows; entity rows live by key, event rows live for one block. Readers get a cursor, writers the columns.
import { type Column, F64Column, type Kind, U32Column, U128Column, WordColumn } from './column.ts'
import { Journal } from './journal.ts'

export type Schema = { readonly [column: string]: Kind }

/** A table's name and columns; a value that detectors name in `on`. */
export interface Table<S extends Schema = Schema> {
  readonly name: string
  /** `entity`: rows found by key, alive for good. `event`: rows of the present block only, in (transaction, log) order. */
  readonly rows: 'entity' | 'event'
  readonly schema: S
  /**
   * Event rows that are written anew from each block's logs, or adopted from a segment of history: nothing of them outlives the block, so
   * they are neither journaled nor in dumps, and an undo leaves none.
   */
  readonly transient?: true
}

/** Columns of a transient table, by name, with values that somebody else holds. */
export type Adopted = Readonly<Record<string, Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>>

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

/** Members of the row class. */
const RESERVED: ReadonlySet<string> = new Set(['row', 'at', 'seek', 'constructor'])

export function defineTable<const S extends Schema>(name: string, rows: 'entity' | 'event', schema: S): Table<S> {
  for (const part of [name, ...Object.keys(schema)])
    if (!/^[a-z]\w*$/i.test(part) || RESERVED.has(part)) throw new TypeError(`"${part}" is not a column or table name`)
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

/**
 * Moves over rows; `seek` returns itself, typed as the row. `at` is the place in the columns: the row, counted from the table's `base`.
 * A transient table's cursor reads the columns that were there at its last `bind`, and only rows of the block.
 */
export type Cursor<S extends Schema> = { at: number; bind(): void; seek(row: number): Row<S> }

/** Numbers in ascending order in place; most often they are so already. */
function sort(rows: Uint32Array, count: number): void {
  for (let n = 1; n < count; n++) if ((rows[n - 1] as number) > (rows[n] as number)) return void rows.subarray(0, count).sort()
}

export class TableStore<S extends Schema> {
  readonly columns: Columns<S>
  private readonly all: readonly Column[]
  /** Cell 0 holds the row count: it is undone like any other cell. */
  private readonly size: U32Column
  private readonly keys: string[] = []
  private readonly rowOfKey = new Map<string, number>()
  /** Where row 0 is in the columns: over 0 only for what is adopted. */
  base = 0
  private adopted: Adopted | undefined
  /** Event rows that the block added: [first, end). */
  private first = 0
  private end = 0
  /** Entity rows that the block touched, each once; sorted when asked for. */
  private list = new Uint32Array(16)
  private listed = 0
  private stamps = new Uint32Array(64)
  private epoch = 1
  private readonly AnyRow: CursorClass<S>
  /** Made at first asking: many tables have no detector. */
  private OwnRow: CursorClass<S> | undefined

  constructor(
    readonly table: Table<S>,
    journal: Journal,
    register: (column: Column) => void,
  ) {
    if (table.transient) {
      journal = new Journal()
      journal.on = false
      register = () => {}
    }
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
    this.AnyRow = rowClass<S>(table)
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
    const row = this.extend()
    // the row of an earlier block stood here: what this one's writer leaves out reads as zero
    if (this.table.rows === 'event')
      for (const column of this.all)
        column.kind === 'word' || column.kind === 'u128'
          ? (column as WordColumn).set(row, 0n)
          : (column as U32Column | F64Column).set(row, 0)
    return row
  }

  /** The same for who writes every cell of it: they hold anything. A transient table's columns have room for it. */
  extend(): number {
    if (this.adopted) this.release()
    const row = this.count
    this.size.set(0, row + 1)
    if (this.table.transient) for (const column of this.all) column.reserve(row + 1)
    this.touch(row)
    return row
  }

  touch(row: number): void {
    if (this.table.rows === 'event') {
      if (this.first === this.end) this.first = row
      if (row < this.first) this.first = row
      if (row >= this.end) this.end = row + 1
      return
    }
    if (row >= this.stamps.length) this.stamps = grown(this.stamps, row + 1)
    if (this.stamps[row] === this.epoch) return
    this.stamps[row] = this.epoch
    if (this.listed === this.list.length) this.list = grown(this.list, this.listed + 1)
    this.list[this.listed++] = row
  }

  /** Rows new or changed since the block began, in order of row: the same whatever the order of writes. */
  touched(): readonly number[] {
    if (this.table.rows === 'event') return Array.from({ length: this.end - this.first }, (_, n) => this.first + n)
    return [...this.touchedList().subarray(0, this.listed)]
  }

  /** How many those are. */
  get touches(): number {
    return this.table.rows === 'event' ? this.end - this.first : this.listed
  }
  /** The same entity rows without a copy: the first `touches` of the list, until anything is touched again. */
  touchedList(): Uint32Array {
    sort(this.list, this.listed)
    return this.list
  }
  /** The first of the same event rows; they follow each other. */
  get touchedFrom(): number {
    return this.first
  }

  /** A block begins: nothing is touched; event rows of the last one go. */
  begin(): void {
    if (this.table.rows === 'event') this.clear()
    else this.forgetTouches()
  }

  private clear(): void {
    this.size.set(0, 0)
    this.first = 0
    this.end = 0
    this.base = 0
  }

  private forgetTouches(): void {
    this.listed = 0
    this.epoch += 1
  }

  /** After an undo: rows that no longer exist lose their keys, so that ids equal those of a fresh run. */
  undone(): void {
    if (this.table.transient) {
      this.clear()
      return
    }
    const count = this.count
    for (let row = count; row < this.keys.length; row++) this.rowOfKey.delete(this.keys[row] as string)
    if (this.keys.length > count) this.keys.length = count
    this.first = this.end = count
    this.forgetTouches()
  }

  /** The rows of a transient table's present block are the cells [from, to) of these columns; what is left out reads as zero. */
  show(values: Adopted, from: number, to: number): void {
    if (this.adopted !== values) this.adopt(values)
    this.base = from
    this.first = 0
    this.end = to - from
    this.size.set(0, to - from)
  }

  private adopt(values: Adopted): void {
    this.adopted = values
    for (const [name, column] of Object.entries(this.columns as unknown as Readonly<Record<string, Column>>)) {
      const given = values[name]
      if (column instanceof F64Column) column.adopt(given instanceof Float64Array ? given : new Float64Array(0))
      else (column as U32Column | WordColumn).adopt(given instanceof Uint32Array ? given : new Uint32Array(0))
    }
  }

  /** Back to columns of its own. */
  private release(): void {
    this.adopted = undefined
    this.clear()
    for (const column of this.all)
      if (column instanceof F64Column) column.adopt(new Float64Array(16))
      else (column as U32Column | WordColumn).adopt(new Uint32Array(16 * column.lanes))
  }

  /** For who stays within the rows. */
  cursor(): Cursor<S> {
    this.OwnRow ??= cursorClass<S>(this.table)
    return new this.OwnRow(this)
  }

  /** A fresh cursor at any row. */
  at(row: number): Row<S> {
    return new this.AnyRow(this).seek(row)
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

function grown(rows: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(Math.max(least, rows.length * 2))
  wider.set(rows)
  return wider
}

type CursorClass<S extends Schema> = new (store: TableStore<S>) => Cursor<S>

/** One class a table, from its schema's names only (checked in defineTable), so that every read is a direct one. */
function cursorClass<S extends Schema>(table: Table<S>): CursorClass<S> {
  const kinds = Object.entries(table.schema)
  const bound = table.transient === true
  const isBound = (kind: Kind): boolean => bound && (kind === 'f64' || kind === 'u32')
  const fields = kinds.map(([n, kind]) => `this.$${n} = store.columns.${n}${isBound(kind) ? memory(kind) : ''};`).join('\n')
  const getters = kinds.map(([n, kind]) => `get ${n}() { return this.$${n}${isBound(kind) ? '[this.at]' : '.get(this.at)'} }`).join('\n')
  return new Function(`return class {
    constructor(store) { this.at = 0; this.$ = store; ${fields} }
    bind() { ${bound ? `const store = this.$; ${fields}` : ''} }
    ${moves(table)}
    ${getters} }`)() as CursorClass<S>
}
const memory = (kind: Kind): string => (kind === 'f64' ? '.floats' : '.raw')

/** The same for a single row, of which a few columns are read: so it is two words, whatever the table's width. */
function rowClass<S extends Schema>(table: Table<S>): CursorClass<S> {
  const getters = Object.keys(table.schema).map((n) => `get ${n}() { return this.$.columns.${n}.get(this.at) }`)
  return new Function(`return class {
    constructor(store) { this.at = 0; this.$ = store }
    bind() {}
    ${moves(table)}
    ${getters.join('\n')} }`)() as CursorClass<S>
}

function moves<S extends Schema>(table: Table<S>): string {
  const base = table.transient ? 'this.$.base' : '0'
  return `seek(row) { this.at = row + ${base}; return this }
    get row() { return this.at - ${base} }`
}
