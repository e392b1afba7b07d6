import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Store } from './store.ts'
import { type Cell, cusum, ewmaVolatility, garchVolatility, type Memory, quantile, rateInWindow, ring } from './windows.ts'

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

describe('quantile', () => {
  const naive = (values: readonly number[], share: number): number =>
    [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] as number

  test('is the nearest rank within 3.2 % after every push, whatever the order', () => {
    const size = fc.double({ min: 1e-6, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 120 }), fc.constantFrom(0.01, 0.5, 0.9, 0.99), (values, share) => {
        const window = quantile({ share }).create(new Store(), 'q')
        for (const [n, v] of values.entries()) {
          window.push(v)
          const want = naive(values.slice(0, n + 1), share)
          expect(Math.abs(window.value - want)).toBeLessThanOrEqual(0.032 * want)
        }
        expect(window.rows).toBe(values.length)
      }),
    )
  })

  test('edge: what is outside of its range counts as its end; NaN is left out; nothing pushed is NaN', () => {
    const window = quantile({ share: 0.5, least: 1, most: 100 }).create(new Store(), 'q')
    expect(window.value).toBeNaN()
    for (const v of [0, -5, Number.NEGATIVE_INFINITY, Number.NaN]) window.push(v)
    expect([window.rows, window.value]).toEqual([3, expect.closeTo(1, 1)])
    for (let n = 0; n < 10; n++) window.push(Number.POSITIVE_INFINITY)
    expect(window.value).toBe(100)
  })

  test('edge: ready once ten values are expected above it', () => {
    const window = quantile({ share: 0.75 }).create(new Store(), 'q')
    for (let n = 0; n < 39; n++) window.push(1)
    expect(window.ready).toBe(false)
    window.push(1)
    expect(window.ready).toBe(true)
  })

  test('a share or a range that is none is refused', () => {
    for (const share of [0, 1, Number.NaN]) expect(() => quantile({ share })).toThrow(RangeError)
    expect(() => quantile({ share: 0.5, least: 2, most: 1 })).toThrow(RangeError)
  })
})

describe('CUSUM', () => {
  test('is the greatest sum of deviations beyond the slack that ends now, in either direction', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 60 }), (values) => {
        const window = cusum({ target: 3, slack: 2, limit: 20 }).create(new Store(), 'c')
        for (const v of values) window.push(v)
        const greatest = (sign: number): number =>
          Math.max(0, ...values.map((_, from) => values.slice(from).reduce((sum, v) => sum + sign * (v - 3) - 2, 0)))
        expect([window.up, window.down]).toEqual([greatest(1), greatest(-1)])
        const [up, down] = [greatest(1), greatest(-1)]
        expect(window.shift).toBe(up <= 20 && down <= 20 ? 0 : up >= down ? 1 : -1)
      }),
    )
  })

  test('edge: at the limit there is no shift, above it there is; a reset begins again', () => {
    const window = cusum({ slack: 0.5, limit: 5 }).create(new Store(), 'c')
    for (let n = 0; n < 10; n++) window.push(-1)
    expect([window.down, window.shift]).toEqual([5, 0])
    window.push(-1)
    expect(window.shift).toBe(-1)
    window.reset()
    expect([window.up, window.down, window.shift]).toEqual([0, 0, 0])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is left out', (bad) => {
    const window = cusum({ slack: 0, limit: 5 }).create(new Store(), 'c')
    window.push(2)
    window.push(bad)
    expect([window.up, window.down]).toEqual([2, 0])
  })
})

describe('GARCH(1,1)', () => {
  const by = { omega: 1e-6, alpha: 0.1, beta: 0.85 }

  test('is the recursion from the long-run level, inside its bounds', () => {
    const move = fc.oneof(fc.double({ min: -0.1, max: 0.1, noNaN: true }), fc.double())
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), fc.double({ min: 1, max: 20, noNaN: true }), (moves, bound) => {
        const window = garchVolatility({ ...by, bound }).create(new Store(), 'g')
        const longRun = by.omega / (1 - by.alpha - by.beta)
        let v = longRun
        for (const r of moves) {
          if (Number.isFinite(r * r))
            v = Math.min(longRun * bound ** 2, Math.max(longRun / bound ** 2, by.omega + by.alpha * r * r + by.beta * v))
          window.push(r)
          expect(window.sigma).toBeCloseTo(Math.sqrt(v), 12)
        }
      }),
    )
  })

  test('parameters that explode are refused', () => {
    for (const bad of [{ omega: 0 }, { alpha: -0.1 }, { beta: 0.9 }, { omega: Number.NaN }, { bound: 0.5 }])
      expect(() => garchVolatility({ ...by, ...bad }).create(new Store(), 'g')).toThrow(RangeError)
  })
})

describe('the law of undo, for every window', () => {
  const windows: Readonly<Record<string, Memory<Cell & { push(first: number, second: number): void }>>> = {
    ewma: ewmaVolatility({ halfLifeRows: 5 }),
    rate: rateInWindow({ windowS: 60, buckets: 4 }),
    ring1: ring({ size: 1 }),
    ring3: ring({ size: 3 }),
    quantile: quantile({ share: 0.9 }),
    cusum: cusum({ slack: 0.5, limit: 5 }),
    garch: garchVolatility({ omega: 1, alpha: 0.1, beta: 0.8 }),
  }
  // the first of a pair is a time for the one that wants it
  const pushes = fc.array(fc.tuple(fc.nat(9), fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double()), fc.double()), {
    maxLength: 40,
  })

  test.each(Object.entries(windows))('%s: push, undo, push: the same bytes', (name, memory) => {
    fc.assert(
      fc.property(pushes, pushes, (before, after) => {
        const store = new Store()
        const window = memory.create(store, 'w')
        const push = (all: typeof before): void => {
          for (const [subject, first, second] of all) {
            window.seek(subject)
            window.push(name === 'rate' ? Math.floor(Math.abs(first) % 1e6) : first, second)
          }
        }
        push(before)
        const [mark, old] = [store.mark(), store.dump()]
        push(after)
        const now = store.dump()
        store.undoTo(mark)
        expect(store.dump()).toEqual(old)
        push(after)
        expect(store.dump()).toEqual(now)
      }),
      { numRuns: 40 },
    )
  })
})
