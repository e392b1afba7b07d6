// Typed columns over 32-bit lanes: a float is 2 lanes, a count 1, an exact uint128 4, an exact uint256 word 8. Every write goes by the journal.
import type { Hex } from '../core/flow.ts'
import type { Journal } from './journal.ts'

export type Kind = 'f64' | 'u32' | 'u128' | 'word'

/** Told which row was changed; tables use it to know what a block touched. */
export interface Touched {
  touch(row: number): void
}

export abstract class Column {
  readonly no: number
  raw: Uint32Array
  constructor(
    readonly name: string,
    readonly kind: Kind,
    readonly journal: Journal,
    readonly lanes: number,
    private readonly owner: Touched | undefined,
  ) {
    this.raw = new Uint32Array(lanes * 16)
    this.no = journal.columns.push(this) - 1
  }

  /** Makes room for `rows`; rows never written read as zero. */
  reserve(rows: number): void {
    if (rows * this.lanes <= this.raw.length) return
    let length = Math.max(this.raw.length, this.lanes)
    while (length < rows * this.lanes) length *= 2
    const raw = new Uint32Array(length)
    raw.set(this.raw)
    this.raw = raw
  }

  /** Old cells of [from, to): apart, so that what calls it stays small enough to be inlined. */
  protected keep(from: number, to: number): void {
    for (let row = from; row < to; row++) this.journal.save(this, row)
  }

  /** Called before every write: keeps the old cell and tells the table. */
  protected before(row: number): void {
    if ((row + 1) * this.lanes > this.raw.length) this.reserve(row + 1)
    if (this.journal.on) this.journal.save(this, row)
    if (this.owner !== undefined) this.owner.touch(row)
  }
}

const CANONICAL_NAN = 0x7ff80000

/** Lanes low, high: the journal copies them, so that an undo keeps every bit. `floats` is the same memory. */
export class F64Column extends Column {
  /** Replaced when it grows: never kept. */
  floats = new Float64Array(this.raw.buffer)
  constructor(name: string, journal: Journal, owner?: Touched) {
    super(name, 'f64', journal, 2, owner)
  }
  override reserve(rows: number): void {
    super.reserve(rows)
    if (this.floats.buffer !== this.raw.buffer) this.floats = new Float64Array(this.raw.buffer)
  }
  /** Reads what somebody else wrote, without a copy, until the next `adopt`; nothing may be written meanwhile. */
  adopt(values: Float64Array<ArrayBuffer>): void {
    this.floats = values
    this.raw = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  }
  /** The memory itself, with room for `rows`; to be read only. */
  upTo(rows: number): Float64Array {
    if (rows > this.floats.length) this.reserve(rows)
    return this.floats
  }
  /** The same, to write the cells [from, to), whose old values are kept: for windows, which write several at once. No NaN but `Number.NaN`. */
  open(from: number, to: number): Float64Array {
    if (to > this.floats.length) this.reserve(to)
    if (this.journal.on) this.keep(from, to)
    return this.floats
  }
  get(row: number): number {
    const { floats } = this
    return row < floats.length ? (floats[row] as number) : 0
  }
  set(row: number, value: number): void {
    if (Number.isNaN(value)) {
      this.setNaN(row)
      return
    }
    const { floats } = this
    const old = row < floats.length ? (floats[row] as number) : 0
    if (old === value && (value !== 0 || 1 / old === 1 / value)) return // 0 and -0 are two values
    this.before(row)
    this.floats[row] = value
  }
  /** Machines make NaN with either sign: one is kept, so that equal states have equal bytes. */
  private setNaN(row: number): void {
    if (Number.isNaN(this.get(row))) return
    this.before(row)
    this.raw[row * 2] = 0
    this.raw[row * 2 + 1] = CANONICAL_NAN
  }
}

export class U32Column extends Column {
  constructor(name: string, journal: Journal, owner?: Touched) {
    super(name, 'u32', journal, 1, owner)
  }
  /** See F64Column. */
  adopt(values: Uint32Array<ArrayBuffer>): void {
    this.raw = values
  }
  /** As F64Column's. */
  open(from: number, to: number): Uint32Array {
    if (to > this.raw.length) this.reserve(to)
    if (this.journal.on) this.keep(from, to)
    return this.raw
  }
  get(row: number): number {
    const { raw } = this
    return row < raw.length ? (raw[row] as number) : 0
  }
  set(row: number, value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`${this.name}: ${value} is not a uint32`)
    if (this.get(row) === value) return
    this.before(row)
    this.raw[row] = value
  }
}

const LOW = 2 ** 32
const LIMIT = 1n << 256n

