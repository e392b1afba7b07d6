// Typed columns over 32-bit lanes: a float is 2 lanes, a count 1, an exact uint128 4, an exact uint256 word 8. Every write goes by the journal.
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
    let length = this.raw.length
    while (length < rows * this.lanes) length *= 2
    const raw = new Uint32Array(length)
    raw.set(this.raw)
    this.raw = raw
  }

  /** Called before every write: keeps the old cell and tells the table. */
  protected before(row: number): void {
    if ((row + 1) * this.lanes > this.raw.length) this.reserve(row + 1)
    this.journal.save(this, row)
    this.owner?.touch(row)
  }
}

const scratch = new DataView(new ArrayBuffer(8))

export class F64Column extends Column {
  constructor(name: string, journal: Journal, owner?: Touched) {
    super(name, 'f64', journal, 2, owner)
  }
  get(row: number): number {
    const at = row * 2
    if (at >= this.raw.length) return 0
    scratch.setUint32(0, this.raw[at] as number)
    scratch.setUint32(4, this.raw[at + 1] as number)
    return scratch.getFloat64(0)
  }
  set(row: number, value: number): void {
    scratch.setFloat64(0, value)
    const high = scratch.getUint32(0)
    const low = scratch.getUint32(4)
    const at = row * 2
    if (at < this.raw.length ? this.raw[at] === high && this.raw[at + 1] === low : high === 0 && low === 0) return
    this.before(row)
    this.raw[at] = high
    this.raw[at + 1] = low
  }
}

export class U32Column extends Column {
  constructor(name: string, journal: Journal, owner?: Touched) {
    super(name, 'u32', journal, 1, owner)
  }
  get(row: number): number {
    return row < this.raw.length ? (this.raw[row] as number) : 0
  }
  set(row: number, value: number): void {
    if (value < 0 || value > 0xffffffff || value % 1 !== 0) throw new RangeError(`${this.name}: ${value} is not a uint32`)
    if (this.get(row) === value) return
    this.before(row)
    this.raw[row] = value
  }
}

const LANE = 0xffffffffn
const LIMIT = 1n << 256n

/** Exact unsigned integers of a fixed number of lanes, lowest first. */
abstract class BigColumn extends Column {
  private readonly limit: bigint
  constructor(name: string, kind: 'u128' | 'word', journal: Journal, lanes: 4 | 8, owner: Touched | undefined) {
    super(name, kind, journal, lanes, owner)
    this.limit = 1n << BigInt(32 * lanes)
  }
  get(row: number): bigint {
    const at = row * this.lanes
    if (at >= this.raw.length) return 0n
    let value = 0n
    for (let lane = this.lanes - 1; lane >= 0; lane--) {
      const part = this.raw[at + lane] as number
      if (part !== 0 || value !== 0n) value = (value << 32n) | BigInt(part)
    }
    return value
  }
  set(row: number, value: bigint): void {
    if (value < 0n || value >= this.limit) throw new RangeError(`${this.name}: ${value} is not a uint${32 * this.lanes}`)
    if (this.get(row) === value) return
    this.before(row)
    const at = row * this.lanes
    let rest = value
    for (let lane = 0; lane < this.lanes; lane++) {
      this.raw[at + lane] = Number(rest & LANE)
      rest >>= 32n
    }
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
  constructor(name: string, journal: Journal, owner?: Touched) {
    super(name, 'word', journal, 8, owner)
  }
}

/** Reads a stored word as int256. */
export const signed = (word: bigint): bigint => (word >> 255n === 0n ? word : word - LIMIT)
/** Writes an int256 as a word. */
export const unsigned = (value: bigint): bigint => (value < 0n ? value + LIMIT : value)
