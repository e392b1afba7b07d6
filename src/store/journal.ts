// The one undo: old cells, newest last. Whoever writes a column is undone for free; nobody else may write an undo.
import type { Column } from './column.ts'

const LEAST_WORDS = 1 << 12
/** A ring that has grown beyond this gives memory back. */
const KEPT_WORDS = 1 << 16

/**
 * A ring of records [lanes..., row, column number]. Marks are absolute positions, so that forgetting the front (finalized blocks)
 * leaves the marks of later blocks true.
 */
export class Journal {
  /** Off while folding finalized history: nothing there is ever undone. */
  on = true
  readonly columns: Column[] = []
  /** Its length is a power of two: positions wrap by a mask. */
  private words = new Uint32Array(LEAST_WORDS)
  /** Index of the oldest word, and how many are held. */
  private start = 0
  private used = 0
  /** Absolute position of the oldest word. */
  private base = 0

  mark(): number {
    return this.base + this.used
  }

  /** Bytes held for undo. */
  get bytes(): number {
    return this.used * 4
  }

  save(column: Column, row: number): void {
    if (!this.on) return
    const { lanes, raw } = column
    if (this.used + lanes + 2 > this.words.length) this.resize(this.words.length * 2)
    const { words } = this
    const mask = words.length - 1
    const from = row * lanes
    let at = this.start + this.used
    for (let lane = 0; lane < lanes; lane++) words[at++ & mask] = raw[from + lane] as number
    words[at++ & mask] = row
    words[at & mask] = column.no
    this.used += lanes + 2
  }

  undoTo(mark: number): void {
    const stop = mark - this.base
    if (stop < 0 || stop > this.used) throw new RangeError(`undo to ${mark}: the journal holds ${this.base} to ${this.mark()}`)
    const { words, start } = this
    const mask = words.length - 1
    while (this.used > stop) {
      let at = start + this.used
      const { raw, lanes } = this.columns[words[--at & mask] as number] as Column
      const end = ((words[--at & mask] as number) + 1) * lanes
      for (let lane = 1; lane <= lanes; lane++) raw[end - lane] = words[--at & mask] as number
      this.used -= lanes + 2
    }
  }

  /** Drops what lies before a mark: those blocks are final. Nothing is moved, but when a ring that is mostly empty gives memory back. */
  forget(mark: number): void {
    const drop = mark - this.base
    if (drop <= 0) return
    if (drop > this.used) throw new RangeError(`forget to ${mark}: the journal holds ${this.base} to ${this.mark()}`)
    this.start = (this.start + drop) & (this.words.length - 1)
    this.used -= drop
    this.base += drop
    if (this.words.length > KEPT_WORDS && this.used * 8 < this.words.length) this.resize(this.words.length >> 1)
  }

  private resize(length: number): void {
    const words = new Uint32Array(length)
    const first = Math.min(this.used, this.words.length - this.start)
    words.set(this.words.subarray(this.start, this.start + first))
    words.set(this.words.subarray(0, this.used - first), first)
    this.words = words
    this.start = 0
  }
}
