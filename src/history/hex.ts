// Bytes and lanes as the hex text that logs and reads are made of, and back.
import { BadDataError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import { LANES } from '../decode/lanes.ts'

const WHOLE_BYTES = /^0x(?:[0-9a-f]{2})*$/

/** @throws BadDataError unless it is `0x` and whole bytes of lower-case hex, of `bytes` if that is given: nothing else comes back as it went in */
export function checkedHex(where: string, what: string, hex: Hex, bytes?: number): Hex {
  if (!WHOLE_BYTES.test(hex) || (bytes !== undefined && hex.length !== 2 + 2 * bytes))
    throw new BadDataError({ from: where, what, got: hex, want: `${bytes ?? 'whole'} bytes of lower-case hex` })
  return hex
}

export const hexAt = (bytes: Uint8Array, from: number, to: number): Hex =>
  `0x${Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('hex')}`

/** Two characters for each byte, as this machine lays a 16-bit store. */
const PAIRS = pairs()
const X = 2

function pairs(): Uint16Array {
  const text = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''), 'latin1')
  const table = new Uint16Array(256)
  for (let byte = 0; byte < 256; byte++) table[byte] = text.readUInt16LE(2 * byte)
  return table
}

let chars = Buffer.alloc(0)
let charPairs = new Uint16Array(0)

function reserve(words: number): void {
  const buffer = new ArrayBuffer(X + 64 * words)
  chars = Buffer.from(buffer)
  chars.write('0x', 'latin1')
  charPairs = new Uint16Array(buffer)
}

/** `count` words, each at `row` of its own column, as hex: one flat string, since joined ones cost at every later look. */
export function wordsHex(columns: readonly Uint32Array[], first: number, count: number, row: number): Hex {
  if (chars.length < X + 64 * count) reserve(2 * count)
  let to = X / 2
  for (let n = first; n < first + count; n++) {
    const column = columns[n] as Uint32Array
    const from = row * LANES
    for (let lane = from + LANES - 1; lane >= from; lane--) {
      const value = column[lane] as number
      charPairs[to] = PAIRS[value >>> 24] as number
      charPairs[to + 1] = PAIRS[(value >>> 16) & 0xff] as number
      charPairs[to + 2] = PAIRS[(value >>> 8) & 0xff] as number
      charPairs[to + 3] = PAIRS[value & 0xff] as number
      to += 4
    }
  }
  return chars.toString('latin1', 0, 2 * to) as Hex
}

/** Bytes of many texts behind one another, and where each ends. */
export class Blob {
  private bytes = Buffer.alloc(1_024)
  private size = 0
  private ends = new Uint32Array(64)
  private count = 0

  /** Gives the text's number. */
  push(hex: Hex): number {
    const length = (hex.length - 2) / 2
    if (this.size + length > this.bytes.length) {
      const bytes = Buffer.alloc(Math.max(2 * this.bytes.length, this.size + length))
      this.bytes.copy(bytes, 0, 0, this.size)
      this.bytes = bytes
    }
    this.bytes.write(hex.slice(2), this.size, 'hex')
    this.size += length
    if (this.count + 2 > this.ends.length) {
      const ends = new Uint32Array(2 * this.ends.length)
      ends.set(this.ends)
      this.ends = ends
    }
    this.ends[this.count + 1] = this.size
    return this.count++
  }

  get data(): Uint8Array {
    return this.bytes.subarray(0, this.size)
  }
  /** The n-th text is [starts[n], starts[n + 1]). */
  get starts(): Uint32Array {
    return this.ends.subarray(0, this.count + 1)
  }
}

/** A column of u32 that grows. */
export class Counts {
  private cells = new Uint32Array(64)
  length = 0

  push(value: number): void {
    if (this.length === this.cells.length) {
      const cells = new Uint32Array(2 * this.cells.length)
      cells.set(this.cells)
      this.cells = cells
    }
    this.cells[this.length++] = value
  }

  get data(): Uint32Array {
    return this.cells.subarray(0, this.length)
  }
}
