import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { venueDepeg } from './venue-depeg.ts'

type Values = NonNullable<Parameters<typeof feed>[1]>
const MINUTES = 5_100
const write =
  (minute: number, price: number, secondPrice: number, twapPrice: number, values: Values = {}) =>
  (w: World) =>
    feed(w, { price, secondPrice, twapPrice, updatedAtS: START_S, secondUpdatedAtS: START_S + 60 * minute, ...values })

const kept = new Map<string, ReturnType<typeof make>>()
/** Three and a half days of a peg that is never off by more than `noise`: made once, and taken back to there. */
function pegged(noise = 0.0002, minutes = MINUTES) {
  const key = `${noise} ${minutes}`
  const b = kept.get(key) ?? make(noise, minutes)
  kept.set(key, b)
  b.rewind()
  return b
}
function make(noise: number, minutes: number) {
  const b = bench(venueDepeg())
  let minute = 0
  const next = (price: number, second = price, twap = price, values: Values = {}) => {
    minute += 1
    return b.block(write(minute, price, second, twap, values), { timeS: START_S + 60 * minute })
  }
  for (let n = 0; n < minutes; n++) expect(next(1 + (n % 2 ? noise : -noise))).toEqual([])
  return {
    world: b.world,
    block: b.block,
    undo: b.undo,
    next,
    same: () => b.block(() => {}, { timeS: START_S + 60 * minute + 12 }),
    rewind(): void {
      while (b.number > minutes) b.undo()
      minute = minutes
    },
  }
}
const minutesUntil = (b: ReturnType<typeof pegged>, ...prices: [number, number, number]): number => {
  for (let n = 1; n < 200; n++) if (b.next(...prices).length > 0) return n
  return 0
}

describe('venue-depeg', () => {
  test('fires: all venues leave the peg', () => {
    const b = pegged()
    expect(b.next(0.88, 0.88, 0.9)).toMatchObject([
      {
        severity: 'high',
        source: 'second-feed',
        subject: { kind: 'feed', id: FEED },
        summary: 'the feed says 0.88, the second feed says 0.88, the exchange says 0.9, away from a peg of 1.0000',
        evidence: { off: 3, venues: 3 },
      },
    ])
    expect(b.same()).toEqual([]) // one sample a minute
    expect(b.next(0.88, 0.88, 0.9)).toHaveLength(1)
  })
  test('fires: a slow slide of half a percent, within an hour', () => {
    const minutes = minutesUntil(pegged(), 0.995, 0.995, 0.995)
    expect([minutes > 5, minutes < 60]).toEqual([true, true])
  })
  test('told as a single venue: low if it is not the feed, high if it is', () => {
    expect(pegged().next(1, 0.65, 0.9998)).toMatchObject([
      { severity: 'low', summary: 'the second feed says 0.65, away from a peg of 1.0000; a single venue: the others hold' },
    ])
    expect(pegged().next(0.65, 1, 0.9998)).toMatchObject([{ severity: 'high', evidence: { off: 1, venues: 3 } }])
    expect(pegged().next(0.65, 0, 0)).toMatchObject([{ severity: 'medium', evidence: { off: 1, venues: 1 } }])
  })
  test('quiet: back at the peg, and it takes a new depeg to fire again', () => {
    const b = pegged()
    expect(b.next(0.88)).toHaveLength(1)
    for (let n = 0; n < 10; n++) expect(b.next(1)).toEqual([])
    expect(b.next(0.88)).toHaveLength(1)
  })
  test('quiet: an asset without a peg, a peg too young, a second feed that is silent', () => {
    expect(pegged(0.02).next(0.8)).toEqual([])
    expect(pegged(0.0002, 5_000).next(0.8)).toEqual([])
    expect(pegged().next(1, 0.65, 0, { secondUpdatedAtS: START_S - 1e6 })).toEqual([])
  })
  test('edge: three usual deviations are never summed up, a little more is', () => {
    const b = pegged()
    expect(minutesUntil(b, Math.exp(0.00299), 1, 1)).toBe(0)
    expect(minutesUntil(pegged(), Math.exp(0.0035), 1, 1)).toBeGreaterThan(0)
  })
  test('edge: prices out of this world are no venue', () => {
    const b = pegged()
    for (const odd of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) expect(b.next(1, odd, odd)).toEqual([])
    expect(b.next(0.88)).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = pegged()
    const before = b.world.store.dump()
    const timeS = START_S + 60 * (MINUTES + 1)
    const block = (price: number) => b.block(write(MINUTES + 1, price, price, price), { timeS })
    const first = block(0.88)
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(block(1)).toEqual([])
    b.undo()
    expect(block(0.88)).toEqual(first)
  })
})
