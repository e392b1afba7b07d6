import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../state/world.ts'
import { keepGoodPrice } from './good-price.ts'

const HOUR_S = 3_600
/** Any time but 0, which is none. */
const START_S = 1_700_000_000

interface At {
  readonly timeS: number
  readonly price: number
  /** The second feed's price; its age is 0 unless said otherwise. */
  readonly second?: number
  readonly secondAgeS?: number
  /** The exchange's present price. */
  readonly pool?: number
  /** What the reporters said last: [price, age]. */
  readonly reports?: readonly (readonly [price: number, ageS: number])[]
  /** The feed's own price, where it isn't the market's. */
  readonly feedPrice?: number
}

function bench(fed: boolean): { readonly world: World; readonly step: (at: At) => number } {
  const world = createWorld(1)
  const market = world.markets.rowOf('pool:asset')
  const feed = fed ? world.feeds.rowOf('proxy') : -1
  if (fed) world.feeds.rowOf('second')
  world.markets.columns.feed.set(market, feed + 1)
  return {
    world,
    step({ timeS, price, second, secondAgeS = 0, pool = 0, reports = [], feedPrice = price }) {
      const nowS = START_S + timeS
      world.markets.columns.price.set(market, price)
      if (fed) {
        const { columns } = world.feeds
        columns.price.set(feed, feedPrice)
        columns.secondFeed.set(feed, second === undefined ? 0 : 2)
        columns.secondPrice.set(feed, second ?? 0)
        columns.secondUpdatedAtS.set(feed, nowS - secondAgeS)
        const at = world.pools.rowOf('pool')
        world.pools.columns.feed.set(at, feed + 1)
        world.pools.columns.price.set(at, pool)
        columns.reporters.set(feed, reports.length)
        columns.lowestReport.set(feed, reports.length === 0 ? 0 : Math.min(...reports.map(([p]) => p)))
        columns.highestReport.set(feed, reports.length === 0 ? 0 : Math.max(...reports.map(([p]) => p)))
        for (const [n, [said, ageS]] of reports.entries()) {
          const row = world.reporters.rowOf(`proxy:${n}`)
          world.reporters.columns.feed.set(row, feed + 1)
          world.reporters.columns.active.set(row, 1)
          world.reporters.columns.price.set(row, said)
          world.reporters.columns.updatedAtS.set(row, nowS - ageS)
        }
      }
      keepGoodPrice(world, market, nowS)
      return world.markets.columns.goodPrice.get(market)
    },
  }
}
const fedRun = (steps: readonly At[]): readonly number[] => steps.map(bench(true).step)
const run = (prices: readonly (readonly [timeS: number, price: number])[]): readonly number[] =>
  prices.map(([timeS, price]) => ({ timeS, price })).map(bench(false).step)

describe('a price of which nobody says anything', () => {
  test('follows what moves by 10 % or less; holds at one unit more', () => {
    expect(
      run([
        [0, 100],
        [12, 110],
        [24, 99],
      ]),
    ).toEqual([100, 110, 99])
    expect(
      run([
        [0, 100],
        [12, 110.01],
        [24, 110],
      ]),
    ).toEqual([100, 100, 100])
    expect(
      run([
        [0, 100],
        [12, 89.99],
      ]),
    ).toEqual([100, 100])
  })
  test('a second jump does not replace it: an attacker would only need two', () => {
    expect(
      run([
        [0, 100],
        [12, 150],
        [24, 300],
      ]),
    ).toEqual([100, 100, 100])
  })
  test('is the price again once back within 5 %', () => {
    expect(
      run([
        [0, 100],
        [12, 150],
        [24, 105.01],
        [36, 105],
        [48, 107],
      ]),
    ).toEqual([100, 100, 100, 105, 107])
  })
  test("is the price after an hour: then it is the market's", () => {
    expect(
      run([
        [0, 100],
        [12, 150],
        [3611, 150],
        [3612, 150],
      ]),
    ).toEqual([100, 100, 100, 150])
  })
  test('a price of zero is a jump; none before it is no jump', () => {
    expect(
      run([
        [0, 100],
        [12, 0],
        [24, 100],
      ]),
    ).toEqual([100, 100, 100])
    expect(
      run([
        [0, 0],
        [12, 100],
      ]),
    ).toEqual([0, 100])
  })
  test('a ramp of small steps is held where it leaves 10 % of the anchor, not dragged along', () => {
    expect(
      run([
        [0, 100],
        [12, 109],
        [24, 118],
        [36, 128],
        [48, 139],
      ]),
    ).toEqual([100, 109, 109, 109, 109])
  })
  test('the anchor is renewed by the hour while the price is near it, never by a jump', () => {
    expect(
      run([
        [0, 100],
        [1200, 108],
        [HOUR_S, 108],
        [HOUR_S + 12, 118],
        [2 * HOUR_S, 150],
      ]),
    ).toEqual([100, 108, 108, 118, 118])
  })
})

