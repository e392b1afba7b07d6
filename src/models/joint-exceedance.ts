// How likely several boundaries are crossed together: what a pool of independent alarms would call impossible.

import type { TCopula } from './copula.ts'
import { cholesky } from './correlation.ts'
import { exp, PI } from './elementary.ts'
import { type Failed, failed } from './failure.ts'
import type { Random } from './random.ts'
import { student } from './student.ts'

export interface JointExceedance {
  readonly kind: 'fitted'
  readonly probability: number
  /** Of the simulation alone, not of the copula's fit; 0 for up to two boundaries, where an integral gives twelve digits for nu >= 2, seven at 1. */
  readonly standardError: number
}

/**
 * P(all variables are beyond their boundary), each boundary given by the probability that its own variable passes it (by its GPD margin). The
 * copula is symmetrical, so upper and lower tails are alike. One or two boundaries: exact. More: mean over `samples` draws of the product of
 * conditional probabilities, one variable after the other, the rarest first, so that rare events need no more draws than common ones: Genz and
 * Bretz (2009), section 4.2. Fails if a probability is outside 0 to 1, the sizes differ, or the correlation isn't positive definite.
 */
export function jointExceedance(tails: readonly number[], copula: TCopula, random: Random, samples = 20_000): JointExceedance | Failed {
  const { correlation, nu } = copula
  const odd = tails.find((p) => !(p >= 0 && p <= 1))
  if (odd !== undefined) return failed('out-of-range', `a tail probability is ${odd}`)
  if (!(nu > 0)) return failed('out-of-range', `nu is ${nu}`)
  const order = tails.map((_, i) => i).sort((i, j) => (tails[i] as number) - (tails[j] as number) || i - j)
  const root = correlation.length === tails.length ? cholesky(order.map((i) => order.map((j) => correlation[i]?.[j] as number))) : undefined
  if (tails.length === 0 || correlation.length !== tails.length || !root)
    return failed(
      'out-of-range',
      `${tails.length} boundaries, and a correlation matrix of ${correlation.length} rows${root ? '' : ' without a root'}`,
    )
  if (tails.includes(0)) return { kind: 'fitted', probability: 0, standardError: 0 }
  const [first, second] = tails
  if (second === undefined) return { kind: 'fitted', probability: first as number, standardError: 0 }
  const limits = order.map((i) => student(nu).quantile(tails[i] as number))
  if (tails.length === 2) {
    const probability = bivariateCdf(limits[0] as number, limits[1] as number, correlation[0]?.[1] as number, nu)
    return { kind: 'fitted', probability, standardError: 0 }
  }
  if (!(samples >= 2)) return failed('too-short', `${samples} samples`)

  const given = tails.map((_, i) => student(nu + i)) // of variable i, given those before it
  const y = new Float64Array(tails.length)
  let mean = 0
  let squares = 0
  for (let count = 1; count <= samples; count += 1) {
    let product = 1
    let form = 0
    for (let i = 0; i < tails.length && product > 0; i += 1) {
      let rest = limits[i] as number
      for (let k = 0; k < i; k += 1) rest -= (root[i]?.[k] as number) * (y[k] as number)
      const spread = nu === Number.POSITIVE_INFINITY ? 1 : Math.sqrt((nu + form) / (nu + i))
      const below = given[i]?.cdf(rest / (root[i]?.[i] as number) / spread) as number
      product *= below
      if (i === tails.length - 1 || product === 0) break
      y[i] = spread * (given[i]?.quantile(random.uniform() * below) as number)
      form += (y[i] as number) * (y[i] as number)
    }
    const step = product - mean // Welford
    mean += step / count
    squares += step * (product - mean)
  }
  return { kind: 'fitted', probability: mean, standardError: Math.sqrt(squares / (samples - 1) / samples) }
}

/**
 * P(X < a, Y < b) of a standard bivariate t (nu = Infinity: normal) with correlation rho, |rho| < 1: integral over x of its density times the
 * conditional probability of y, by the double exponential rule of Takahasi and Mori (1974). Relative error about 1e-13, rising to 1e-7 as nu falls to 1.
 */
export function bivariateCdf(a: number, b: number, rho: number, nu: number): number {
  if (a > b) return bivariateCdf(b, a, rho, nu)
  const margin = student(nu)
  if (b === Number.POSITIVE_INFINITY) return margin.cdf(a)
  if (a === Number.NEGATIVE_INFINITY) return 0
  if (a > 0) return margin.cdf(b) - bivariateCdf(-a, b, -rho, nu) // the rule is made for a tail, and a hump in its middle costs digits
  const conditional = student(nu + 1)
  const side = Math.sqrt(1 - rho * rho)
  const at = (x: number): number => {
    const spread = nu === Number.POSITIVE_INFINITY ? side : side * Math.sqrt((nu + x * x) / (nu + 1))
    return margin.density(x) * conditional.cdf((b - rho * x) / spread)
  }
  // x = a - w with w = e^s, s = (pi/2) sinh u: from 0 to infinity
  const step = 1 / 32
  let sum = 0
  for (let k = -130; k <= 130; k += 1) {
    const u = k * step
    const [up, down] = [exp(u), exp(-u)]
    const w = exp((PI / 4) * (up - down))
    const slope = (PI / 4) * (up + down) * w
    const x = a - w
    if (Number.isFinite(x * x)) sum += slope * at(x)
  }
  return sum * step
}
