import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ewmaVariances, fitEwma, RISKMETRICS_LAMBDA } from './ewma.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { fitGarch } from './garch.ts'
import { seededRandom } from './random.ts'

const reference = fixtures.garch
const [omega, alpha, beta] = reference.true as [number, number, number]

/** As scripts/reference/models.py draws it. */
function garchSeries(seed: number, n: number): Float64Array {
  const random = seededRandom(seed)
  let variance = omega / (1 - alpha - beta)
  return Float64Array.from({ length: n }, () => {
    const e = Math.sqrt(variance) * random.normal()
    variance = omega + alpha * e * e + beta * variance
    return e
  })
}

const series = garchSeries(reference.seed, reference.n)
const fit = fitGarch(series)
if (fit.kind === 'failed') throw new Error(fit.detail)

describe('garch', () => {
  test('the series is that of the reference', () => {
    for (const [i, value] of reference.first.entries()) expect(series[i]).toBeCloseTo(value, 13)
  })

  test('agrees with scipy on the same likelihood', () => {
    const [o, a, b] = reference.fitted as [number, number, number]
    expect(Math.abs(fit.omega - o)).toBeLessThan(2e-5)
    expect(Math.abs(fit.alpha - a)).toBeLessThan(2e-5)
    expect(Math.abs(fit.beta - b)).toBeLessThan(2e-5)
    expect(fit.logLikelihood).toBeCloseTo(reference.logLikelihood, 5)
    expect(fit.variances).toHaveLength(reference.n + 1)
    expect(fit.variances.at(-2)).toBeCloseTo(reference.lastVariance, 3)
  })

  test('finds what made the series, within 3 standard errors', () => {
    const found = [fit.omega, fit.alpha, fit.beta]
    for (const [i, value] of reference.true.entries())
      expect(Math.abs((found[i] as number) - value)).toBeLessThan(3 * (reference.standardErrors[i] as number))
  })

  test('the forecast follows the recursion', () => {
    const last = (series.at(-1) as number) - fit.mean
    expect(fit.variances.at(-1)).toBeCloseTo(fit.omega + fit.alpha * last * last + fit.beta * (fit.variances.at(-2) as number), 10)
  })

  test('units and a shift change nothing but omega and the mean', () => {
    const scaled = fitGarch(series.map((r) => 1e-6 * r + 3e-6))
    expect(scaled).toMatchObject({ kind: 'fitted' })
    if (scaled.kind === 'failed') return
    expect(scaled.alpha).toBeCloseTo(fit.alpha, 4)
    expect(scaled.beta).toBeCloseTo(fit.beta, 4)
    expect(scaled.omega / 1e-12).toBeCloseTo(fit.omega, 4)
    expect(scaled.mean / 1e-6).toBeCloseTo(fit.mean + 3, 8)
  })

  test('without clusters the variance hardly moves', () => {
    const random = seededRandom(12)
    const calm = fitGarch(Float64Array.from({ length: 2_000 }, () => random.normal()))
    expect(calm).toMatchObject({ kind: 'fitted' })
    if (calm.kind === 'fitted') expect(calm.alpha).toBeLessThan(0.05)
  })

  test('what can not be fitted has a reason', () => {
    const reason = (values: readonly number[]): string => {
      const result = fitGarch(values)
      return result.kind === 'failed' ? result.reason : result.kind
    }
    const many = Array.from(series.subarray(0, 200))
    expect(reason([])).toBe('too-short')
    expect(reason(many.slice(0, 99))).toBe('too-short')
    expect(reason(many.map(() => 0.1))).toBe('constant')
    expect(reason([...many, Number.NaN])).toBe('not-finite')
    expect(reason([...many, Number.POSITIVE_INFINITY])).toBe('not-finite')
    expect(reason(many.map((r) => r * 1e200))).toBe('not-finite')
    expect(reason(many.map((r) => r * 1e-160))).toBe('constant')
  })

  test('whatever finite series: parameters inside their bounds, or a reason; no NaN', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 100, maxLength: 130 }), (values) => {
        const result = fitGarch(values)
        if (result.kind === 'failed') return
        expect(result.omega).toBeGreaterThan(0)
        expect(result.alpha).toBeGreaterThanOrEqual(0)
        expect(result.beta).toBeGreaterThanOrEqual(0)
        expect(result.alpha + result.beta).toBeLessThan(1)
        expect(result.variances.every((v) => v > 0 && Number.isFinite(v))).toBe(true)
        expect(Number.isFinite(result.logLikelihood)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

describe('ewma', () => {
  test('agrees with the reference', () => {
    expect(ewmaVariances(series, RISKMETRICS_LAMBDA).at(-1)).toBeCloseTo(fixtures.ewma.nextAtPoint94, 10)
    const best = fitEwma(series)
    expect(best.kind === 'fitted' && best.lambda).toBeCloseTo(fixtures.ewma.lambda, 5)
  })

  test('lambda 1 keeps the mean square, lambda 0 takes the last square', () => {
    expect([...ewmaVariances([1, 2, 4], 1)]).toEqual([7, 7, 7, 7])
    expect([...ewmaVariances([1, 2, 4], 0)]).toEqual([7, 1, 4, 16])
    expect([...ewmaVariances([], 0.94)]).toEqual([0])
  })

  test('what can not be fitted has a reason', () => {
    expect(fitEwma(series.subarray(0, 49))).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(fitEwma(new Float64Array(100))).toMatchObject({ kind: 'failed', reason: 'constant' })
    expect(fitEwma(series.map((r, i) => (i === 7 ? Number.NaN : r)))).toMatchObject({ kind: 'failed', reason: 'not-finite' })
  })
})
