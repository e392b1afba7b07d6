import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitTCopula, tailDependence } from './copula.ts'
import { cholesky, type Matrix, positiveDefinite } from './correlation.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { bivariateCdf, jointExceedance } from './joint-exceedance.ts'
import { kendallTau } from './kendall.ts'
import { seededRandom } from './random.ts'
import { student } from './student.ts'

const reference = fixtures.copula
const [rho, nu] = reference.true as [number, number]

/** As scripts/reference/models.py draws it. */
function tSeries(seed: number, n: number): readonly [Float64Array, Float64Array] {
  const random = seededRandom(seed)
  const [xs, ys] = [new Float64Array(n), new Float64Array(n)]
  for (let t = 0; t < n; t += 1) {
    const a = random.normal()
    const b = rho * a + Math.sqrt(1 - rho * rho) * random.normal()
    let chi = 0
    for (let i = 0; i < nu; i += 1) chi += random.normal() ** 2
    xs[t] = a * Math.sqrt(nu / chi)
    ys[t] = b * Math.sqrt(nu / chi)
  }
  return [xs, ys]
}

const tau = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  const result = kendallTau(x, y)
  if (result.kind === 'failed') throw new Error(result.detail)
  return result.tau
}
const pair = (r: number): Matrix => [
  [1, r],
  [r, 1],
]
const [xs, ys] = tSeries(reference.seed, reference.n)

describe("Kendall's tau", () => {
  test('agrees with scipy, ties included', () => {
    expect(tau(xs, ys)).toBeCloseTo(reference.tau, 14)
    const random = seededRandom(reference.tied.seed)
    const tied = Array.from({ length: 200 }, (_, i) => {
      const a = Math.floor(random.uniform() * 6)
      return [a, Math.floor(random.uniform() * 4) + (i % 2 === 0 ? 0 : a)] as const
    })
    expect(
      tau(
        tied.map(([a]) => a),
        tied.map(([, b]) => b),
      ),
    ).toBeCloseTo(reference.tied.tau, 14)
  })

  const paired = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })), { minLength: 3, maxLength: 40 })

  test('equals the count over all pairs, and knows no units', () => {
    fc.assert(
      fc.property(paired, (points) => {
        const [x, y] = [points.map(([a]) => a), points.map(([, b]) => b)]
        fc.pre(new Set(x).size > 1 && new Set(y).size > 1)
        let [difference, inX, inY] = [0, 0, 0]
        for (const [i, [a, b]] of points.entries())
          for (const [c, d] of points.slice(i + 1)) {
            difference += Math.sign(a - c) * Math.sign(b - d)
            inX += Math.abs(Math.sign(a - c))
            inY += Math.abs(Math.sign(b - d))
          }
        expect(tau(x, y)).toBeCloseTo(difference / Math.sqrt(inX * inY), 12)
        expect(
          tau(
            x.map((v) => v ** 3 + 7),
            y.map(Math.exp),
          ),
        ).toBe(tau(x, y))
        expect(tau(y, x)).toBeCloseTo(tau(x, y), 12)
        expect(
          tau(
            x.map((v) => -v),
            y,
          ),
        ).toBeCloseTo(-tau(x, y), 12)
      }),
    )
  })

  test('what are no pairs has a reason', () => {
    expect(kendallTau([1], [1])).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(kendallTau([1, 2], [1, 2, 3])).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
    expect(kendallTau([1, 1], [1, 2])).toMatchObject({ kind: 'failed', reason: 'constant' })
    expect(kendallTau([1, Number.NaN], [1, 2])).toMatchObject({ kind: 'failed', reason: 'not-finite' })
  })
})

describe('correlation', () => {
  const broken: Matrix = [
    [1, 0.9, -0.9],
    [0.9, 1, 0.9],
    [-0.9, 0.9, 1],
  ]

  test('what has no root is clipped as the reference does it; what has one stays', () => {
    expect(cholesky(broken)).toBeUndefined()
    const fixed = positiveDefinite(broken)
    for (const [i, row] of fixed.entries())
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(reference.clipped[i]?.[j] as number, 12)
    const good = pair(0.5)
    expect(positiveDefinite(good)).toBe(good)
  })

  test('always a correlation matrix with a root', () => {
    const entry = fc.double({ min: -1, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(entry, { minLength: 10, maxLength: 10 }), (values) => {
        const at = (i: number, j: number): number =>
          i === j ? 1 : (values[(Math.max(i, j) * (Math.max(i, j) - 1)) / 2 + Math.min(i, j)] as number)
        const fixed = positiveDefinite([0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => at(i, j))))
        const root = cholesky(fixed)
        expect(root).toBeDefined()
        for (const [i, row] of fixed.entries())
          for (const [j, value] of row.entries()) {
            expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12)
            const product = root?.[i]?.reduce((sum, v, k) => sum + v * (root[j]?.[k] as number), 0)
            expect(product).toBeCloseTo(value, 10)
          }
      }),
    )
  })
})

