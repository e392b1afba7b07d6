// Reference values: scripts/reference/options.py, scipy's normal distribution. Then the laws that any price must keep.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blackScholes, phi } from './black-scholes.ts'
import { exp } from './exp.ts'

const PHI = [
  [-36, 4.182624065796808e-284],
  [-12, 1.776482112077653e-33],
  [-7.08, 7.207723086467469e-13],
  [-7.07, 7.746684865636453e-13],
  [-4.5, 3.3976731247300535e-6],
  [-1, 0.15865525393145707],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.3, 0.6179114221889526],
  [2.5, 0.9937903346742238],
  [8, 0.9999999999999993],
] as const

/** Spot, strike, volatility, days, rate; call, put, delta of the call, vega. */
const OPTIONS = [
  [1800, 1800, 0.8, 7, 0.05, 80.34320484991645, 78.61800473558901, 0.5255345104921387, 99.24173609696746],
  [1800, 2200, 0.75, 28, 0.05, 37.818918782607, 429.3967250960736, 0.19941839336967065, 139.32951234353118],
  [1800, 1500, 0.75, 28, 0.05, 340.08481511543846, 34.3424103291656, 0.8413506707384377, 120.63054207987715],
  [1742.01337, 2000, 1, 30, 0.05, 110.53329132644058, 360.31760885484914, 0.37295286283038354, 189.049046298162],
  [100, 100, 0.2, 365, 0, 7.965567455405804, 7.965567455405804, 0.539827837277029, 39.69525474770118],
  [1800, 3600, 0.5, 3, 0.05, 3.764748804007978e-52, 1798.5208519005641, 7.1212883246724015e-53, 1.780860456272051e-49],
  [1800, 900, 2.5, 1, -0.02, 899.9506853184392, 1.7380548443066433e-6, 0.9999999588546507, 2.1465965154479767e-5],
  [2.5e-5, 3e-5, 1.4, 90, 0.03, 5.280986320062991e-6, 1.005988728360405e-5, 0.5382290890863917, 4.92974872480746e-6],
] as const

const near = (value: number, wanted: number, relative: number): void =>
  expect(Math.abs(value - wanted), `${value} is not ${wanted}`).toBeLessThanOrEqual(relative * Math.abs(wanted))

describe('reference values', () => {
  test.each(PHI)('phi(%d)', (z, wanted) => near(phi(z), wanted, 2e-13))
  test.each(OPTIONS)('spot %d strike %d vol %d for %d days at %d', (spot, strike, vol, days, rate, call, put, delta, vega) => {
    const values = blackScholes({ spot, strike, vol, years: days / 365, rate })
    // a price has the digits of the greater term that it is the difference of
    expect(Math.abs(values.call - call)).toBeLessThan(1e-12 * spot)
    expect(Math.abs(values.put - put)).toBeLessThan(1e-12 * spot)
    near(values.delta, delta, 1e-12)
    near(values.vega, vega, 1e-12)
  })
})

const terms = fc.record({
  spot: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  strike: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  vol: fc.double({ min: 0.01, max: 5, noNaN: true }),
  years: fc.double({ min: 0.0001, max: 3, noNaN: true }),
  rate: fc.double({ min: -0.1, max: 0.2, noNaN: true }),
})

describe('laws', () => {
  test('parity: a call less a put is spot less the strike of today', () => {
    fc.assert(
      fc.property(terms, (t) => {
        const { call, put } = blackScholes(t)
        const forward = t.spot - t.strike * exp(-t.rate * t.years)
        expect(Math.abs(call - put - forward)).toBeLessThan(1e-11 * (t.spot + t.strike))
      }),
    )
  })

  test('prices are within their bounds, deltas between 0 and 1, vega not negative', () => {
    fc.assert(
      fc.property(terms, (t) => {
        const { call, put, delta, vega } = blackScholes(t)
        const slack = 1e-12 * (t.spot + t.strike)
        const strike = t.strike * exp(-t.rate * t.years)
        expect(call).toBeGreaterThanOrEqual(Math.max(0, t.spot - strike) - slack)
        expect(call).toBeLessThanOrEqual(t.spot + slack)
        expect(put).toBeGreaterThanOrEqual(Math.max(0, strike - t.spot) - slack)
        expect(put).toBeLessThanOrEqual(strike + slack)
        expect(delta >= 0 && delta <= 1 && vega >= 0).toBe(true)
      }),
    )
  })

  test('phi of z and of -z are one together, and it never falls', () => {
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (z, step) => {
        expect(Math.abs(phi(z) + phi(-z) - 1)).toBeLessThan(1e-15)
        expect(phi(z + step)).toBeGreaterThanOrEqual(phi(z) * (1 - 1e-13))
      }),
    )
  })

  test('nothing left to run: only the difference of spot and strike; terms that are none: NaN, never a throw', () => {
    expect(blackScholes({ spot: 110, strike: 100, vol: 0.8, years: 0, rate: 0 })).toMatchObject({ delta: 1 })
    expect(blackScholes({ spot: 110, strike: 100, vol: 0, years: 0, rate: 0 }).call).toBeCloseTo(10, 6)
    for (const odd of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => blackScholes({ spot: odd, strike: odd, vol: odd, years: odd, rate: odd })).not.toThrow()
    expect(blackScholes({ spot: 0, strike: 100, vol: 1, years: 1, rate: 0 }).call).toBeNaN()
  })
})
