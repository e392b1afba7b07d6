import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decluster } from './decluster.ts'
import { exp } from './elementary.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { boxCox, fitGpd, type GpdFit, gpdExpectedShortfall, gpdLogLikelihood, gpdQuantile, gpdTail } from './gpd.ts'
import { andersonDarling, CRITICAL, LEVELS } from './gpd-goodness.ts'
import { fitPot, POT_RULES, type PotFit } from './pot.ts'
import { seededRandom } from './random.ts'
import { returnLevel } from './return-level.ts'

/** As scripts/reference/models.py draws it. */
function gpdSeries(seed: number, n: number, xi: number, sigma: number): Float64Array {
  const random = seededRandom(seed)
  return Float64Array.from({ length: n }, () => sigma * boxCox(1 / random.uniform(), xi))
}

function fitted<T extends { readonly kind: string }>(result: T): Exclude<T, { readonly kind: 'failed' }> {
  expect(result).not.toMatchObject({ kind: 'failed' })
  return result as Exclude<T, { readonly kind: 'failed' }>
}

const shapes = fc.double({ min: -0.5, max: 2, noNaN: true })
const tails = fc.double({ min: 1e-12, max: 1, noNaN: true })

describe('generalised Pareto', () => {
  test('quantile and expected shortfall agree with scipy', () => {
    for (const [xi, p, x, es] of fixtures.gpdValues as [number, number, number, number][]) {
      expect(gpdQuantile(p, { xi, sigma: 2 }) / x).toBeCloseTo(1, 12)
      expect(gpdExpectedShortfall(p, { xi, sigma: 2 }) / es).toBeCloseTo(1, 9)
    }
    expect(gpdExpectedShortfall(0.01, { xi: 1, sigma: 2 })).toBe(Number.POSITIVE_INFINITY)
  })

  test('quantile inverts the tail', () => {
    fc.assert(
      fc.property(shapes, tails, (xi, p) => {
        expect(gpdTail(gpdQuantile(p, { xi, sigma: 3 }), { xi, sigma: 3 }) / p).toBeCloseTo(1, 5)
      }),
    )
  })

  test('at shape 0 it is exponential, and near 0 nearly', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 50, noNaN: true }), (y) => {
        expect(gpdTail(y, { xi: 0, sigma: 2 })).toBe(exp(-y / 2))
        expect(gpdTail(y, { xi: 1e-11, sigma: 2 })).toBeCloseTo(exp(-y / 2), 9)
        expect(gpdLogLikelihood([y], { xi: 1e-11, sigma: 2 })).toBeCloseTo(gpdLogLikelihood([y], { xi: 0, sigma: 2 }), 7)
      }),
    )
  })

  test('edge: a negative shape has an end', () => {
    const gpd = { xi: -0.5, sigma: 1 }
    expect([gpdTail(0, gpd), gpdTail(2, gpd), gpdTail(3, gpd)]).toEqual([1, 0, 0])
    expect(gpdTail(1.999, gpd)).toBeGreaterThan(0)
    expect(gpdLogLikelihood([1, 2], gpd)).toBe(Number.NEGATIVE_INFINITY)
  })

  test.each(fixtures.gpd)(
    'the fit agrees with scipy and finds what made the series: $true',
    ({ seed, n, true: [xi, sigma], fitted: want, logLikelihood }) => {
      const fit = fitted(fitGpd(gpdSeries(seed, n, xi as number, sigma as number)))
      expect(Math.abs(fit.xi - (want[0] as number))).toBeLessThan(2e-5)
      expect(fit.sigma / (want[1] as number)).toBeCloseTo(1, 4)
      expect(fit.logLikelihood).toBeCloseTo(logLikelihood, 5)
      expect(Math.abs(fit.xi - (xi as number))).toBeLessThan(3 * fit.xiError)
      expect(Math.abs(fit.sigma - (sigma as number))).toBeLessThan(3 * fit.sigmaError)
    },
  )

  test('what can not be fitted has a reason', () => {
    const some = Array.from(gpdSeries(1, 100, 0.2, 1))
    expect(fitGpd(some.slice(0, 19))).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(fitGpd(some.map(() => 2))).toMatchObject({ kind: 'failed', reason: 'constant' })
    expect(fitGpd([...some, Number.NaN])).toMatchObject({ kind: 'failed', reason: 'not-finite' })
    expect(fitGpd([...some, 0])).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
    // rises to an end: the likelihood has no maximum inside
    expect(fitGpd(some.map((_, i) => Math.sqrt(i + 1)))).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
    // a shape of 4
    expect(fitGpd(gpdSeries(3, 500, 4, 1))).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
  })

  test('whatever positive values: a fit inside its range, or a reason; no NaN', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { minLength: 20, maxLength: 60 }), (values) => {
        const fit = fitGpd(values)
        if (fit.kind === 'failed') return
        for (const number of [fit.xi, fit.sigma, fit.logLikelihood, fit.xiError, fit.sigmaError]) expect(Number.isFinite(number)).toBe(true)
        const { pValue } = andersonDarling(values, fit)
        expect(pValue >= 0 && pValue <= 1).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('goodness of fit', () => {
  test('the table is that of the reference, whose row for the exponential has the published values', () => {
    expect(LEVELS).toEqual(fixtures.andersonDarling.levels)
    expect(CRITICAL).toEqual(fixtures.andersonDarling.rows)
    const exponential = CRITICAL.find(([xi]) => xi === 0) as readonly number[]
    // Choulakian and Stephens (2001), table 2, k = 0: p = 0.1, 0.05, 0.025, 0.01
    expect(exponential.slice(5, 9).map((v) => Number(v.toFixed(3)))).toEqual([0.796, 0.974, 1.158, 1.409])
  })

  test('p-values are uniform when the law holds', () => {
    const p = Array.from({ length: 200 }, (_, i) => {
      const y = gpdSeries(1_000 + i, 150, 0.2, 1)
      return andersonDarling(y, fitted(fitGpd(y))).pValue
    }).sort((a, b) => a - b)
    const gap = Math.max(...p.map((v, i) => Math.max(Math.abs(v - i / p.length), Math.abs(v - (i + 1) / p.length))))
    expect(gap).toBeLessThan(1.63 / Math.sqrt(p.length)) // Kolmogorov's 1 % limit
  })

  test('p-values are small when it does not', () => {
    const random = seededRandom(9)
    const half = Float64Array.from({ length: 500 }, () => Math.abs(3 + random.normal()))
    expect(andersonDarling(half, { xi: -0.3, sigma: 4 }).pValue).toBeLessThan(1e-6)
  })
})

describe('declustering', () => {
  const values = [0, 5, 6, 0, 5, 0, 0, 0, 9, 8]
  test('without a run length every exceedance is its own', () => {
    expect(decluster(values, 4, 0).map(({ at }) => at)).toEqual([1, 2, 4, 8, 9])
  })
  test('edge: a gap of the run length ends a cluster, one shorter does not', () => {
    expect(decluster(values, 4, 1).map(({ value, size }) => [value, size])).toEqual([
      [6, 2],
      [5, 1],
      [9, 2],
    ])
    expect(decluster(values, 4, 2).map(({ at, size }) => [at, size])).toEqual([
      [2, 3],
      [8, 2],
    ])
  })
  test('quiet: nothing above, nothing found; equal is not above', () => expect(decluster(values, 9, 3)).toEqual([]))
})

/** One in ten beyond 1, by a GPD; the others under 1, by another law. */
function mixed(seed: number, n: number): Float64Array {
  const random = seededRandom(seed)
  return Float64Array.from({ length: n }, () =>
    random.uniform() < 0.1 ? 1 + boxCox(1 / random.uniform(), 0.3) : random.uniform() * random.uniform(),
  )
}

describe('peaks over threshold', () => {
  const values = mixed(51, 10_000)
  const fit = fitted(fitPot(values))

  test('the threshold lies where the law begins, and the shape is found', () => {
    expect(fit.quantile).toBeGreaterThanOrEqual(0.9)
    expect(fit.threshold).toBeGreaterThan(0.95)
    expect(fit.pValue).toBeGreaterThan(0.02)
    expect(fit.candidates.filter(({ quantile }) => quantile < 0.88).every(({ pValue }) => pValue < 0.01)).toBe(true)
    expect(Math.abs(fit.gpd.xi - 0.3)).toBeLessThan(3 * fit.gpd.xiError)
    expect(fit.share).toBe(fit.excesses.length / values.length)
    expect(fit.exceedances).toBe(fit.excesses.length)
  })

  test('a law that holds everywhere is taken from the lowest candidate', () => {
    expect(fitted(fitPot(gpdSeries(52, 5_000, 0.2, 1))).quantile).toBe(0.8)
  })

  test('declustering leaves fewer excesses than exceedances', () => {
    const calmer = fitted(fitPot(values, { ...POT_RULES, runLength: 3 }))
    expect(calmer.excesses.length).toBeLessThan(calmer.exceedances)
    expect(calmer.share).toBe(calmer.excesses.length / values.length)
  })

  test('a run length that joins all that exceeds a low threshold leaves the higher ones', () => {
    const rules = { ...POT_RULES, runLength: 24 }
    expect(decluster(values, values.toSorted()[8_000] as number, 24).length).toBeLessThan(50)
    expect(fitted(fitPot(values, rules)).candidates[0]?.quantile).toBeGreaterThan(0.85)
  })

  test('what has no threshold has a reason', () => {
    expect(fitPot(values.subarray(0, 99))).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(fitPot(values.subarray(0, 200))).toMatchObject({ kind: 'failed', reason: 'no-threshold' })
    expect(fitPot(new Float64Array(500))).toMatchObject({ kind: 'failed', reason: 'constant' })
    expect(fitPot([...values, Number.NaN])).toMatchObject({ kind: 'failed', reason: 'not-finite' })
    // only three values there are
    expect(fitPot(values.map((v) => Math.min(2, Math.ceil(v))))).toMatchObject({ kind: 'failed' })
  })
})

describe('return level', () => {
  const { seed, n, true: made, share, tail, level, low, high } = fixtures.returnLevel
  const excesses = gpdSeries(seed, n, made[0] as number, made[1] as number)
  const gpd = fitGpd(excesses) as GpdFit
  const fit: Pick<PotFit, 'threshold' | 'share' | 'gpd' | 'excesses'> = { threshold: 0, share, gpd, excesses }

  test('level and profile interval agree with scipy', () => {
    const result = fitted(returnLevel(fit, 1, 1 / tail))
    expect(result.level).toBeCloseTo(level, 4)
    expect(result.low).toBeCloseTo(low, 3)
    expect(result.high).toBeCloseTo(high, 3)
  })

  test('rarer is higher and less certain; more confidence is wider', () => {
    const [often, seldom] = [fitted(returnLevel(fit, 1, 365)), fitted(returnLevel(fit, 0.1, 365))]
    expect(seldom.level).toBeGreaterThan(often.level)
    expect(seldom.high - seldom.low).toBeGreaterThan(often.high - often.low)
    const sure = fitted(returnLevel(fit, 1, 365, 0.99))
    expect(sure.low).toBeLessThan(often.low)
    expect(sure.high).toBeGreaterThan(often.high)
  })

  test('keeps its promise on fresh data, as far as its interval goes', () => {
    const whole = fitted(fitPot(mixed(53, 20_000)))
    const { low: least, high: most } = fitted(returnLevel(whole, 10, 1_000, 0.99))
    const fresh = mixed(54, 200_000)
    const rate = (limit: number): number => fresh.filter((v) => v > limit).length / fresh.length
    expect(rate(least)).toBeGreaterThan(0.01)
    expect(rate(most)).toBeLessThan(0.01)
  })

  test('edges: a rate at which the threshold itself would do, and rates that are none', () => {
    expect(returnLevel(fit, share * 365, 365)).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
    for (const [alarms, observations] of [
      [0, 365],
      [-1, 365],
      [Number.NaN, 365],
      [1, Number.POSITIVE_INFINITY],
      [1, 0],
    ] as const)
      expect(returnLevel(fit, alarms, observations)).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
    expect(returnLevel(fit, 1, 365, 1)).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
  })
})
