import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Store } from '../store.ts'
import { intensity } from './intensity.ts'

const make = (halfLifeS: number, store = new Store()) => intensity({ halfLifeS }).create(store, 'i')

describe('intensity', () => {
  test('is the sum of all events, each halved every halfLifeS', () => {
    const gaps = fc.array(fc.tuple(fc.nat(500), fc.double({ min: 0, max: 100, noNaN: true })), { maxLength: 60 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 300 }), fc.nat(500), (events, halfLifeS, afterS) => {
        const window = make(halfLifeS)
        let timeS = 1_000
        const times: [number, number][] = []
        for (const [gap, weight] of events) {
          timeS += gap
          window.push(timeS, weight)
          times.push([timeS, weight])
        }
        const naive = times.reduce((sum, [at, weight]) => sum + weight * 2 ** (-(timeS + afterS - at) / halfLifeS), 0)
        expect(Math.abs(window.value(timeS + afterS) - naive)).toBeLessThanOrEqual(1e-9 * Math.max(1, naive))
      }),
    )
  })
  test('at a steady rate it is the rate times the half-life over ln 2', () => {
    const window = make(1_000)
    for (let s = 0; s < 20_000; s++) window.push(s)
    expect(window.value(20_000) / (1_000 / Math.LN2)).toBeCloseTo(1, 2)
  })
  test('subjects do not share it; what is not a number is left out; what is late counts as just now', () => {
    const window = make(10)
    window.push(100)
    window.seek(3)
    expect(window.value(100)).toBe(0)
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      window.push(bad)
      window.push(100, bad)
    }
    window.push(100)
    window.push(90)
    expect(window.value(100)).toBe(2)
    expect(() => intensity({ halfLifeS: 0 })).toThrow(/want more than 0/)
  })
  test('undo law: back to the same bytes, and forward again to the same', () => {
    const store = new Store()
    const window = make(60, store)
    for (let s = 0; s < 50; s++) window.push(s * 7)
    const mark = store.mark()
    const before = store.dump()
    for (let s = 50; s < 90; s++) window.push(s * 7, s)
    const after = window.value(700)
    store.undoTo(mark)
    expect(store.dump()).toEqual(before)
    for (let s = 50; s < 90; s++) window.push(s * 7, s)
    expect(window.value(700)).toBe(after)
  })
})
