// Who must wake when a line of prices moves: triggers in lists by the code of their key, in journaled columns, four words a slot.
import type { F64Column, U32Column, U128Column } from '../../store/column.ts'
import type { Store } from '../../store/store.ts'
import { codeAbove, codeBelow, HIGHEST_CODE, LOWEST_CODE } from './codes.ts'

/** A series of effective prices that accounts depend on: a market's collateral, say, or its debt. */
export interface Line {
  readonly id: number
  readonly value: number
  /** What a move of the whole slack is, in the line's units; the value itself unless said. */
  readonly span?: number
}

export type Wake = (account: number) => void

/** The share of its span that a line moves before those in its band wake. */
export const FRESH = 1e-6
/** Twice this, from one end of the band to the other, is still below FRESH. */
const BAND = 0.49e-6

const DOWN = 0
const UP = 1
/** Woken by any move beyond FRESH. */
const BAND_LIST = 2
/** Never woken by a price; found as a holder. */
const IDLE = 3
const SIDES = 4

/** Keys of a bucket agree in sign, exponent and 12 bits of mantissa: a bucket is 0.012 to 0.024 % of the value wide. */
const SHIFT = 11
const LANES = 4
/** Next slot + 1; 0: the last. */
const NEXT = 0
/** Slot before it + 1, or a list's record for its head; 0: in no list. */
const PREV = 1
const CODE = 2
/** Account row + 1; stays when the slot has no trigger. */
const OWNER = 3
/** In PREV: the head of a list points back to its record. */
const RECORD = 0x8000_0000
/** Record 0: woken at every settling. */
const ALWAYS = 0

/**
 * A slot has at most one trigger: down or up on a line, in the line's band, idle on a line, or woken always. Set and remove are O(1).
 * A move of a line costs one step a bucket that it passes (or a record that the line has, if these are fewer), one a trigger fired,
 * and one a trigger in the bucket where the line now stands if at least one of them fires.
 */
export class Triggers {
  /** Lanes of a slot: NEXT, PREV, CODE, OWNER. In one cell, since they are read and written together. */
  private readonly cells: U128Column
  /** Records: one a list. Never freed: a line uses as many as it has buckets. */
  private readonly count: U32Column
  private readonly heads: U32Column
  private readonly kinds: U32Column
  private readonly buckets: U32Column
  /** The code of a list that fires first; an earlier one may have been removed. */
  private readonly firsts: U32Column
  /** Per line and side: code of the line's value when last moved; 0 is never. */
  private readonly lasts: U32Column
  /** Per line: value and span at which its band was woken last. */
  private readonly bandValues: F64Column
  private readonly bandSpans: F64Column
  /** Where a list's record is: a copy of `kinds` and `buckets` for looking up, checked against them at each use. */
  private readonly found: Map<number, number>[] = []
  private built = 0

  constructor(store: Store, name: string) {
    const column = (of: string): U32Column => store.column(`${name}.${of}`, 'u32')
    this.cells = store.column(`${name}.slots`, 'u128')
    this.count = column('lists')
    this.heads = column('heads')
    this.kinds = column('kinds')
    this.buckets = column('buckets')
    this.firsts = column('firsts')
    this.lasts = column('lasts')
    this.bandValues = store.column(`${name}.bandValues`, 'f64')
    this.bandSpans = store.column(`${name}.bandSpans`, 'f64')
  }

  /** A line has moved: says whose trigger was passed. Whoever is told must set or remove the triggers of these accounts. */
  move({ id, value, span = value }: Line, wake: Wake): void {
    const below = codeBelow(value)
    const above = codeAbove(value)
    this.pass(id * SIDES + DOWN, below, wake)
    this.pass(id * SIDES + UP, above, wake)
    if (!(Math.abs(value - this.bandValues.get(id)) <= BAND * Math.abs(this.bandSpans.get(id)))) {
      this.bandValues.set(id, value)
      this.bandSpans.set(id, span)
      this.take(this.recordOf(id * SIDES + BAND_LIST, 0), wake)
    }
  }

