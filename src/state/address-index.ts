// From an address in a log's words to the row of a table, without making text of it: text of each address was a fifth of a block's cost.
import { LANES } from '../decode/lanes.ts'
import type { U32Column, WordColumn } from '../store/column.ts'

const ADDRESS_LANES = 5
const LEAST = 1 << 8

/**
 * Rows of `rows` by a reference and an address, both columns of it. Only a hint, and so nothing to undo: what it finds is compared with the
 * columns, and what it doesn't find the table may still have, under its key.
 */
export class AddressIndex {
  /** Row + 1 at a place by hash, or at the next free one; a power of two long, at least half of it free. */
  private slots = new Uint32Array(LEAST)
  private used = 0
  /** Rows below it are in `slots`, if no undo took them. */
  private indexed = 0

  constructor(
    private readonly rows: { readonly count: number },
    private readonly of: U32Column,
    private readonly address: WordColumn,
  ) {}

  /** The row whose reference is `of`, and whose address is the one in the low 20 bytes of the word at lane `at`. */
  find(of: number, lanes: Uint32Array, at: number): number | undefined {
    const { count } = this.rows
    if (count !== this.indexed) this.catchUp(count)
    const { slots } = this
    const { raw } = this.address
    const mask = slots.length - 1
    for (let place = hashOf(of, lanes, at) & mask; slots[place] !== 0; place = (place + 1) & mask) {
      const row = (slots[place] as number) - 1
      if (row < count && this.of.get(row) === of && isSame(raw, row * LANES, lanes, at)) return row
    }
    return undefined
  }

  private catchUp(count: number): void {
    if (2 * (this.used + count - this.indexed) > this.slots.length) {
      // rows that an undo took go, too
      let length = LEAST
      while (length < 4 * count) length *= 2
      this.slots = new Uint32Array(length)
      this.used = 0
      this.indexed = 0
    }
    const { slots } = this
    const mask = slots.length - 1
    for (let row = Math.min(this.indexed, count); row < count; row++) {
      let place = hashOf(this.of.get(row), this.address.raw, row * LANES) & mask
      while (slots[place] !== 0) place = (place + 1) & mask
      slots[place] = row + 1
      this.used += 1
    }
    this.indexed = count
  }
}

function hashOf(of: number, lanes: Uint32Array, at: number): number {
  let hash = of
  for (let lane = at; lane < at + ADDRESS_LANES; lane++) {
    hash = Math.imul(hash ^ (lanes[lane] as number), 0x9e37_79b1)
    hash ^= hash >>> 15
  }
  return hash
}

function isSame(a: Uint32Array, from: number, b: Uint32Array, at: number): boolean {
  for (let lane = 0; lane < ADDRESS_LANES; lane++) if (a[from + lane] !== b[at + lane]) return false
  return true
}
