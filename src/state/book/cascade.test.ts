import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CascadeAccounts, type CascadeQuestion, cascade } from './cascade.ts'

interface One {
  readonly units: number
  readonly debtUsd: number
  readonly otherUsd?: number
  readonly threshold?: number
}
const cellsOf = (accounts: readonly One[]): CascadeAccounts => ({
  count: accounts.length,
  cells: Float32Array.from(
    accounts.flatMap(({ units, debtUsd, otherUsd = 0, threshold = 0.8 }) => [units, otherUsd, otherUsd * 0.8, debtUsd, threshold, 0, 0, 0]),
  ),
})
const DEEP = { kind: 'constant-product', reserveUnits: 1e15 } as const
const question = (over: Partial<CascadeQuestion> = {}): CascadeQuestion => ({
  priceUsd: 100,
  untilShare: 0.5,
  steps: 100,
  bonus: 0.05,
  depth: DEEP,
  ...over,
})
const last = (accounts: readonly One[], over: Partial<CascadeQuestion> = {}) => cascade(cellsOf(accounts), question(over)).points.at(-1)

describe('cascade curve', () => {
  test('an account is liquidated from its liquidation price on, by halves, and no earlier', () => {
    // 10 units at threshold 0.8 against 640: at 80 USD
    const { points } = cascade(cellsOf([{ units: 10, debtUsd: 640 }]), question())
    const first = points.findIndex(({ liquidations }) => liquidations > 0)
    expect(points[first - 1]?.pathUsd).toBeGreaterThanOrEqual(80 - 0.5)
    expect(points[first]?.pathUsd).toBeLessThan(80)
    expect(points[first]?.liquidatedUsd).toBeCloseTo(320, 2)
    expect(points[first]?.soldUnits).toBeCloseTo((320 * 1.05) / 79.5, 0)
  })

  test('quiet: nobody near, or a path that does not reach them', () => {
    expect(last([{ units: 10, debtUsd: 300 }])).toMatchObject({ liquidations: 0, badDebtUsd: 0, poolUsd: 50 })
    expect(last([{ units: 10, debtUsd: 640 }], { untilShare: 0.81 })).toMatchObject({ liquidations: 0 })
  })

  test('in a deep pool halves are enough: no bad debt, nothing toxic', () => {
    const curve = cascade(cellsOf([{ units: 10, debtUsd: 640 }]), question())
    expect(curve.toxicPoint).toBe(-1)
    expect(curve.points.at(-1)).toMatchObject({ badDebtUsd: 0, toxicUsd: 0 })
  })

  test('a shallow pool makes the same fall worse: sales carry the price to accounts that the path alone does not reach', () => {
    const crowd = Array.from({ length: 50 }, (_, n) => ({ units: 10, debtUsd: 500 + n * 5 }))
    const [deep, shallow] = [DEEP, { kind: 'constant-product', reserveUnits: 500 } as const].map((depth) =>
      last(crowd, { untilShare: 0.85, depth }),
    )
    expect(shallow?.liquidations).toBeGreaterThan(deep?.liquidations ?? 0)
    expect(shallow?.badDebtUsd).toBeGreaterThan(deep?.badDebtUsd ?? 0)
    expect(shallow?.poolUsd).toBeLessThan(85)
  })

  test('toxic: with LTV x (1 + bonus) above 1 liquidating ends in more bad debt than leaving alone; exactly 1 is not toxic', () => {
    // at the start: collateral 1,000 against 990; 990 x 1.05 > 1,000, and 10 are left of it
    const curve = cascade(cellsOf([{ units: 10, debtUsd: 990 }]), question({ untilShare: 0.99 }))
    expect(curve.toxicPoint).toBe(0)
    expect(curve.points.at(-1)?.badDebtUsd).toBeCloseTo(990 - 1000 / 1.05, 2)
    expect(curve.points.at(-1)?.leftAloneUsd).toBe(0)
    const standing = (debtUsd: number): number =>
      cascade(cellsOf([{ units: 10, debtUsd, threshold: 0.79 }]), question({ untilShare: 1, bonus: 0.25 })).toxicPoint
    expect([standing(800), standing(801)]).toEqual([-1, 0])
  })

  test('other collateral is taken when the asset is used up', () => {
    const end = last([{ units: 1, debtUsd: 540, otherUsd: 600 }], { untilShare: 0.4 })
    expect(end?.badDebtUsd).toBe(0)
    expect(end?.soldUnits).toBeCloseTo(1, 6)
  })

  test('a measured curve of depth is straight between its points and flat after them', () => {
    const depth = { kind: 'curve', points: [{ soldUnits: 10, priceShare: 0.9 }] } as const
    expect(last([{ units: 10, debtUsd: 1_500 }], { depth, untilShare: 1, steps: 1 })?.poolUsd).toBeCloseTo(90, 9)
    expect(last([{ units: 5, debtUsd: 800 }], { depth, untilShare: 1, steps: 1 })?.poolUsd).toBeCloseTo(95, 9)
  })

  test('laws: sums never fall, what is repaid and what is bad never exceed what was owed, no more is sold than there was', () => {
    const account = fc.record({
      units: fc.double({ min: 0, max: 1e6, noNaN: true }),
      debtUsd: fc.double({ min: 0, max: 1e8, noNaN: true }),
      otherUsd: fc.double({ min: 0, max: 1e7, noNaN: true }),
      threshold: fc.double({ min: 0.1, max: 0.95, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(account, { maxLength: 25 }), fc.double({ min: 1, max: 1e7, noNaN: true }), (accounts, reserveUnits) => {
        const { points } = cascade(
          cellsOf(accounts),
          question({ untilShare: 0.1, steps: 40, depth: { kind: 'constant-product', reserveUnits } }),
        )
        const [debt, units] = [accounts.reduce((s, a) => s + a.debtUsd, 0), accounts.reduce((s, a) => s + a.units, 0)]
        for (const [n, p] of points.entries()) {
          const before = points[n - 1]
          if (before) {
            for (const key of ['liquidatedUsd', 'soldUnits', 'badDebtUsd', 'toxicUsd', 'liquidations'] as const)
              expect(p[key]).toBeGreaterThanOrEqual(before[key])
            expect(p.poolUsd).toBeLessThanOrEqual(before.poolUsd)
          }
          expect(p.liquidatedUsd + p.badDebtUsd).toBeLessThanOrEqual(debt * (1 + 1e-6) + 1e-6)
          expect(p.soldUnits).toBeLessThanOrEqual(units * (1 + 1e-6) + 1e-6)
        }
      }),
      { numRuns: 40 },
    )
  })
})