describe('with a second feed', () => {
  test('one that agrees makes any jump good at once, and ends a dispute when it lags', () => {
    expect(
      fedRun([
        { timeS: 0, price: 100, second: 100 },
        { timeS: 12, price: 200, second: 100 },
        { timeS: 24, price: 200, second: 191 },
        { timeS: 36, price: 1000, second: 1000 },
      ]),
    ).toEqual([100, 100, 200, 1000])
  })
  test('one that moved the same way and further vouches for what the price moved; one that stands still or turns does not', () => {
    const after = (price: number, second: number): number =>
      fedRun([
        { timeS: 0, price: 100, second: 100 },
        { timeS: 12, price, second },
      ]).at(-1) as number
    expect([after(135, 180), after(60, 40)]).toEqual([135, 60])
    expect([after(135, 128), after(180, 135)]).toEqual([100, 100]) // 135 against 128 is over 5 % apart: the price is beyond its witness
    expect([after(135, 100), after(135, 90), after(0, 40)]).toEqual([100, 100, 100])
    expect(after(135, 135)).toBe(135)
  })

  test('with the exchange on its side for 24 s, a price that stands still is left for what the nearer of the two says', () => {
    const stands = (second: number, pool: number, afterS = 24): number =>
      fedRun([
        { timeS: 0, price: 100, second: 100, pool: 100 },
        { timeS: 12, price: 100, second, pool },
        { timeS: 12 + afterS, price: 100, second, pool },
      ]).at(-1) as number
    expect([stands(40, 70), stands(70, 40), stands(160, 130)]).toEqual([70, 70, 130])
    expect([stands(40, 70, 23), stands(40, 70, 24)]).toEqual([100, 70]) // shorter may be a swap of a block or two
    // 100 is within 5 % of 95.3, and not of 95.2
    expect([stands(40, 95.3), stands(40, 95.2), stands(40, 130), stands(96, 40), stands(40, 0)]).toEqual([100, 95.2, 100, 100, 100])
  })
  test('the half minute begins anew when one of them comes back', () => {
    const at = (timeS: number, pool: number) => ({ timeS, price: 100, second: 50, pool })
    expect(fedRun([{ timeS: 0, price: 100, second: 100 }, at(12, 50), at(24, 100), at(36, 50), at(48, 50), at(60, 50)])).toEqual([
      100, 100, 100, 100, 100, 50,
    ])
  })
  test('a price that jumped away from both is held, and good again once it is back', () => {
    const jumped = [
      { timeS: 0, price: 100, second: 100, pool: 100 },
      { timeS: 12, price: 900, second: 101, pool: 99 },
      { timeS: 24, price: 101, second: 101, pool: 99 },
    ]
    expect(fedRun(jumped)).toEqual([100, 100, 101])
  })
  test('one that disagrees holds it for as long as it does, and an hour more once it is silent', () => {
    const away = 30 * HOUR_S
    expect(
      fedRun([
        { timeS: 0, price: 100, second: 100 },
        { timeS: 12, price: 105.01, second: 100 },
        { timeS: 12 + 20 * HOUR_S, price: 300, second: 100, secondAgeS: 20 * HOUR_S },
        { timeS: 12 + 26 * HOUR_S, price: 300, second: 100, secondAgeS: 26 * HOUR_S },
        { timeS: away, price: 300, second: 100, secondAgeS: 26 * HOUR_S + 1 },
        { timeS: away + HOUR_S, price: 300, second: 100, secondAgeS: 27 * HOUR_S + 1 },
      ]),
    ).toEqual([100, 100, 100, 100, 300, 300])
    expect(
      fedRun([
        { timeS: 0, price: 100, second: 100 },
        { timeS: 12, price: 300, second: 100 },
        { timeS: HOUR_S, price: 300, second: 100 },
        { timeS: HOUR_S + 12, price: 300 },
        { timeS: 2 * HOUR_S - 1, price: 300 },
        { timeS: 2 * HOUR_S, price: 300 },
      ]),
    ).toEqual([100, 100, 100, 100, 100, 300])
  })
  test('a price of zero is disputed by any second feed, for as long', () => {
    expect(
      fedRun([
        { timeS: 0, price: 100, second: 100 },
        { timeS: 12, price: 0, second: 100 },
        { timeS: 12 + 2 * HOUR_S, price: 0, second: 100 },
      ]),
    ).toEqual([100, 100, 100])
  })
  test('another base: the feed says nothing of this price, in favour or against', () => {
    expect(
      fedRun([
        { timeS: 0, price: 0.05, feedPrice: 100, second: 100 },
        { timeS: 12, price: 0.053, feedPrice: 106, second: 100 },
        { timeS: 24, price: 0.1, feedPrice: 200, second: 200 },
        { timeS: 24 + HOUR_S, price: 0.1, feedPrice: 200, second: 100 },
      ]),
    ).toEqual([0.05, 0.053, 0.053, 0.1])
  })
  test('within 1 % it is the same base', () => {
    expect(
      fedRun([
        { timeS: 0, price: 100, second: 100 },
        { timeS: 12, price: 200, feedPrice: 202, second: 200 },
        { timeS: 24, price: 400, feedPrice: 404.1, second: 400 },
      ]),
    ).toEqual([100, 200, 200])
  })

  const step = fc.record({
    factor: fc.double({ min: 0.5, max: 10, noNaN: true }),
    gapS: fc.constantFrom(1, 12, 1_000, HOUR_S, 5 * HOUR_S),
    noise: fc.double({ min: 0.98, max: 1.02, noNaN: true }),
  })
  test('property: under a false ramp of any steps the good price stays within 10 % of the true one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(1.001, 1.02, 1.09, 1.3, 10), (steps, ramp) => {
        const { step } = bench(true)
        let [timeS, price] = [0, 100]
        expect(step({ timeS, price, second: 100 })).toBe(100)
        for (const { factor, gapS, noise } of steps) {
          timeS += gapS
          price = Math.min(1_000, Math.max(10, price * (factor > 1 ? ramp : factor)))
          const good = step({ timeS, price, second: 100 * noise })
          expect(Math.abs(good - 100)).toBeLessThanOrEqual(10)
        }
      }),
    )
  })
  test('property: a true ramp that the second feed confirms a block later is followed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { step } = bench(true)
        let [timeS, price, last] = [0, 100, 100]
        for (const { factor, gapS, noise } of steps) {
          timeS += gapS
          price = Math.min(1e6, Math.max(1e-6, price * factor))
          step({ timeS, price, second: last })
          last = price * noise
          expect(step({ timeS: timeS + 1, price, second: last })).toBe(price)
          timeS += 1
        }
      }),
    )
  })
})

