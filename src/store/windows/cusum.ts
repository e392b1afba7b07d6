// A small shift of the mean that lasts: deviations from a target, summed up in both directions (Page 1954).
import type { F64Column } from '../column.ts'
import type { Store } from '../store.ts'
import type { Cell, Memory } from './cell.ts'

/**
 * up = max(0, up + value - target - slack), down = max(0, down + target - value - slack), in the unit of what is pushed. `slack` (the
 * reference value) is half the shift to be found; over `limit` either sum is an alarm. In deviations of a normal value, slack 0.5 and limit 5
 * give a false alarm each 930 rows or so by one side, and find a shift of one deviation after 10.
 */
export class Cusum implements Cell {
  private at = 0
  /** Both sums of each subject. */
  private readonly sums: F64Column
  constructor(
    store: Store,
    name: string,
    private readonly target: number,
    private readonly slack: number,
    private readonly limit: number,
  ) {
    this.sums = store.column(name, 'f64')
  }
  seek(subject: number): void {
    this.at = subject * 2
  }
  get up(): number {
    return this.sums.upTo(this.at + 2)[this.at] as number
  }
  get down(): number {
    return this.sums.upTo(this.at + 2)[this.at + 1] as number
  }
  /** 1: the mean has risen; -1: it has fallen; 0: neither sum is over the limit. Both are: the greater one says. */
  get shift(): 1 | 0 | -1 {
    const { up, down, limit } = this
    if (up <= limit && down <= limit) return 0
    return up >= down ? 1 : -1
  }
  /** Values that aren't finite are left out; sums stay finite. */
  push(value: number): void {
    const away = value - this.target
    if (!Number.isFinite(away)) return
    const { at, slack } = this
    const sums = this.sums.open(at, at + 2)
    sums[at] = bounded((sums[at] as number) + away - slack)
    sums[at + 1] = bounded((sums[at + 1] as number) - away - slack)
  }
  /** Both sums begin again: after an alarm that was told. */
  reset(): void {
    const { at } = this
    this.sums.open(at, at + 2).fill(0, at, at + 2)
  }
}

const bounded = (sum: number): number => (sum > 0 ? Math.min(sum, Number.MAX_VALUE) : 0)

export const cusum = ({ target = 0, slack, limit }: { target?: number; slack: number; limit: number }): Memory<Cusum> => ({
  create: (store, name) => new Cusum(store, name, target, slack, limit),
})