/** One word as lanes and as 64-bit halves of it, lowest first. */
const split = new Uint32Array(8)
const quads = new BigUint64Array(split.buffer)

/** Exact unsigned integers of a fixed number of lanes, lowest first. */
abstract class BigColumn extends Column {
  private readonly limit: bigint
  constructor(name: string, kind: 'u128' | 'word', journal: Journal, lanes: 4 | 8, owner: Touched | undefined) {
    super(name, kind, journal, lanes, owner)
    this.limit = 1n << BigInt(32 * lanes)
  }
  /** See F64Column. */
  adopt(values: Uint32Array<ArrayBuffer>): void {
    this.raw = values
  }
  get(row: number): bigint {
    const { raw, lanes } = this
    const at = row * lanes
    if (at >= raw.length) return 0n
    let top = lanes - 1
    while (top > 1 && raw[at + top] === 0) top--
    const low = raw[at] as number
    const second = raw[at + 1] as number
    if (top === 1 && second < 2 ** 21) return BigInt(second * LOW + low)
    for (let lane = 0; lane <= (top | 1); lane++) split[lane] = raw[at + lane] as number
    let value = quads[0] as bigint
    if (top > 1) value |= (quads[1] as bigint) << 64n
    if (top > 3) value |= (quads[2] as bigint) << 128n
    if (top > 5) value |= (quads[3] as bigint) << 192n
    return value
  }
  set(row: number, value: bigint): void {
    if (value < 0n || value >= this.limit) throw new RangeError(`${this.name}: ${value} is not a uint${32 * this.lanes}`)
    const { lanes } = this
    // a 64-bit store takes the lowest 64 bits
    quads[0] = value
    quads[1] = value >> 64n
    if (lanes === 8) {
      quads[2] = value >> 128n
      quads[3] = value >> 192n
    }
    const at = row * lanes
    let same = true
    for (let lane = 0; lane < lanes && same; lane++) same = (at < this.raw.length ? this.raw[at + lane] : 0) === split[lane]
    if (same) return
    this.before(row)
    for (let lane = 0; lane < lanes; lane++) this.raw[at + lane] = split[lane] as number
  }
  /** `set` with the lanes from `from` on, as many as the column's, without making a bigint of them. */
  copy(row: number, of: Uint32Array, from: number): void {
    const { lanes } = this
    const at = row * lanes
    let same = true
    for (let lane = 0; lane < lanes && same; lane++) same = (at < this.raw.length ? this.raw[at + lane] : 0) === of[from + lane]
    if (same) return
    this.before(row)
    for (let lane = 0; lane < lanes; lane++) this.raw[at + lane] = of[from + lane] as number
  }
}

/** Exact uint128: what tokens keep balances in, at half the room of a word. */
export class U128Column extends BigColumn {
  constructor(name: string, journal: Journal, owner?: Touched) {
    super(name, 'u128', journal, 4, owner)
  }
}

/** Exact uint256; signed answers are stored in two's complement (see `signed`). */
export class WordColumn extends BigColumn {
  /** By row: what was made last, and the lanes that it is the text of. */
  private readonly texts = new Map<number, { readonly lanes: Uint32Array; readonly text: Hex }>()
  constructor(name: string, journal: Journal, owner?: Touched) {
    super(name, 'word', journal, 8, owner)
  }
  /** The low 20 bytes as an address in lower case. Most are asked for in each block and never change, so the text is made once. */
  address(row: number): Hex {
    const at = row * this.lanes
    const known = this.texts.get(row)
    if (known !== undefined && isSame(known.lanes, this.raw, at)) return known.text
    const text: Hex = `0x${(this.get(row) & ADDRESS).toString(16).padStart(40, '0')}`
    if (this.texts.size >= MOST_TEXTS) this.texts.clear()
    this.texts.set(row, { lanes: this.raw.slice(at, at + this.lanes), text })
    return text
  }
}
const ADDRESS = (1n << 160n) - 1n
const MOST_TEXTS = 1_024

/** All of `lanes`, none beyond the column's end. */
function isSame(lanes: Uint32Array, raw: Uint32Array, at: number): boolean {
  if (lanes.length !== Math.max(0, Math.min(8, raw.length - at))) return false
  for (let lane = 0; lane < lanes.length; lane++) if (lanes[lane] !== raw[at + lane]) return false
  return true
}

/** Reads a stored word as int256. */
export const signed = (word: bigint): bigint => (word >> 255n === 0n ? word : word - LIMIT)
/** Writes an int256 as a word. */
export const unsigned = (value: bigint): bigint => (value < 0n ? value + LIMIT : value)