  /** Says who has no slack at all. */
  restless(wake: Wake): void {
    if (this.count.get(0) > 0) this.all(ALWAYS, wake)
  }

  /** Everybody who is not waiting for a key: those past a threshold, and those without slack. */
  unsettled(wake: Wake): void {
    this.restless(wake)
    this.rebuild()
    this.found.forEach((lists, kind) => {
      if (kind % SIDES === BAND_LIST) for (const [bucket, record] of lists) if (this.is(record, kind, bucket)) this.all(record, wake)
    })
  }

  /** Everybody on a line, whatever they wait for. */
  holders(line: number, wake: Wake): void {
    this.rebuild()
    for (let side = 0; side < SIDES; side++) {
      const kind = line * SIDES + side
      for (const [bucket, record] of this.found[kind] ?? []) if (this.is(record, kind, bucket)) this.all(record, wake)
    }
  }

  /** Wakes once the line is below the key; at once and always if it is there already. */
  setDown(account: number, slot: number, line: number, key: number): void {
    const kind = line * SIDES + DOWN
    const code = codeAbove(key)
    if (code >= HIGHEST_CODE || code <= LOWEST_CODE || code > this.lasts.get(kind)) this.setAlways(account, slot)
    else this.put(account, slot, kind, code)
  }

  /** Wakes once the line is above the key. */
  setUp(account: number, slot: number, line: number, key: number): void {
    const kind = line * SIDES + UP
    const code = codeBelow(key)
    if (code >= HIGHEST_CODE || code <= LOWEST_CODE || code < this.lasts.get(kind)) this.setAlways(account, slot)
    else this.put(account, slot, kind, code)
  }

  setBand(account: number, slot: number, line: number): void {
    this.put(account, slot, line * SIDES + BAND_LIST, 0)
  }
  setIdle(account: number, slot: number, line: number): void {
    this.put(account, slot, line * SIDES + IDLE, 0)
  }
  setAlways(account: number, slot: number): void {
    if (this.count.get(0) === 0) this.record(0, 0)
    this.link(account, slot, ALWAYS, 0)
  }

  remove(slot: number): void {
    const { raw } = this.cells
    const at = slot * LANES
    if (at >= raw.length) return
    const prev = raw[at + PREV] as number
    if (prev === 0) return
    this.unlink(raw[at + NEXT] as number, prev)
    this.keep(slot)
    raw[at + NEXT] = 0
    raw[at + PREV] = 0
    raw[at + CODE] = 0
  }

  private unlink(next: number, prev: number): void {
    if (prev >= RECORD) this.heads.set(prev - RECORD, next)
    else this.write(prev - 1, NEXT, next)
    if (next !== 0) this.write(next - 1, PREV, prev)
  }

  private write(slot: number, lane: number, value: number): void {
    this.keep(slot)
    this.cells.raw[slot * LANES + lane] = value
  }

  /** Lanes are written without the column's own `set`, which knows whole numbers only: so the old cell is saved here. */
  private keep(slot: number): void {
    const { cells } = this
    if ((slot + 1) * LANES > cells.raw.length) cells.reserve(slot + 1)
    cells.journal.save(cells, slot)
  }

  private put(account: number, slot: number, kind: number, code: number): void {
    if (this.count.get(0) === 0) this.record(0, 0)
    const bucket = code >>> SHIFT
    let record = this.recordOf(kind, bucket)
    if (record < 0) record = this.record(kind + 1, bucket)
    const first = this.firsts.get(record)
    const sooner = kind % SIDES === DOWN ? code > first : kind % SIDES === UP ? code < first : false
    if (sooner || this.heads.get(record) === 0) this.firsts.set(record, code)
    this.link(account, slot, record, code)
  }

  private link(account: number, slot: number, record: number, code: number): void {
    this.keep(slot)
    const { raw } = this.cells
    const at = slot * LANES
    raw[at + CODE] = code
    raw[at + OWNER] = account + 1
    const head = this.heads.get(record)
    if (head === slot + 1) return
    const prev = raw[at + PREV] as number
    if (prev !== 0) this.unlink(raw[at + NEXT] as number, prev)
    raw[at + NEXT] = head
    raw[at + PREV] = RECORD + record
    if (head !== 0) this.write(head - 1, PREV, slot + 1)
    this.heads.set(record, slot + 1)
  }