describe('with reporters', () => {
  const fresh = (...prices: readonly number[]) => prices.map((p) => [p, 0] as const)
  test('who are apart hold it for as long as they are; once they agree, an hour more', () => {
    expect(
      fedRun([
        { timeS: 0, price: 100, reports: fresh(100, 100, 100) },
        { timeS: 12, price: 108, reports: fresh(108, 108, 100) },
        { timeS: 5 * HOUR_S, price: 1000, reports: fresh(1000, 1000, 100) },
        { timeS: 5 * HOUR_S + 12, price: 1000, reports: fresh(1000, 1000, 1000) },
        { timeS: 6 * HOUR_S - 1, price: 1000, reports: fresh(1000, 1000, 1000) },
        { timeS: 6 * HOUR_S, price: 1000, reports: fresh(1000, 1000, 1000) },
      ]),
    ).toEqual([100, 100, 100, 100, 100, 1000])
  })
  test('a second feed has the last word', () => {
    expect(
      fedRun([
        { timeS: 0, price: 100, second: 100 },
        { timeS: 12, price: 200, second: 200, reports: fresh(200, 200, 100) },
      ]),
    ).toEqual([100, 200])
  })
  test('a submission of zero is apart; one reporter alone is not', () => {
    expect(
      fedRun([
        { timeS: 0, price: 100, reports: fresh(100, 100) },
        { timeS: 12, price: 108, reports: fresh(108, 0) },
      ]),
    ).toEqual([100, 100])
    expect(
      fedRun([
        { timeS: 0, price: 100, reports: fresh(100) },
        { timeS: 12, price: 108, reports: fresh(108) },
      ]),
    ).toEqual([100, 108])
  })
  test('who has been silent for more than 26 hours holds nothing', () => {
    const silent = (ageS: number) => [[100, ageS] as const, ...fresh(108, 108)]
    expect(
      fedRun([
        { timeS: 0, price: 100, reports: fresh(100, 100, 100) },
        { timeS: 12, price: 108, reports: silent(26 * HOUR_S) },
        { timeS: 24, price: 108, reports: silent(26 * HOUR_S + 1) },
        { timeS: 24 + HOUR_S, price: 108, reports: silent(27 * HOUR_S) },
      ]),
    ).toEqual([100, 100, 100, 108])
  })
})

test('undo law: back and forward again, all bytes equal', () => {
  const at = fc.record({
    price: fc.constantFrom(0, 90, 100, 104, 109, 150),
    second: fc.option(fc.constantFrom(100, 150), { nil: undefined }),
    gapS: fc.constantFrom(12, HOUR_S),
  })
  fc.assert(
    fc.property(fc.array(at, { maxLength: 12 }), (steps) => {
      const { world, step } = bench(true)
      step({ timeS: 0, price: 100, second: 100 })
      const mark = world.store.mark()
      const before = world.store.dump()
      const all = (): unknown => {
        let timeS = 0
        for (const { price, second, gapS } of steps) {
          timeS += gapS
          step({ timeS, price, ...(second === undefined ? {} : { second }) })
        }
        return world.store.dump()
      }
      const first = all()
      world.store.undoTo(mark)
      expect(world.store.dump()).toEqual(before)
      expect(all()).toEqual(first)
    }),
  )
})
