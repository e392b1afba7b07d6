// Memory of detectors: windows kept in columns, one cell set a subject, so that undo and checkpoints cover them.
import { halved } from '../core/math.ts'
import type { F64Column } from './column.ts'
import type { Store } from './store.ts'
import type { Cell, Memory } from './windows/cell.ts'

export type { Cell, Memory } from './windows/cell.ts'
export { cusum } from './windows/cusum.ts'
export { garchVolatility } from './windows/garch.ts'
export { intensity } from './windows/intensity.ts'
export { quantile } from './windows/quantile.ts'

/** Standard deviation of what was pushed, newer rows weighing more: half after `halfLifeRows`. Ready after as many rows as half a half-life, 20 at least. */
export class EwmaVolatility implements Cell {
  private at = 0
  /** Rows and variance of each subject. */
  private readonly state: F64Column
  private readonly keep: number
  private readonly warmRows: number
  constructor(store: Store, name: string, halfLifeRows: number) {
    this.state = store.column(name, 'f64')
    this.keep = halved(1 / halfLifeRows)
    this.warmRows = Math.max(20, Math.floor(halfLifeRows / 2))
  }
  seek(subject: number): void {
    this.at = subject * 2
  }
  /** Per row, in the unit of what was pushed. */
  get sigma(): number {
    return Math.sqrt(this.state.upTo(this.at + 2)[this.at + 1] as number)
  }
  get rows(): number {
    return this.state.upTo(this.at + 2)[this.at] as number
  }
  get ready(): boolean {
    return this.rows >= this.warmRows
  }
  /** Values whose square isn't finite are left out: one bad row must not blind the window for good. */
  push(value: number): void {
    const square = value * value
    if (!(square < Number.POSITIVE_INFINITY)) return
    const { at } = this
    const state = this.state.open(at, at + 2)
    const rows = state[at] as number
    const mean = rows / (rows + 1) // a plain mean until the half-life bites
    const keep = mean < this.keep ? mean : this.keep
    state[at] = rows + 1
    state[at + 1] = keep * (state[at + 1] as number) + (1 - keep) * square
  }
}
export const ewmaVolatility = ({ halfLifeRows }: { halfLifeRows: number }): Memory<EwmaVolatility> => ({
  create: (store, name) => new EwmaVolatility(store, name, halfLifeRows),
})

/** Sum of amounts over the last `windowS` seconds, in `buckets` steps: at most one bucket too short, never too long. */
export class RateInWindow implements Cell {
  private subject = 0
  /** Of each subject: its newest slot (0: none yet), the sum in it, and the sum of the slots before it in the window. */
  private readonly state: F64Column
  /** Slot and sum of each bucket, but for the newest slot's. */
  private readonly past: F64Column
  private readonly bucketS: number
  /** Of the time that was asked for last: the rows of a block share it. */
  private timeS = Number.NaN
  private slot = 0
  constructor(
    store: Store,
    name: string,
    windowS: number,
    private readonly buckets: number,
  ) {
    this.state = store.column(`${name}.now`, 'f64')
    this.past = store.column(`${name}.past`, 'f64')
    this.bucketS = windowS / buckets
  }
  seek(subject: number): void {
    this.subject = subject
  }
  push(timeS: number, amount: number): void {
    if (!Number.isFinite(amount)) return
    const slot = timeS === this.timeS ? this.slot : this.slotAt(timeS)
    const at = this.subject * 3
    const state = this.state.open(at, at + 3)
    if (state[at] !== slot) this.turn(state, at, slot)
    state[at + 1] = (state[at + 1] as number) + amount
  }
  sum(timeS: number): number {
    const slot = timeS === this.timeS ? this.slot : this.slotAt(timeS)
    const at = this.subject * 3
    const state = this.state.upTo(at + 3)
    const newest = state[at] as number
    if (newest === slot) return (state[at + 1] as number) + (state[at + 2] as number)
    return this.before(slot) + (newest > slot - this.buckets ? (state[at + 1] as number) : 0)
  }
  private slotAt(timeS: number): number {
    this.timeS = timeS
    this.slot = Math.floor(timeS / this.bucketS) + 1
    return this.slot
  }
  /** The newest slot's sum goes to its bucket, and `slot` is the newest. */
  private turn(state: Float64Array, at: number, slot: number): void {
    const newest = state[at] as number
    if (newest > 0) {
      const bucket = (this.subject * this.buckets + (newest % this.buckets)) * 2
      const past = this.past.open(bucket, bucket + 2)
      past[bucket] = newest
      past[bucket + 1] = state[at + 1] as number
    }
    state[at] = slot
    state[at + 1] = 0
    state[at + 2] = this.before(slot)
  }
  /** Added up anew, so that rounding does not pile up. */
  private before(slot: number): number {
    const first = this.subject * this.buckets * 2
    const past = this.past.upTo(first + this.buckets * 2)
    let total = 0
    for (let at = first; at < first + this.buckets * 2; at += 2)
      if ((past[at] as number) > slot - this.buckets && (past[at] as number) < slot) total += past[at + 1] as number
    return Number.isNaN(total) ? Number.NaN : total
  }
}
export const rateInWindow = ({ windowS, buckets = 12 }: { windowS: number; buckets?: number }): Memory<RateInWindow> => ({
  create: (store, name) => new RateInWindow(store, name, windowS, buckets),
})

/** The last `size` values. */
export class Ring implements Cell {
  private at = 0
  /** Of each subject: how many there are, where the next goes, and the values. */
  private readonly state: F64Column
  constructor(
    store: Store,
    name: string,
    readonly size: number,
  ) {
    this.state = store.column(name, 'f64')
  }
  seek(subject: number): void {
    this.at = subject * (this.size + 2)
  }
  get length(): number {
    return this.state.upTo(this.at + 1)[this.at] as number
  }
  push(value: number): void {
    const { at, size } = this
    const state = this.state.open(at, at + 2)
    const next = (state[at + 1] as number) | 0
    if ((state[at] as number) < size) state[at] = (state[at] as number) + 1
    state[at + 1] = next + 1 === size ? 0 : next + 1
    const cell = at + 2 + next
    this.state.open(cell, cell + 1)[cell] = Number.isNaN(value) ? Number.NaN : value
  }
  /** `ago` 0 is the newest; undefined past the oldest. */
  get(ago: number): number | undefined {
    const { at, size } = this
    const state = this.state.upTo(at + 2 + size)
    if (ago >= (state[at] as number)) return undefined
    const place = ((state[at + 1] as number) | 0) - 1 - ago
    return state[at + 2 + (place < 0 ? place + size : place)]
  }
}
export const ring = ({ size }: { size: number }): Memory<Ring> => ({ create: (store, name) => new Ring(store, name, size) })
