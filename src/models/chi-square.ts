// The chi square distribution, which likelihood ratios follow when the null holds.
import { gammaTail } from './gamma-beta.ts'

/** P(X > x) with `degrees` of freedom: the p-value of a likelihood ratio x. */
export const chiSquareTail = (x: number, degrees: number): number => gammaTail(degrees / 2, x / 2)

/** The x with P(X <= x) = p, 0 <= p < 1, by halving: to about 1e-14. */
export function chiSquareQuantile(p: number, degrees: number): number {
  if (!(p >= 0 && p < 1)) return p === 1 ? Number.POSITIVE_INFINITY : Number.NaN
  let low = 0
  let high = degrees
  while (chiSquareTail(high, degrees) > 1 - p) high *= 2
  for (let step = 0; step < 100 && high - low > 1e-15 * high; step += 1) {
    const middle = (low + high) / 2
    if (chiSquareTail(middle, degrees) > 1 - p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
