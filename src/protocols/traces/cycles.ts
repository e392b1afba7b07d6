// The longest run of the same calls over and over: of one call, of two in turn, up to six.

const LONGEST_CYCLE = 6

export interface Cycle<T> {
  /** Whole rounds; 1: nothing repeats. */
  readonly repeats: number
  readonly length: number
  readonly first: T | undefined
}

/** Of several cycles that repeat as often the shortest counts. */
export function longestCycle<T>(sequence: readonly T[]): Cycle<T> {
  let best: Cycle<T> = { repeats: sequence.length > 0 ? 1 : 0, length: 1, first: sequence[0] }
  for (let length = 1; length <= LONGEST_CYCLE; length++) {
    let run = 0
    for (let n = length; n < sequence.length; n++) {
      run = sequence[n] === sequence[n - length] ? run + 1 : 0
      const repeats = Math.floor(run / length) + 1
      if (repeats > best.repeats) best = { repeats, length, first: sequence[n - run - length + 1] }
    }
  }
  return best
}
