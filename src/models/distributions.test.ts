import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ln } from '../core/math.ts'
import { chiSquareQuantile, chiSquareTail } from './chi-square.ts'
import { exp, expm1, log1p, sinHalfPi } from './elementary.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { normalCdf, normalQuantile } from './normal.ts'
import { seededRandom } from './random.ts'
import { student } from './student.ts'

const relative = (got: number, want: number): number => (Math.abs(got - want) < 1e-320 ? 0 : Math.abs(got - want) / Math.abs(want)) // subnormals have few digits
const { distributions } = fixtures
const rows = (values: readonly (readonly number[])[]): readonly [number, number, number][] => values as [number, number, number][]

describe('exp and its kin agree with the engine', () => {
  test.each([
    ['exp', exp, Math.exp, -700, 709],
    ['expm1', expm1, Math.expm1, -40, 40],
    ['expm1 near 0', expm1, Math.expm1, -1e-3, 1e-3],
    ['log1p', log1p, Math.log1p, -0.999, 1e6],
    ['log1p near 0', log1p, Math.log1p, -0.26, 0.26],
    ['sin', sinHalfPi, (x: number) => Math.sin((Math.PI * x) / 2), -1, 1],
  ])('%s', (_, ours, theirs, min, max) => {
    fc.assert(
      fc.property(fc.double({ min, max, noNaN: true }), (x) => {
        expect(relative(ours(x), theirs(x))).toBeLessThan(1.5e-15)
      }),
      { numRuns: 2_000 },
    )
  })

  test('edges', () => {
    expect([exp(0), exp(710), exp(-746), exp(Number.NEGATIVE_INFINITY), exp(Number.POSITIVE_INFINITY)]).toEqual([
      1,
      Number.POSITIVE_INFINITY,
      0,
      0,
      Number.POSITIVE_INFINITY,
    ])
    expect(exp(Number.NaN)).toBeNaN()
    expect(exp(-740)).toBeCloseTo(Math.exp(-740), 323)
    expect([log1p(-1), log1p(-2), expm1(0), log1p(0), sinHalfPi(0)]).toEqual([Number.NEGATIVE_INFINITY, Number.NaN, 0, 0, 0])
    expect(Math.abs(sinHalfPi(1) - 1)).toBeLessThan(3e-16)
  })
})

describe('distributions agree with scipy', () => {
  test('normal', () => {
    for (const [z, p] of distributions.normalCdf as [number, number][]) expect(relative(normalCdf(z), p), `z ${z}`).toBeLessThan(1e-12)
    for (const [p, z] of distributions.normalQuantile as [number, number][])
      expect(relative(normalQuantile(p), z), `p ${p}`).toBeLessThan(1e-12)
  })

  test('Student', () => {
    for (const [nu, t, p] of rows(distributions.studentCdf)) expect(relative(student(nu).cdf(t), p), `nu ${nu} t ${t}`).toBeLessThan(1e-11)
    for (const [nu, p, t] of rows(distributions.studentQuantile))
      expect(relative(student(nu).quantile(p), t), `nu ${nu} p ${p}`).toBeLessThan(1e-11)
    for (const [nu, t, l] of rows(distributions.studentLogDensity))
      expect(relative(student(nu).logDensity(t), l), `nu ${nu} t ${t}`).toBeLessThan(1e-11)
  })

  test('chi square', () => {
    for (const [k, x, p] of rows(distributions.chiSquareTail)) expect(relative(chiSquareTail(x, k), p), `k ${k} x ${x}`).toBeLessThan(1e-12)
    for (const [k, p, x] of rows(distributions.chiSquareQuantile))
      expect(relative(chiSquareQuantile(p, k), x), `k ${k} p ${p}`).toBeLessThan(1e-9)
  })
})

describe('laws of the distributions', () => {
  const logP = fc.double({ min: -600, max: -0.0001, noNaN: true })
  const degrees = fc.double({ min: 1, max: 500, noNaN: true })

  test('quantile inverts cdf', () => {
    fc.assert(
      fc.property(logP, degrees, (l, nu) => {
        const p = exp(l)
        expect(relative(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-10)
        const t = student(nu).quantile(Math.max(p, 1e-100))
        expect(relative(student(nu).cdf(t), Math.max(p, 1e-100))).toBeLessThan(1e-10)
      }),
    )
  })

  test('a t of infinitely many degrees is normal, and a thousand are near', () => {
    const far = student(Number.POSITIVE_INFINITY)
    expect([far.cdf(-3), far.quantile(0.01)]).toEqual([normalCdf(-3), normalQuantile(0.01)])
    expect(student(100_000).cdf(-2)).toBeCloseTo(normalCdf(-2), 5)
    expect(relative(far.logDensity(2), ln(far.density(2)))).toBeLessThan(1e-14)
  })

  test('edges: ends are infinite, what is no probability is NaN', () => {
    for (const quantile of [normalQuantile, student(3).quantile]) {
      expect([quantile(0), quantile(0.5), quantile(1)]).toEqual([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY])
      for (const bad of [-0.1, 1.1, Number.NaN]) expect(quantile(bad)).toBeNaN()
    }
    expect([chiSquareTail(0, 1), chiSquareTail(Number.POSITIVE_INFINITY, 1), chiSquareQuantile(1, 1)]).toEqual([
      1,
      0,
      Number.POSITIVE_INFINITY,
    ])
    expect(chiSquareQuantile(-1, 1)).toBeNaN()
  })
})

describe('random', () => {
  test('the words of the reference', () => {
    const random = seededRandom(fixtures.random.seed)
    expect(fixtures.random.words.map(() => random.word())).toEqual(fixtures.random.words)
  })

  test('uniform and normal have their moments, and seeds differ', () => {
    const random = seededRandom(5)
    const n = 40_000
    const uniform = Array.from({ length: n }, () => random.uniform())
    const normal = Array.from({ length: n }, () => random.normal())
    const moment = (values: readonly number[], k: number): number => values.reduce((sum, v) => sum + v ** k / n, 0)
    expect(uniform.every((u) => u > 0 && u < 1)).toBe(true)
    expect(Math.abs(moment(uniform, 1) - 1 / 2)).toBeLessThan(3 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(moment(normal, 1))).toBeLessThan(3 / Math.sqrt(n))
    expect(Math.abs(moment(normal, 2) - 1)).toBeLessThan(3 * Math.sqrt(2 / n))
    expect(Math.abs(moment(normal, 4) - 3)).toBeLessThan(3 * Math.sqrt(96 / n))
    expect(seededRandom(6).word()).not.toBe(seededRandom(5).word())
  })
})
