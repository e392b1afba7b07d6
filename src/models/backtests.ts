// Did a threshold keep its promise on data that it wasn't fitted to? Too many exceedances, and exceedances that follow each other.
import { ln } from '../core/math.ts'
import { chiSquareTail } from './chi-square.ts'
import { type Failed, failed } from './failure.ts'

interface LikelihoodRatio {
  readonly statistic: number
  readonly pValue: number
}

interface Coverage extends LikelihoodRatio {
  readonly kind: 'tested'
  readonly observations: number
  readonly exceedances: number
  readonly expected: number
}

interface CoverageTests {
  readonly kind: 'tested'
  readonly unconditional: Coverage
  /** Is an exceedance as likely after one as after none? Statistic 0, p-value 1 where the series can't say. */
  readonly independence: LikelihoodRatio
  /** Both at once. */
  readonly conditional: LikelihoodRatio
}

/** a ln b, which is 0 for a = 0 even where b is 0 too. */
const times = (a: number, b: number): number => (a === 0 ? 0 : a * ln(b))
const ratio = (statistic: number, degrees: number): LikelihoodRatio => ({
  statistic: Math.max(0, statistic),
  pValue: chiSquareTail(Math.max(0, statistic), degrees),
})

/**
 * Kupiec (1995), unconditional coverage: is `exceedances` of `observations` what a probability of `expectedShare` each gives? None and all are
 * fine: 0 ln 0 is 0. Fails unless the share is between 0 and 1 and the counts are whole with 0 <= exceedances <= observations > 0.
 */
export function kupiec(observations: number, exceedances: number, expectedShare: number): Coverage | Failed {
  if (!(expectedShare > 0 && expectedShare < 1))
    return failed('out-of-range', `the expected share is ${expectedShare}, not between 0 and 1`)
  if (!(Number.isInteger(observations) && Number.isInteger(exceedances) && exceedances >= 0 && exceedances <= observations))
    return failed('out-of-range', `${exceedances} exceedances of ${observations} observations`)
  if (observations === 0) return failed('too-short', 'no observations')
  const quiet = observations - exceedances
  const share = exceedances / observations
  const statistic =
    2 * (times(quiet, 1 - share) + times(exceedances, share) - times(quiet, 1 - expectedShare) - times(exceedances, expectedShare))
  return { kind: 'tested', observations, exceedances, expected: observations * expectedShare, ...ratio(statistic, 1) }
}

/**
 * Christoffersen (1998): independence against a first-order Markov chain, over the pairs of neighbours, and conditional coverage as the sum of
 * both statistics (2 degrees of freedom). Fails as `kupiec` does, and on fewer than 2 observations.
 */
export function christoffersen(exceeded: readonly boolean[], expectedShare: number): CoverageTests | Failed {
  const unconditional = kupiec(exceeded.length, exceeded.filter(Boolean).length, expectedShare)
  if (unconditional.kind === 'failed') return unconditional
  if (exceeded.length < 2) return failed('too-short', '1 observation has no neighbour')
  let [quietQuiet, quietHit, hitQuiet, hitHit] = [0, 0, 0, 0]
  for (let i = 1; i < exceeded.length; i += 1) {
    if (exceeded[i - 1]) exceeded[i] ? hitHit++ : hitQuiet++
    else exceeded[i] ? quietHit++ : quietQuiet++
  }
  const statistic = 2 * (halves(quietQuiet, quietHit) + halves(hitQuiet, hitHit) - halves(quietQuiet + hitQuiet, quietHit + hitHit))
  const independence = ratio(statistic, 1)
  return { kind: 'tested', unconditional, independence, conditional: ratio(unconditional.statistic + independence.statistic, 2) }
}

/** The greatest log likelihood of that many misses and hits. */
const halves = (misses: number, hits: number): number => times(misses, misses / (misses + hits)) + times(hits, hits / (misses + hits))
