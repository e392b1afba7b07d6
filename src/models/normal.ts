// The standard normal distribution, with digits in the far tail: what is rare is what we ask for.
import { ln } from '../core/math.ts'
import { exp, PI } from './elementary.ts'
import { gammaTail } from './gamma-beta.ts'

const ROOT_2PI = Math.sqrt(2 * PI)

export const normalDensity = (z: number): number => exp((-z * z) / 2) / ROOT_2PI

/** P(Z <= z). Relative error under 1e-12 down to z = -37. */
export function normalCdf(z: number): number {
  const tail = gammaTail(0.5, (z * z) / 2) / 2
  return z < 0 ? tail : 1 - tail
}

/** The z with P(Z <= z) = p: an infinity at 0 and 1, NaN outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p === 0) return Number.NEGATIVE_INFINITY
  if (p === 0.5) return 0
  // Abramowitz and Stegun 26.2.23 is good to 4.5e-4; each step of Halley's method triples the digits
  const t = Math.sqrt(-2 * ln(p))
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  for (let step = 0; step < 3; step += 1) {
    const density = normalDensity(z)
    if (density === 0) break // under 1e-323: p has no digits left either
    const off = (gammaTail(0.5, (z * z) / 2) / 2 - p) / density
    z = Math.max(0, z + off / (1 - (off * z) / 2))
    if (Math.abs(off) < 1e-9) break
  }
  return -z
}
