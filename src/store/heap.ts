// A min-heap of (item, key) in journaled columns: triggers of the account book, undone like all else.
import type { F64Column, U32Column } from './column.ts'
import type { Store } from './store.ts'

/** Items are small integers (rows); each is in the heap at most once. Set, remove and pop cost O(log n). */
export class Heap {
  private readonly size: U32Column
  /** Heap order: position to item. */
  private readonly items: U32Column
  /** Item to position + 1; 0: not in the heap. */
  private readonly places: U32Column
  private readonly keys: F64Column

  constructor(store: Store, name: string) {
    this.size = store.column(`${name}.size`, 'u32')
    this.items = store.column(`${name}.items`, 'u32')
    this.places = store.column(`${name}.places`, 'u32')
    this.keys = store.column(`${name}.keys`, 'f64')
  }

  get length(): number {
    return this.size.get(0)
  }

  /** Smallest key, Infinity when empty. */
  get minKey(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.keys.get(this.items.get(0))
  }
  get minItem(): number {
    return this.items.get(0)
  }

  /** Puts an item in, or moves it to another key. */
  set(item: number, key: number): void {
    const place = this.places.get(item)
    if (place === 0) {
      const last = this.length
      this.size.set(0, last + 1)
      this.keys.set(item, key)
      this.put(last, item)
      this.up(last)
      return
    }
    this.keys.set(item, key)
    this.up(place - 1)
    this.down(this.places.get(item) - 1)
  }

  remove(item: number): void {
    const place = this.places.get(item)
    if (place === 0) return
    const last = this.length - 1
    const moved = this.items.get(last)
    this.size.set(0, last)
    this.places.set(item, 0)
    this.keys.set(item, 0)
    this.items.set(last, 0)
    if (moved === item) return
    this.put(place - 1, moved)
    this.up(place - 1)
    this.down(this.places.get(moved) - 1)
  }

  private put(at: number, item: number): void {
    this.items.set(at, item)
    this.places.set(item, at + 1)
  }

  /** Equal keys are ordered by item, so that the heap's shape depends on its content's history alone. */
  private less(a: number, b: number): boolean {
    const ka = this.keys.get(a)
    const kb = this.keys.get(b)
    return ka < kb || (ka === kb && a < b)
  }

  private up(from: number): void {
    let at = from
    const item = this.items.get(at)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.items.get(parent)
      if (!this.less(item, above)) break
      this.put(at, above)
      at = parent
    }
    this.put(at, item)
  }

  private down(from: number): void {
    let at = from
    const item = this.items.get(at)
    const length = this.length
    for (;;) {
      let child = at * 2 + 1
      if (child >= length) break
      if (child + 1 < length && this.less(this.items.get(child + 1), this.items.get(child))) child += 1
      const below = this.items.get(child)
      if (!this.less(below, item)) break
      this.put(at, below)
      at = child
    }
    this.put(at, item)
  }
}
