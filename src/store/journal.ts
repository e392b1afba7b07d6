// The one undo: old cells, newest last. Whoever writes a column is undone for free; nobody else may write an undo.
import type { Column } from './column.ts'

/**
 * A record is [lanes..., row, column number]. Marks are absolute positions, so that forgetting the front (finalized blocks)
 * leaves the marks of later blocks true.
 */
export class Journal {
  /** Off while folding finalized history: nothing there is ever undone. */
  on = true
  readonly columns: Column[] = []
  private words = new Uint32Array(1 << 12)
  private top = 0
  /** Absolute position of words[0]. */
  private base = 0

  mark(): number {
    return this.base + this.top
  }

  /** Bytes held for undo. */
  get bytes(): number {
    return this.top * 4
  }

  save(column: Column, row: number): void {
    if (!this.on) return
    const { lanes, raw } = column
    if (this.top + lanes + 2 > this.words.length) this.grow()
    const from = row * lanes
    for (let lane = 0; lane < lanes; lane++) this.words[this.top++] = raw[from + lane] as number
    this.words[this.top++] = row
    this.words[this.top++] = column.no
  }

  undoTo(mark: number): void {
    const stop = mark - this.base
    if (stop < 0 || stop > this.top) throw new RangeError(`undo to ${mark}: the journal holds ${this.base} to ${this.mark()}`)
    while (this.top > stop) {
      const column = this.columns[this.words[--this.top] as number] as Column
      const row = this.words[--this.top] as number
      this.top -= column.lanes
      column.raw.set(this.words.subarray(this.top, this.top + column.lanes), row * column.lanes)
    }
  }

  /** Drops what lies before a mark: those blocks are final. */
  forget(mark: number): void {
    const drop = mark - this.base
    if (drop <= 0) return
    this.words.copyWithin(0, drop, this.top)
    this.top -= drop
    this.base += drop
    if (this.words.length > 1 << 16 && this.top * 8 < this.words.length) this.words = this.words.slice(0, this.words.length >> 1)
  }

  private grow(): void {
    const words = new Uint32Array(this.words.length * 2)
    words.set(this.words)
    this.words = words
  }
}
