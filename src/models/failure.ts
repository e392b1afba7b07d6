// A fit that can't be had is a fact with a reason: no NaN leaves this folder as if it were a number.

export type FailureReason = 'too-short' | 'not-finite' | 'constant' | 'out-of-range' | 'no-convergence' | 'no-threshold'

export interface Failed {
  readonly kind: 'failed'
  readonly reason: FailureReason
  /** What was found and what was wanted. */
  readonly detail: string
}

export const failed = (reason: FailureReason, detail: string): Failed => ({ kind: 'failed', reason, detail })

/** Why a series can't be fitted: shorter than `minimum`, a value that isn't finite, or no two values that differ. */
export function unfit(values: ArrayLike<number>, minimum: number): Failed | undefined {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number
    if (!Number.isFinite(value)) return failed('not-finite', `value ${i} is ${value}`)
    if (value < least) least = value
    if (value > most) most = value
  }
  if (values.length < minimum) return failed('too-short', `${values.length} values, at least ${minimum} are needed`)
  return least === most ? failed('constant', `all ${values.length} values are ${least}`) : undefined
}
