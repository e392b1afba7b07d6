// A price move that wakes a wanted number of accounts, found by trying and undoing; then the same move under the clock.
import { performance } from 'node:perf_hooks'
import type { Store } from '../../src/store/store.ts'

export interface Moved {
  readonly settleMs: number
  readonly undoMs: number
  readonly computed: number
  readonly journalBytes: number
}

export interface Movable {
  readonly store: Store
  /** Moves a price by a share and settles; returns how many were computed. */
  move(share: number): number
  /** A small move by chance that stays, so that the next one meets other accounts. */
  drift(): void
}

const TRIES = 14

/** All of it is undone but the drift: a crash by and by would leave a crowd under water, which nobody lets stand. */
export function moveWaking({ store, move, drift }: Movable, wanted: number): Moved {
  let [least, most] = [0, 0.2]
  let share = 0.002
  for (let n = 0; n < TRIES; n++) {
    const mark = begin(store)
    const computed = move(share)
    store.undoTo(mark)
    if (Math.abs(computed - wanted) < wanted / 20) break
    if (computed < wanted) least = share
    else most = share
    share = n === 0 && computed < wanted ? 0.02 : (least + most) / 2
  }
  chill()
  const mark = begin(store)
  const startedMs = performance.now()
  const computed = move(share)
  const settleMs = performance.now() - startedMs
  const journalBytes = (store.mark() - mark) * 4
  chill()
  const undoneMs = performance.now()
  store.undoTo(mark)
  const undoMs = performance.now() - undoneMs
  begin(store)
  drift()
  return { settleMs, undoMs, computed, journalBytes }
}

/** Reads far more than caches hold: trying must not have warmed what the clock is to see. */
function chill(): void {
  let sum = 0
  for (let at = 0; at < COLD.length; at += 8) sum += COLD[at] as number
  if (sum !== 0) throw new Error('never')
}
const COLD = new Float64Array(2 ** 23)

function begin(store: Store): number {
  store.begin()
  const mark = store.mark()
  store.journal.forget(mark)
  return mark
}

export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