describe('t-copula', () => {
  const fit = fitTCopula([xs, ys])
  if (fit.kind === 'failed') throw new Error(fit.detail)

  test('agrees with scipy', () => {
    expect(fit.correlation[0]?.[1]).toBeCloseTo(Math.sin((Math.PI * reference.tau) / 2), 12)
    expect(fit.nu).toBeCloseTo(reference.nu, 3)
    expect(fit.logLikelihood).toBeCloseTo(reference.logLikelihood, 6)
    expect(fit.nuLow).toBeCloseTo(reference.nuLow, 2)
    expect(fit.nuHigh).toBeCloseTo(reference.nuHigh, 2)
    expect(fit.clipped).toBe(false)
  })

  test('finds what made the series', () => {
    // asymptotic standard error of tau at most sqrt(2 (1 - tau^2) / n), times the slope of sin(pi tau / 2)
    const error = (Math.PI / 2) * Math.sqrt((2 * (1 - reference.tau ** 2)) / reference.n)
    expect(Math.abs((fit.correlation[0]?.[1] as number) - rho)).toBeLessThan(3 * error)
    expect(fit.nuLow).toBeLessThan(nu)
    expect(fit.nuHigh).toBeGreaterThan(nu)
  })

  test('margins do not matter', () => {
    const bent = fitTCopula([xs.slice(0, 400).map((v) => v ** 3), ys.slice(0, 400).map(Math.exp)])
    expect(bent).toEqual(fitTCopula([xs.slice(0, 400), ys.slice(0, 400)]))
  })

  test('normal series end at the bound: no tail dependence that can be told', () => {
    const random = seededRandom(43)
    const a = Array.from({ length: 1_000 }, () => random.normal())
    const result = fitTCopula([a, a.map((v) => v + random.normal())])
    expect(result.kind === 'fitted' && result.nuHigh).toBeCloseTo(100, 6)
    expect(result.kind === 'fitted' && result.nuLow).toBeGreaterThan(8)
  })

  test('the same series twice, and contradictions, are clipped to something usable', () => {
    const twice = fitTCopula([xs.slice(0, 200), xs.slice(0, 200)])
    expect(twice).toMatchObject({ kind: 'fitted', clipped: true })
  })

  test('what can not be fitted has a reason', () => {
    expect(fitTCopula([])).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(fitTCopula([xs])).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(fitTCopula([xs.slice(0, 49), ys.slice(0, 49)])).toMatchObject({ kind: 'failed', reason: 'too-short' })
    expect(fitTCopula([xs, ys.slice(1)])).toMatchObject({ kind: 'failed', reason: 'out-of-range' })
    expect(fitTCopula([xs, new Float64Array(xs.length)])).toMatchObject({ kind: 'failed', reason: 'constant' })
    expect(fitTCopula([xs, ys.map((v, i) => (i === 3 ? Number.NaN : v))])).toMatchObject({ kind: 'failed', reason: 'not-finite' })
  })

  test('tail dependence agrees with scipy; none for a normal, all at rho 1', () => {
    expect(tailDependence(0.5, 4)).toBeCloseTo(0.25317, 6)
    for (const [r, n, value] of reference.tailDependence as [number, number, number][]) expect(tailDependence(r, n)).toBeCloseTo(value, 12)
    expect([tailDependence(0.9, Number.POSITIVE_INFINITY), tailDependence(1, 4), tailDependence(-1, 4)]).toEqual([0, 1, 0])
  })
})

