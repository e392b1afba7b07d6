// Memory of detectors: windows kept in columns, one cell set a subject, so that undo and checkpoints cover them.
import { halved } from '../core/math.ts'
import type { F64Column, U32Column } from './column.ts'
import type { Store } from './store.ts'

/** A window at one subject; the engine seeks before each check. */
export interface Cell {
  seek(subject: number): void
}
export interface Memory<C extends Cell> {
  /** `name` is unique in the store. */
  create(store: Store, name: string): C
}

/** Standard deviation of what was pushed, newer rows weighing more: half after `halfLifeRows`. Ready after as many rows as half a half-life, 20 at least. */
export class EwmaVolatility implements Cell {
  private subject = 0
  private readonly count: U32Column
  private readonly variance: F64Column
  private readonly keep: number
  private readonly warmRows: number
  constructor(store: Store, name: string, halfLifeRows: number) {
    this.count = store.column(`${name}.count`, 'u32')
    this.variance = store.column(`${name}.variance`, 'f64')
    this.keep = halved(1 / halfLifeRows)
    this.warmRows = Math.max(20, Math.floor(halfLifeRows / 2))
  }
  seek(subject: number): void {
    this.subject = subject
  }
  /** Per row, in the unit of what was pushed. */
  get sigma(): number {
    return Math.sqrt(this.variance.get(this.subject))
  }
  get rows(): number {
    return this.count.get(this.subject)
  }
  get ready(): boolean {
    return this.rows >= this.warmRows
  }
  /** Values whose square isn't finite are left out: one bad row must not blind the window for good. */
  push(value: number): void {
    if (!Number.isFinite(value * value)) return
    const rows = this.rows
    const keep = rows === 0 ? 0 : Math.min(this.keep, rows / (rows + 1)) // a plain mean until the half-life bites
    this.variance.set(this.subject, keep * this.variance.get(this.subject) + (1 - keep) * value * value)
    this.count.set(this.subject, rows + 1)
  }
}
export const ewmaVolatility = ({ halfLifeRows }: { halfLifeRows: number }): Memory<EwmaVolatility> => ({
  create: (store, name) => new EwmaVolatility(store, name, halfLifeRows),
})

/** Sum of amounts over the last `windowS` seconds, in `buckets` steps: at most one bucket too short, never too long. */
export class RateInWindow implements Cell {
  private subject = 0
  private readonly sums: F64Column
  private readonly slots: F64Column
  private readonly bucketS: number
  constructor(
    store: Store,
    name: string,
    windowS: number,
    private readonly buckets: number,
  ) {
    this.sums = store.column(`${name}.sums`, 'f64')
    this.slots = store.column(`${name}.slots`, 'f64')
    this.bucketS = windowS / buckets
  }
  seek(subject: number): void {
    this.subject = subject
  }
  push(timeS: number, amount: number): void {
    if (!Number.isFinite(amount)) return
    const slot = Math.floor(timeS / this.bucketS) + 1 // 0 means never written
    const cell = this.subject * this.buckets + (slot % this.buckets)
    const before = this.slots.get(cell) === slot ? this.sums.get(cell) : 0
    this.slots.set(cell, slot)
    this.sums.set(cell, before + amount)
  }
  sum(timeS: number): number {
    const newest = Math.floor(timeS / this.bucketS) + 1
    let total = 0
    for (let k = 0; k < this.buckets; k++) {
      const cell = this.subject * this.buckets + k
      if (this.slots.get(cell) > newest - this.buckets) total += this.sums.get(cell)
    }
    return total
  }
}
export const rateInWindow = ({ windowS, buckets = 12 }: { windowS: number; buckets?: number }): Memory<RateInWindow> => ({
  create: (store, name) => new RateInWindow(store, name, windowS, buckets),
})

/** The last `size` values. */
export class Ring implements Cell {
  private subject = 0
  private readonly values: F64Column
  private readonly pushed: U32Column
  constructor(
    store: Store,
    name: string,
    readonly size: number,
  ) {
    this.values = store.column(`${name}.values`, 'f64')
    this.pushed = store.column(`${name}.pushed`, 'u32')
  }
  seek(subject: number): void {
    this.subject = subject
  }
  get length(): number {
    return Math.min(this.pushed.get(this.subject), this.size)
  }
  push(value: number): void {
    const n = this.pushed.get(this.subject)
    this.values.set(this.subject * this.size + (n % this.size), value)
    this.pushed.set(this.subject, n + 1)
  }
  /** `ago` 0 is the newest; undefined past the oldest. */
  get(ago: number): number | undefined {
    if (ago >= this.length) return undefined
    return this.values.get(this.subject * this.size + ((this.pushed.get(this.subject) - 1 - ago) % this.size))
  }
}
export const ring = ({ size }: { size: number }): Memory<Ring> => ({ create: (store, name) => new Ring(store, name, size) })
