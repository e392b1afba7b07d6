// What a window is to the engine: memory of a detector, kept in columns, one set of cells a subject.
import type { Store } from '../store.ts'

/** A window at one subject; the engine seeks before each check. */
export interface Cell {
  seek(subject: number): void
}
export interface Memory<C extends Cell> {
  /** `name` is unique in the store. */
  create(store: Store, name: string): C
}
