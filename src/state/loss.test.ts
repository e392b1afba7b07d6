import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bench, feed, market, POOL, put } from '../../test/builders.ts'
import { displaced, figuresOf, lossAtRiskUsd, type MarketFigures, marketsOf, stressedBadDebtUsd } from './loss.ts'

const figure = (values: Partial<MarketFigures> = {}): MarketFigures => {
  const usd = { price: 1, goodPrice: 1, suppliedUsd: 1_000_000, cashUsd: 1_000_000, ...values }
  // tokens of what is worth so much now, or was worth so much before the price was nothing
  const price = usd.price > 0 ? usd.price : 1
  return {
    market: 0,
    ltv: 0.8,
    goodLtv: 0.8,
    depthUsd: undefined,
    loosened: false,
    canBorrow: true,
    canSupply: true,
    canLiquidate: true,
    roomUsd: Number.MAX_VALUE,
    supplied: usd.suppliedUsd / price,
    cash: usd.cashUsd / price,
    ...usd,
  }
}
/** Collateral in doubt, beside a market of 10 m that lends and is not. */
const lender = figure({ market: 1, suppliedUsd: 10_000_000, cashUsd: 10_000_000 })
const loss = (suspect: Partial<MarketFigures>, others: readonly MarketFigures[] = [lender]) =>
  lossAtRiskUsd([figure({ cashUsd: 0, ...suspect }), ...others], [0], [])

