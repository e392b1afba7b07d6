import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Store } from './store.ts'
import { ewmaVolatility, rateInWindow, ring } from './windows.ts'

const moderate = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const close = (got: number, want: number): void => expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(want)))

describe('EWMA volatility', () => {
  const make = (halfLifeRows: number) => ewmaVolatility({ halfLifeRows }).create(new Store(), 'v')

  test('is the weighted mean of squares, weights halving every halfLifeRows once that bites', () => {
    fc.assert(
      fc.property(fc.array(moderate, { maxLength: 80 }), fc.integer({ min: 1, max: 40 }), (values, halfLife) => {
        const window = make(halfLife)
        let weights: number[] = []
        for (const [n, v] of values.entries()) {
          window.push(v)
          const keep = Math.min(2 ** (-1 / halfLife), n / (n + 1))
          weights = [...weights.map((w) => w * keep), 1 - keep]
          close(window.sigma, Math.sqrt(values.slice(0, n + 1).reduce((sum, x, i) => sum + (weights[i] as number) * x * x, 0)))
        }
        expect(window.rows).toBe(values.length)
      }),
    )
  })

  test('of a constant move it is that move', () => {
    const window = make(5)
    for (let n = 0; n < 300; n++) window.push(n % 2 ? 0.01 : -0.01)
    close(window.sigma, 0.01)
  })

  test('edge: ready from half a half-life on, and never before 20 rows', () => {
    const readyAt = (halfLife: number): number => {
      const window = make(halfLife)
      while (!window.ready) window.push(1)
      return window.rows
    }
    expect([readyAt(1), readyAt(40), readyAt(42), readyAt(200), readyAt(201)]).toEqual([20, 20, 21, 100, 100])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e200, -1e200])('%d does not blind it for good', (bad) => {
    const window = make(10)
    for (let n = 0; n < 30; n++) window.push(1)
    window.push(bad)
    for (let n = 0; n < 30; n++) window.push(1)
    expect(window.sigma).toBe(1)
    expect(window.rows).toBe(60)
  })
})

describe('sum in a window', () => {
  const step = fc.tuple(fc.nat(400), moderate)

  test('adds exactly the buckets that the last windowS seconds touch, the oldest one only when whole', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (steps, buckets) => {
        const bucketS = 60
        const window = rateInWindow({ windowS: bucketS * buckets, buckets }).create(new Store(), 'r')
        const pushed: [number, number][] = []
        let timeS = 1_700_000_000
        for (const [later, amount] of steps) {
          timeS += later
          window.push(timeS, amount)
          pushed.push([Math.floor(timeS / bucketS), amount])
          const newest = Math.floor(timeS / bucketS)
          close(
            window.sum(timeS),
            pushed.filter(([slot]) => slot > newest - buckets).reduce((sum, [, x]) => sum + x, 0),
          )
        }
      }),
    )
  })

  test('edge: in until windowS is over to the second, gone after it', () => {
    const window = rateInWindow({ windowS: 3_600, buckets: 12 }).create(new Store(), 'r')
    window.push(3_600_000, 5)
    expect([window.sum(3_600_000), window.sum(3_603_599), window.sum(3_603_600)]).toEqual([5, 5, 0])
  })

  test('a whole window of silence empties it, whatever the buckets held', () => {
    const window = rateInWindow({ windowS: 120, buckets: 4 }).create(new Store(), 'r')
    for (let n = 0; n < 10; n++) window.push(1_000 + n * 30, 1)
    window.push(1_000_000, 7)
    expect(window.sum(1_000_000)).toBe(7)
    window.push(1_000_000, Number.NaN)
    expect(window.sum(1_000_000)).toBe(7)
  })
})

describe('ring', () => {
  test('holds the last `size` values, newest first', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (values, size) => {
        const window = ring({ size }).create(new Store(), 'r')
        for (const v of values) window.push(v)
        const want = values.slice(-size).reverse()
        expect(window.length).toBe(want.length)
        expect(Array.from({ length: size + 1 }, (_, ago) => window.get(ago))).toEqual(
          Array.from({ length: size + 1 }, (_, ago) => want[ago]),
        )
      }),
    )
  })
})

test('subjects do not mix', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(4), moderate), { maxLength: 60 }), (pushes) => {
      const store = new Store()
      const together = {
        v: ewmaVolatility({ halfLifeRows: 5 }).create(store, 'v'),
        s: rateInWindow({ windowS: 60 }).create(store, 's'),
        l: ring({ size: 3 }).create(store, 'l'),
      }
      const figures = (w: typeof together) => [w.v.sigma, w.s.sum(100), w.l.get(0), w.l.get(2)]
      const alone = Array.from({ length: 5 }, () => {
        const own = new Store()
        return {
          v: ewmaVolatility({ halfLifeRows: 5 }).create(own, 'v'),
          s: rateInWindow({ windowS: 60 }).create(own, 's'),
          l: ring({ size: 3 }).create(own, 'l'),
        }
      })
      const push = (w: typeof together, subject: number, x: number): void => {
        for (const cell of Object.values(w)) cell.seek(subject)
        w.v.push(x)
        w.s.push(100, x)
        w.l.push(x)
      }
      for (const [subject, x] of pushes) {
        push(together, subject, x)
        push(alone[subject] as typeof together, 0, x)
      }
      for (const [subject, w] of alone.entries()) {
        for (const cell of Object.values(together)) cell.seek(subject)
        expect(figures(together)).toEqual(figures(w))
      }
    }),
  )
})
