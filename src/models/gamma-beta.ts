// Gamma and beta functions, which the distributions are made of: series and continued fractions, to about 1e-13 of the result.
import { ln } from '../core/math.ts'
import { exp, HALF_LN_2PI } from './elementary.ts'

const TINY = 1e-300
const MAX_TERMS = 10_000

/** ln of the gamma function, x > 0. Stirling's series from 15 up (Abramowitz and Stegun 6.1.41); recurrence below. */
export function lnGamma(x: number): number {
  let product = 1
  let at = x
  while (at < 15) {
    product *= at
    at += 1
  }
  const z = 1 / (at * at)
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - (z * 691) / 360360))))) / at
  return (at - 0.5) * ln(at) - at + HALF_LN_2PI + series - ln(product)
}

/** Lentz's evaluation of b0 + a1/(b1 + a2/(b2 + ...)). */
function fraction(b0: number, a: (n: number) => number, b: (n: number) => number): number {
  let value = b0 === 0 ? TINY : b0
  let c = value
  let d = 0
  for (let n = 1; n < MAX_TERMS; n += 1) {
    const an = a(n)
    const bn = b(n)
    d = bn + an * d
    c = bn + an / c
    d = 1 / (d === 0 ? TINY : d)
    if (c === 0) c = TINY
    value *= c * d
    if (Math.abs(c * d - 1) < 2e-16) break
  }
  return value
}

/** Upper regularised incomplete gamma function Q(a, x), a > 0, x >= 0 (Abramowitz and Stegun 6.5.29 and 6.5.31). */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1
  if (x === Number.POSITIVE_INFINITY) return 0
  const front = exp(a * ln(x) - x - lnGamma(a))
  if (x >= a + 1)
    return (
      front /
      fraction(
        x + 1 - a,
        (n) => n * (a - n),
        (n) => x + 1 - a + 2 * n,
      )
    )
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MAX_TERMS && term > sum * 1e-17; n += 1) {
    term *= x / (a + n)
    sum += term
  }
  return 1 - front * sum
}

/**
 * Regularised incomplete beta function I_x(a, b) (Abramowitz and Stegun 26.5.8). `y` is 1 - x, given beside x so that neither end loses
 * digits; `lnBeta` is ln B(a, b).
 */
export function betaShare(a: number, b: number, x: number, y: number, lnBeta: number): number {
  if (x <= 0) return 0
  if (y <= 0) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(b, a, y, x, lnBeta)
  const front = exp(a * ln(x) + b * ln(y) - lnBeta) / a
  const term = (n: number): number => {
    const m = Math.floor(n / 2)
    const over = (a + n - 1) * (a + n)
    return n % 2 === 0 ? (m * (b - m) * x) / over : (-(a + m) * (a + b + m) * x) / over
  }
  return front / fraction(1, term, () => 1)
}
