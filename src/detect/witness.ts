// What an independent source says of a feed's price: several detectors ask it before they believe a figure.
import { ln } from '../core/math.ts'

interface Feed {
  readonly price: number
  readonly secondPrice: number
  readonly secondUpdatedAtS: number
  readonly twapPrice: number
}

/** The second feed while it is fresh, else the exchange's average; 0: nobody says anything. */
export function witnessOf({ secondPrice, secondUpdatedAtS, twapPrice }: Feed, timeS: number, maxSecondAgeS: number): number {
  if (secondPrice > 0 && timeS - secondUpdatedAtS <= maxSecondAgeS) return secondPrice
  return twapPrice > 0 ? twapPrice : 0
}

/** `denied`: further apart than the limit; an answer of zero or less is denied by any price. */
export function wordOf(price: number, witness: number, limitBps: number): 'confirmed' | 'denied' | 'silent' {
  if (!(witness > 0)) return 'silent'
  if (!(price > 0)) return 'denied'
  return Math.abs(ln(price / witness)) > limitBps / 10_000 ? 'denied' : 'confirmed'
}
