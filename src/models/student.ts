// Student's t distribution with nu degrees of freedom, nu > 0; nu = Infinity is the normal one.
import { ln } from '../core/math.ts'
import { exp, HALF_LN_2PI, log1p, PI } from './elementary.ts'
import { betaShare, lnGamma } from './gamma-beta.ts'
import { normalCdf, normalDensity, normalQuantile } from './normal.ts'

interface Distribution {
  readonly cdf: (t: number) => number
  /** An infinity at 0 and 1, NaN outside. */
  readonly quantile: (p: number) => number
  readonly density: (t: number) => number
  readonly logDensity: (t: number) => number
}

const NORMAL: Distribution = {
  cdf: normalCdf,
  quantile: normalQuantile,
  density: normalDensity,
  logDensity: (t) => (-t * t) / 2 - HALF_LN_2PI,
}
const MAX_STEPS = 100

/** The distribution, its constants computed once. Relative error of cdf and quantile under 1e-11 for nu from 1 to 1,000, down to p = 1e-100. */
export function student(nu: number): Distribution {
  if (nu === Number.POSITIVE_INFINITY) return NORMAL
  const constant = lnGamma((nu + 1) / 2) - lnGamma(nu / 2) - 0.5 * ln(nu * PI)
  const lnBeta = -(constant + 0.5 * ln(nu))
  const logDensity = (t: number): number => constant - ((nu + 1) / 2) * log1p((t * t) / nu)
  const density = (t: number): number => exp(logDensity(t))
  /** P(T > t), t >= 0. */
  const tail = (t: number): number => {
    const x = 1 / (1 + (t * t) / nu)
    return betaShare(nu / 2, 0.5, x, (t * t) / nu / (1 + (t * t) / nu), lnBeta) / 2
  }

  /** The t >= 0 with P(T > t) = p, 0 < p < 0.5. Both functions are concave and the start lies on the side from which Newton can't miss. */
  const upper = (p: number): number => {
    if (p > 0.25) {
      const body = 0.5 - p // of P(0 < T < t)
      let t = body / density(0)
      for (let step = 0; step < MAX_STEPS; step += 1) {
        const share = (t * t) / nu
        const move = (body - betaShare(0.5, nu / 2, share / (1 + share), 1 / (1 + share), lnBeta) / 2) / density(t)
        t += move
        if (Math.abs(move) < 1e-13 * t) break
      }
      return t
    }
    // ln P(T > t) against ln t: nearly straight for a heavy tail
    const lnP = ln(p)
    let lnT = nu < 5 ? (constant + ((nu - 1) / 2) * ln(nu) - lnP) / nu : ln(-normalQuantile(p))
    if (lnT > 230) return exp(lnT) // only for nu < 5: the power law is exact so far out, and t * t may be beyond a float
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const t = exp(lnT)
      const above = tail(t)
      const move = ((ln(above) - lnP) * above) / (t * density(t))
      lnT += move
      if (Math.abs(move) < 1e-14 * Math.max(1, Math.abs(lnT))) break
    }
    return exp(lnT)
  }

  return {
    cdf: (t) => (t < 0 ? tail(-t) : 1 - tail(t)),
    quantile: (p) => {
      if (!(p >= 0 && p <= 1)) return Number.NaN
      if (p === 0.5) return 0
      if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
      return p < 0.5 ? -upper(p) : upper(1 - p)
    },
    density,
    logDensity,
  }
}