describe('loss at risk', () => {
  test('too high a price: what the excess lets one borrow, of what is there and of what could still be brought', () => {
    // half of the doubled price is air: (1 m + 10 m) x 0.8 x 0.5
    expect(loss({ price: 2 })).toBeCloseTo(4_400_000)
    expect(loss({ price: 2, roomUsd: 500_000 })).toBeCloseTo(600_000)
    expect(loss({ price: 2, canSupply: false })).toBeCloseTo(400_000)
  })
  test('never more than the cash there is to borrow', () => {
    expect(loss({ price: 1e9, suppliedUsd: 1e15 })).toBe(10_000_000)
    expect(loss({ price: 2 }, [{ ...lender, canBorrow: false }])).toBe(0)
  })
  test('too low a price: collateral seized below its worth, cash of the market borrowed too cheaply', () => {
    expect(loss({ price: 0.5 })).toBe(1_000_000)
    expect(loss({ price: 0.5, cashUsd: 300_000 })).toBe(1_300_000)
    expect(loss({ price: 0.5, cashUsd: 300_000, canBorrow: false, canLiquidate: false })).toBe(0)
  })
  test('LTV 0: nothing is lent against it, whatever its price', () => expect(loss({ price: 1_000, ltv: 0 })).toBe(0))
  test('a suspect at its good price, or one that never had one, costs nothing', () => {
    expect([loss({}), loss({ price: 5, goodPrice: 0 })]).toEqual([0, 0])
  })
  test('a price of nothing: all collateral can be seized for nothing, at its good price', () => expect(loss({ price: 0 })).toBe(1_000_000))
  test('loosened parameters: what is lent beyond what the exchange pays, or beyond what governance allowed', () => {
    const loosened = { loosened: true, ltv: 0.9, goodLtv: 0.3, roomUsd: 4_000_000 }
    expect(loss({ ...loosened, depthUsd: 500_000 })).toBeCloseTo(4_000_000) // 5 m x 0.9 - 0.5 m
    expect(loss(loosened)).toBeCloseTo(3_000_000) // 5 m x (0.9 - 0.3)
    expect(loss({ ...loosened, depthUsd: 5_000_000 })).toBe(0)
    expect(loss({ ...loosened, loosened: false, depthUsd: 0 })).toBe(0)
  })
  test('a displaced price that nobody suspects is not counted', () =>
    expect(lossAtRiskUsd([figure({ price: 9 }), lender], [1], [])).toBe(0))
  test('an outflow with no price in doubt: the cash of the drained markets that still lend', () => {
    const markets = [figure(), lender, figure({ market: 2, cashUsd: 7 })]
    expect(lossAtRiskUsd(markets, [], [1, 2])).toBe(10_000_007)
    expect(lossAtRiskUsd([figure({ canBorrow: false }), lender], [], [0])).toBe(0)
    expect(lossAtRiskUsd(markets, [], [])).toBe(0)
  })

  test('edge: displaced is more than 5 % from the good price, either way', () => {
    const at = (price: number) => displaced({ price, goodPrice: 100 })
    expect([at(105), at(105.0001), at(95), at(94.9999), at(Number.NaN)]).toEqual([false, true, false, true, false])
  })

  test('stress: a quarter less collateral, and what of the debt that leaves uncovered', () => {
    expect([stressedBadDebtUsd(1_000, 750), stressedBadDebtUsd(1_000, 751), stressedBadDebtUsd(1_000, 1_000)]).toEqual([0, 1, 250])
  })

  const any: fc.Arbitrary<MarketFigures> = fc.record({
    market: fc.nat(2),
    price: fc.oneof(fc.constant(0), fc.double({ min: 1e-8, max: 1e6, noNaN: true })),
    goodPrice: fc.oneof(fc.constant(0), fc.double({ min: 1e-8, max: 1e6, noNaN: true })),
    supplied: fc.double({ min: 0, max: 1e9, noNaN: true }),
    cash: fc.double({ min: 0, max: 1e9, noNaN: true }),
    suppliedUsd: fc.double({ min: 0, max: 1e9, noNaN: true }),
    cashUsd: fc.double({ min: 0, max: 1e9, noNaN: true }),
    ltv: fc.double({ min: 0, max: 0.95, noNaN: true }),
    goodLtv: fc.double({ min: 0, max: 0.95, noNaN: true }),
    depthUsd: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
    loosened: fc.boolean(),
    canBorrow: fc.boolean(),
    canSupply: fc.boolean(),
    canLiquidate: fc.boolean(),
    roomUsd: fc.oneof(fc.constant(Number.MAX_VALUE), fc.double({ min: 0, max: 1e9, noNaN: true })),
  })
  test('it is never negative nor NaN, and closing anything never raises it', () => {
    fc.assert(
      fc.property(
        fc.tuple(any, any, any),
        fc.subarray([0, 1, 2]),
        fc.subarray([0, 1, 2]),
        fc.nat(2),
        (three, suspects, drained, closed) => {
          const figures = three.map((f, row) => ({ ...f, market: row }))
          const before = lossAtRiskUsd(figures, suspects, drained)
          expect(before).toBeGreaterThanOrEqual(0)
          for (const change of [{ canBorrow: false }, { canSupply: false }, { canLiquidate: false }, { ltv: 0 }, { roomUsd: 0 }]) {
            const after = lossAtRiskUsd(
              figures.map((f) => (f.market === closed ? { ...f, ...change } : f)),
              suspects,
              drained,
            )
            expect(after).toBeLessThanOrEqual(before)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('figures of a market', () => {
  const figures = (values: Parameters<typeof market>[2]) => {
    const { world } = bench()
    return figuresOf(world, market(world, 'WETH', values))
  }
  test('what is open is what its flags say', () => {
    const open = (values: Parameters<typeof market>[2]) => {
      const { canBorrow, canSupply, canLiquidate } = figures(values)
      return [canBorrow, canSupply, canLiquidate]
    }
    expect(open({})).toEqual([true, true, true])
    expect(open({ borrowing: 0 })).toEqual([false, true, true])
    expect(open({ frozen: 1 })).toEqual([false, false, true])
    expect(open({ paused: 1 })).toEqual([false, false, false])
    expect(open({ active: 0 })).toEqual([false, false, false])
  })
  test('room under the supply cap; no cap is no end of room; over the cap there is none', () => {
    expect(figures({ supplyCap: 11_000, price: 1_000 }).roomUsd).toBe(1_000_000)
    expect(figures({ supplyCap: 0 }).roomUsd).toBe(Number.MAX_VALUE)
    expect(figures({ supplyCap: 9_000, price: 1_000 }).roomUsd).toBe(0)
  })
  test('a venue has its own markets only', () => {
    const { world } = bench()
    feed(world)
    const [weth, usdc] = [market(world, 'WETH'), market(world, 'USDC')]
    put(world.markets, 'elsewhere:1', { venue: put(world.venues, 'elsewhere', {}) + 1 })
    expect(marketsOf(world, world.venues.find(POOL) ?? -1)).toEqual([weth, usdc])
  })
})
