// Lower-case hex in bytes, wherever it lies: to 32-bit lanes, to texts that were met before, or only looked at.
import type { Hex } from '../core/flow.ts'
import { LANES } from '../decode/lanes.ts'

const BAD = 256
const FOUR_ZEROS = 0x30303030
/** From two characters, the first in the low byte, to the byte that they spell; BAD if they spell none in lower case. */
const BYTE_OF_PAIR = new Uint16Array(65_536).fill(BAD)
for (let byte = 0; byte < 256; byte++) {
  const pair = byte.toString(16).padStart(2, '0')
  BYTE_OF_PAIR[pair.charCodeAt(0) | (pair.charCodeAt(1) << 8)] = byte
}

/** Nobody checks here that there are as many bytes as asked for: who calls has seen the quote behind them. */
export class HexBytes {
  private readonly view: DataView
  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** `words` words of 64 digits, eight lanes each, the lowest first. False: it is not hex, and the lanes mean nothing. */
  words(from: number, words: number, lanes: Uint32Array, to: number): boolean {
    const { view } = this
    let at = from
    let seen = 0
    for (let word = to; word < to + words * LANES; word += LANES)
      for (let lane = word + LANES - 1; lane >= word; lane--, at += 8) {
        const high = view.getUint32(at, true)
        const low = view.getUint32(at + 4, true)
        if (high === FOUR_ZEROS && low === FOUR_ZEROS) lanes[lane] = 0
        else {
          const a = BYTE_OF_PAIR[high & 0xffff] as number
          const b = BYTE_OF_PAIR[high >>> 16] as number
          const c = BYTE_OF_PAIR[low & 0xffff] as number
          const d = BYTE_OF_PAIR[low >>> 16] as number
          seen |= a | b | c | d
          lanes[lane] = (a << 24) | (b << 16) | (c << 8) | d
        }
      }
    return seen < BAD
  }

  /** `chars` is even. */
  isHex(from: number, chars: number): boolean {
    let seen = 0
    for (let at = from; at < from + chars; at += 2) seen |= BYTE_OF_PAIR[this.view.getUint16(at, true)] as number
    return seen < BAD
  }

  /** Any bytes, four a number, the last ones overlapping; at least four. */
  fours(from: number, length: number): Uint32Array {
    const fours = new Uint32Array(Math.ceil(length / 4))
    for (let n = 0; n < fours.length; n++) fours[n] = this.view.getUint32(from + Math.min(4 * n, length - 4), true)
    return fours
  }

  startsWith(from: number, fours: Uint32Array, length: number): boolean {
    if (from + length > this.bytes.length) return false
    const last = fours.length - 1
    if (this.view.getUint32(from + length - 4, true) !== fours[last]) return false
    for (let n = 0; n < last; n++) if (this.view.getUint32(from + 4 * n, true) !== fours[n]) return false
    return true
  }

  /** Four characters a number. */
  equals(from: number, chars: Uint32Array, at: number, count: number): boolean {
    for (let n = 0; n < count; n++) if (this.view.getUint32(from + 4 * n, true) !== chars[at + n]) return false
    return true
  }

  copy(from: number, chars: Uint32Array, at: number, count: number): void {
    for (let n = 0; n < count; n++) chars[at + n] = this.view.getUint32(from + 4 * n, true)
  }

  /** Of the characters at both ends and in the middle: addresses and hashes differ there. */
  hash(from: number, chars: number): number {
    const { view } = this
    const mixed =
      Math.imul(view.getUint32(from, true), 31) ^ view.getUint32(from + chars - 4, true) ^ (view.getUint32(from + chars / 2, true) << 7)
    return (Math.imul(mixed, 0x9e3779b1) >>> 16) ^ (mixed & 0xffff)
  }
}

/** Texts of one length that come again and again. What was met is a text of its own: nobody holds the answer that it was first in. */
export class Interned {
  private readonly texts: (Hex | undefined)[]
  private readonly chars: Uint32Array
  private readonly count: number
  constructor(
    private readonly digits: number,
    private readonly slots: number,
  ) {
    this.count = digits / 4
    this.texts = new Array<Hex | undefined>(slots).fill(undefined)
    this.chars = new Uint32Array(slots * this.count)
  }

  /** With its 0x, which lies before `from`; undefined: it is not hex. */
  at(hex: HexBytes, from: number): Hex | undefined {
    const slot = hex.hash(from, this.digits) % this.slots
    const text = this.texts[slot]
    if (text !== undefined && hex.equals(from, this.chars, slot * this.count, this.count)) return text
    if (!hex.isHex(from, this.digits)) return undefined
    hex.copy(from, this.chars, slot * this.count, this.count)
    const fresh = hex.bytes.toString('latin1', from - 2, from + this.digits) as Hex
    this.texts[slot] = fresh
    return fresh
  }
}
