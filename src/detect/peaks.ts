// The highest value of each step of time as one sample of what is usual: many small rows in a step count once, and what fired counts not at all.
import type { Ring } from '../store/windows.ts'

type Cells = Pick<Ring, 'get' | 'push'>

/** Pushes the last step's peak once a new step begins. */
export function samplePeak(usual: { push(value: number): void }, steps: Cells, peaks: Cells, step: number, value: number): void {
  const peak = peaks.get(0)
  if (steps.get(0) !== step) {
    if (peak !== undefined) usual.push(peak) // NaN, of a step that fired, is left out
    steps.push(step)
    peaks.push(value)
  } else if (value > (peak ?? Number.NaN)) peaks.push(value)
}

/** Something fired in this step: it is no sample. */
export function spoilPeak(usual: { push(value: number): void }, steps: Cells, peaks: Cells, step: number): void {
  samplePeak(usual, steps, peaks, step, Number.NaN)
  peaks.push(Number.NaN)
}
