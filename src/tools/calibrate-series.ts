// A series of one measure, as the statistics take it.
import type { Measure } from '../core/calibration.ts'

export interface Series {
  /** `price-move` and `depth-move` are reported; no detector is judged by them. */
  readonly measure: Measure | 'price-move' | 'depth-move'
  /** Key of the feed or market; of a price file's column that belongs to no feed its name. */
  readonly subject: string
  readonly source: string
  /** Unix seconds, rising, one a value. */
  readonly timesS: Float64Array
  readonly values: Float64Array
  /** Values in a row under the threshold that end an alarm: overlapping windows see one event many times. 0: each value counts. */
  readonly runLength: number
}

export const YEAR_S = 365.25 * 86_400

/** Log returns of what is one step apart; `gaps` are the steps that are longer, and left out. */
export function logReturns(
  timesS: ArrayLike<number>,
  prices: ArrayLike<number>,
  stepS: number,
): { readonly timesS: Float64Array; readonly values: Float64Array; readonly gaps: number } {
  const times: number[] = []
  const values: number[] = []
  let gaps = 0
  for (let i = 1; i < prices.length; i++) {
    const [before, now] = [prices[i - 1] as number, prices[i] as number]
    if ((timesS[i] as number) - (timesS[i - 1] as number) !== stepS) gaps += 1
    else {
      times.push(timesS[i] as number)
      values.push(Math.log(now / before))
    }
  }
  return { timesS: Float64Array.from(times), values: Float64Array.from(values), gaps }
}

/** Values a year, by the time they span. */
export const perYearOf = ({ timesS }: Pick<Series, 'timesS'>): number =>
  ((timesS.length - 1) * YEAR_S) / ((timesS.at(-1) ?? 0) - (timesS[0] ?? 0))

export const yearsOf = ({ timesS }: Pick<Series, 'timesS'>): number => ((timesS.at(-1) ?? 0) - (timesS[0] ?? 0)) / YEAR_S

export const utc = (timeS: number): string => new Date(timeS * 1_000).toISOString().slice(0, 16)
