// The value that a given share of all values so far does not exceed: in buckets of one relative width, so that no value is kept.
import type { U32Column } from '../column.ts'
import type { Store } from '../store.ts'
import type { Cell, Memory } from './cell.ts'

/** Each doubling of the value has 16 buckets. */
const STEP_BITS = 4
/** Bits of a float's high half below those that tell the bucket. */
const SHIFT = 20 - STEP_BITS

const float = new Float64Array(1)
const halves = new Uint32Array(float.buffer)

/** Exponent and first bits of the fraction: ascending with the value, for values over 0. */
function keyOf(value: number): number {
  float[0] = value
  return (halves[1] as number) >>> SHIFT
}
/** The least value of a bucket. */
function leastOf(key: number): number {
  halves[0] = 0
  halves[1] = key << SHIFT
  return float[0] as number
}

/**
 * Nearest rank: the smallest value that at least `share` of the pushed ones do not exceed, told within 3.2 % (half a bucket of 1/16). Values
 * up to `least` (0 and negative ones too) count as `least`, those from `most` on as `most`. Pushing costs the buckets that the quantile
 * moves over, one or none as a rule; 64 bytes a doubling and subject.
 */
export class Quantile implements Cell {
  private subject = 0
  /** Of each subject: values pushed, the bucket that the quantile is in, and the values in lower ones. */
  private readonly state: U32Column
  /** Values in each bucket. */
  private readonly counts: U32Column
  private readonly first: number
  private readonly buckets: number
  constructor(
    store: Store,
    name: string,
    private readonly share: number,
    private readonly least: number,
    private readonly most: number,
  ) {
    this.state = store.column(name, 'u32')
    this.counts = store.column(`${name}.counts`, 'u32')
    this.first = keyOf(least)
    this.buckets = keyOf(most) - this.first + 1
  }
  seek(subject: number): void {
    this.subject = subject
  }
  get rows(): number {
    return this.state.get(this.subject * 3)
  }
  /** Enough values that at least ten are expected above it. */
  get ready(): boolean {
    return this.rows * (1 - this.share) >= 10
  }
  /** NaN while nothing was pushed. */
  get value(): number {
    if (this.rows === 0) return Number.NaN
    const key = this.first + this.state.get(this.subject * 3 + 1)
    const middle = (leastOf(key) + leastOf(key + 1)) / 2
    return middle < this.least ? this.least : middle > this.most ? this.most : middle
  }
  /** NaN is left out. */
  push(value: number): void {
    if (Number.isNaN(value)) return
    const { subject, buckets } = this
    const bucket = value <= this.least ? 0 : value >= this.most ? buckets - 1 : keyOf(value) - this.first
    const base = subject * buckets
    this.counts.reserve(base + buckets)
    const counts = this.counts.open(base + bucket, base + bucket + 1)
    counts[base + bucket] = (counts[base + bucket] as number) + 1
    const at = subject * 3
    const state = this.state.open(at, at + 3)
    const rows = (state[at] as number) + 1
    let place = state[at + 1] as number
    let under = (state[at + 2] as number) + (bucket < place ? 1 : 0)
    const wanted = Math.ceil(this.share * rows)
    while (under >= wanted) under -= counts[base + --place] as number
    while (under + (counts[base + place] as number) < wanted) under += counts[base + place++] as number
    state[at] = rows
    state[at + 1] = place
    state[at + 2] = under
  }
}

/** `share` between 0 and 1, as 0.99; `least` and `most` bound what is told apart, by default 1e-9 and 1e12. */
export const quantile = ({ share, least = 1e-9, most = 1e12 }: { share: number; least?: number; most?: number }): Memory<Quantile> => {
  if (!(share > 0 && share < 1)) throw new RangeError(`quantile: share is ${share}; want more than 0 and less than 1`)
  if (!(least >= 2 ** -1022 && most > least && most <= 2 ** 1000))
    throw new RangeError(`quantile: ${least} to ${most}; want 0 < least < most`)
  return { create: (store, name) => new Quantile(store, name, share, least, most) }
}