describe('joint exceedance', () => {
  test('two boundaries: normal and t agree with the reference', () => {
    expect(bivariateCdf(-2, -1.5, 0.6, Number.POSITIVE_INFINITY)).toBeCloseTo(0.0105057035, 10)
    expect(bivariateCdf(-2, -1.5, 0.6, 4)).toBeCloseTo(0.031941306, 9)
    for (const [a, b, r, value] of reference.bivariateNormal as [number, number, number, number][])
      expect(bivariateCdf(a, b, r, Number.POSITIVE_INFINITY) / value).toBeCloseTo(1, 8)
    for (const [a, b, r, n, value] of reference.bivariate as [number, number, number, number, number][])
      expect(bivariateCdf(a, b, r, n) / value).toBeCloseTo(1, 8)
  })

  test('laws of two: symmetrical, within bounds, and at rho 0 a normal pair is independent', () => {
    const p = fc.double({ min: 1e-6, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(p, p, fc.double({ min: -0.95, max: 0.95, noNaN: true }), fc.double({ min: 1, max: 50, noNaN: true }), (u, v, r, n) => {
        const joint = (...tails: number[]): number => {
          const result = jointExceedance(tails, { correlation: pair(r), nu: n }, seededRandom(1))
          return result.kind === 'failed' ? Number.NaN : result.probability
        }
        // shares of tails down to 1e-6: where both rho and nu are extreme, some parts in a million are lost
        expect(joint(u, v) / joint(v, u)).toBeCloseTo(1, 4)
        const margin = student(n)
        const [x, y] = [margin.quantile(u), margin.quantile(v)]
        expect((bivariateCdf(x, y, r, n) + bivariateCdf(x, -y, -r, n)) / u).toBeCloseTo(1, 4)
        expect(joint(u, v)).toBeLessThanOrEqual(Math.min(u, v) * (1 + 1e-4))
        expect(joint(u, v)).toBeGreaterThanOrEqual(Math.max(0, u + v - 1) - 1e-8)
        const { cdf, quantile } = student(Number.POSITIVE_INFINITY)
        const [a, b] = [quantile(u), quantile(v)]
        expect(bivariateCdf(a, b, 0, Number.POSITIVE_INFINITY) / (cdf(a) * cdf(b))).toBeCloseTo(1, 8)
      }),
      { numRuns: 60 },
    )
  })

  test('three boundaries agree with mvtnorm of R (scripts/reference/models.R)', () => {
    for (const [tails, degrees, value] of [
      [[0.01, 0.01, 0.01], 4, 0.00097886079],
      [[0.001, 0.02, 0.005], 3, 0.00032210825],
    ] as const) {
      const result = jointExceedance(tails, { correlation: reference.trivariate.correlation, nu: degrees }, seededRandom(45), 10_000)
      if (result.kind === 'failed') throw new Error(result.detail)
      expect(Math.abs(result.probability - value)).toBeLessThan(3 * result.standardError)
    }
  })

  test('three boundaries: the simulation agrees with quadrature within its own error, and repeats by its seed', () => {
    const { correlation, nu: degrees, tail, probability } = reference.trivariate
    const run = () => jointExceedance([tail, tail, tail], { correlation, nu: degrees }, seededRandom(44), 10_000)
    const result = run()
    if (result.kind === 'failed') throw new Error(result.detail)
    expect(Math.abs(result.probability - probability)).toBeLessThan(3 * result.standardError)
    expect(result.standardError / probability).toBeLessThan(0.02)
    expect(run()).toEqual(result)
  })

  test('far out its relative error hardly grows, and tail dependence keeps the level', () => {
    const far = jointExceedance(
      [1e-8, 1e-8, 1],
      { correlation: [...pair(0.5).map((row) => [...row, 0]), [0, 0, 1]], nu: 4 },
      seededRandom(45),
      2_000,
    )
    if (far.kind === 'failed') throw new Error(far.detail)
    expect(far.standardError / far.probability).toBeLessThan(0.05)
    expect(Math.abs(far.probability / 1e-8 - tailDependence(0.5, 4))).toBeLessThan(0.04)
  })

  test('edges: certain, impossible, alone', () => {
    const joint = (tails: readonly number[], correlation: Matrix) => jointExceedance(tails, { correlation, nu: 4 }, seededRandom(1), 100)
    expect(joint([0.3], [[1]])).toEqual({ kind: 'fitted', probability: 0.3, standardError: 0 })
    expect(joint([0.3, 0], pair(0.5))).toEqual({ kind: 'fitted', probability: 0, standardError: 0 })
    expect(joint([0.3, 1], pair(0.5))).toMatchObject({ probability: expect.closeTo(0.3, 12) })
    expect(joint([1, 1], pair(0.5))).toMatchObject({ probability: 1 })
  })

  test('what is no probability, no matrix or no sample has a reason', () => {
    const reason = (tails: readonly number[], correlation: Matrix, degrees = 4, samples = 100): string => {
      const result = jointExceedance(tails, { correlation, nu: degrees }, seededRandom(1), samples)
      return result.kind === 'failed' ? result.reason : result.kind
    }
    expect(reason([0.1, Number.NaN], pair(0.5))).toBe('out-of-range')
    expect(reason([0.1, 1.1], pair(0.5))).toBe('out-of-range')
    expect(reason([0.1], pair(0.5))).toBe('out-of-range')
    expect(reason([], [])).toBe('out-of-range')
    expect(reason([0.1, 0.1], pair(1))).toBe('out-of-range')
    expect(reason([0.1, 0.1], pair(0.5), 0)).toBe('out-of-range')
    expect(reason([0.1, 0.1, 0.1], reference.trivariate.correlation, 4, 1)).toBe('too-short')
  })
})
