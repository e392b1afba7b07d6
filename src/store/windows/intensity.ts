// How thick events come just now: each counts for one and fades, so that a burst excites what the next is judged by (Hawkes 1971).
import { halved } from '../../core/math.ts'
import type { F64Column } from '../column.ts'
import type { Store } from '../store.ts'
import type { Cell, Memory } from './cell.ts'

/** Sum over all events of 2^(-age / halfLifeS): at a steady rate of r a second it is r x halfLifeS / ln 2. Events come in order of time. */
export class Intensity implements Cell {
  private at = 0
  /** Of each subject: when it was last pushed to, and the sum then. */
  private readonly state: F64Column
  constructor(
    store: Store,
    name: string,
    private readonly halfLifeS: number,
  ) {
    this.state = store.column(name, 'f64')
  }
  seek(subject: number): void {
    this.at = subject * 2
  }
  /** An event, or one of another weight. What is not finite is left out; one that is late counts as just now. */
  push(timeS: number, weight = 1): void {
    if (!Number.isFinite(weight) || !Number.isFinite(timeS)) return
    const { at } = this
    const sum = this.value(timeS) + weight
    const state = this.state.open(at, at + 2)
    state[at] = Math.max(timeS, state[at] as number)
    state[at + 1] = Math.min(sum, Number.MAX_VALUE)
  }
  value(timeS: number): number {
    const { at } = this
    const state = this.state.upTo(at + 2)
    const ageS = timeS - (state[at] as number)
    return (state[at + 1] as number) * (ageS > 0 ? halved(ageS / this.halfLifeS) : 1)
  }
}

export const intensity = ({ halfLifeS }: { halfLifeS: number }): Memory<Intensity> => {
  if (!(halfLifeS > 0)) throw new RangeError(`intensity: halfLifeS is ${halfLifeS}; want more than 0`)
  return { create: (store, name) => new Intensity(store, name, halfLifeS) }
}