  private pass(kind: number, now: number, wake: Wake): void {
    const before = this.lasts.get(kind)
    this.lasts.set(kind, now)
    const down = kind % SIDES === DOWN
    if (before === 0 || (down ? now >= before : now <= before)) return
    this.rebuild()
    const here = now >>> SHIFT
    const far = before >>> SHIFT
    const lists = this.found[kind]
    if (!lists) return
    const step = down ? 1 : -1
    if (lists.size < Math.abs(far - here)) {
      // a fall of several powers of two passes more buckets than there are lists
      for (const [bucket, record] of lists)
        if ((bucket - here) * step >= 0 && this.is(record, kind, bucket)) this.fire(record, bucket === here, down, now, wake)
      return
    }
    for (let bucket = here; bucket !== far + step; bucket += step) {
      const record = lists.get(bucket)
      if (record !== undefined && this.is(record, kind, bucket)) this.fire(record, bucket === here, down, now, wake)
    }
  }

  private fire(record: number, partly: boolean, down: boolean, now: number, wake: Wake): void {
    if (this.heads.get(record) === 0) return
    if (!partly) {
      this.take(record, wake)
      return
    }
    const first = this.firsts.get(record)
    if (down ? first <= now : first >= now) return
    let left = down ? 0 : 0xffff_ffff
    const { raw } = this.cells
    for (let next = this.heads.get(record); next !== 0; next = raw[(next - 1) * LANES + NEXT] as number) {
      const at = (next - 1) * LANES
      const code = raw[at + CODE] as number
      if (down ? code > now : code < now) wake((raw[at + OWNER] as number) - 1)
      else left = down ? Math.max(left, code) : Math.min(left, code)
    }
    this.firsts.set(record, left)
  }

  /** Empties a list while its cells are at hand: to take slot after slot out of it would touch the neighbours of each. */
  private take(record: number, wake: Wake): void {
    if (record < 0) return
    const { raw } = this.cells
    let next = this.heads.get(record)
    this.heads.set(record, 0)
    while (next !== 0) {
      const at = (next - 1) * LANES
      this.keep(next - 1)
      next = raw[at + NEXT] as number
      raw[at + NEXT] = 0
      raw[at + PREV] = 0
      raw[at + CODE] = 0
      wake((raw[at + OWNER] as number) - 1)
    }
  }

  private all(record: number, wake: Wake): void {
    if (record < 0) return
    const { raw } = this.cells
    for (let next = this.heads.get(record); next !== 0; next = raw[(next - 1) * LANES + NEXT] as number)
      wake((raw[(next - 1) * LANES + OWNER] as number) - 1)
  }

  private is(record: number, kind: number, bucket: number): boolean {
    return record < this.count.get(0) && this.kinds.get(record) === kind + 1 && this.buckets.get(record) === bucket
  }

  private recordOf(kind: number, bucket: number): number {
    this.rebuild()
    const record = this.found[kind]?.get(bucket)
    return record !== undefined && this.is(record, kind, bucket) ? record : -1
  }

  private record(kindPlus1: number, bucket: number): number {
    const record = this.count.get(0)
    this.count.set(0, record + 1)
    this.kinds.set(record, kindPlus1)
    this.buckets.set(record, bucket)
    this.remember(record)
    this.built = record + 1
    return record
  }

  /** A store that was restored has records that this object has not made. */
  private rebuild(): void {
    const count = this.count.get(0)
    while (this.built < count) this.remember(this.built++)
    this.built = count
  }

  private remember(record: number): void {
    const kind = this.kinds.get(record) - 1
    if (kind < 0) return
    let lists = this.found[kind]
    if (!lists) {
      lists = new Map()
      this.found[kind] = lists
    }
    lists.set(this.buckets.get(record), record)
  }
}
