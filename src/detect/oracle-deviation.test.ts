import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { oracleDeviation } from './oracle-deviation.ts'

type Input = NonNullable<Parameters<typeof oracleDeviation>[0]>
type Values = NonNullable<Parameters<typeof feed>[1]>

const HOUR_S = 3_600
const second = (secondPrice: number, values: Values = {}) => ({ secondPrice, secondUpdatedAtS: START_S, updatedAtS: START_S, ...values })
const write = (values: Values) => (w: World) => feed(w, values)

/** A feed at 2,000 whose second feed was always `gap` (as a logarithm) above or below. */
function history(blocks: number, gap: number, params: Input = {}) {
  const b = bench(oracleDeviation(params))
  const found = b.blocks(blocks, (w, i) => feed(w, second(2_000 * Math.exp(i % 2 ? gap : -gap))))
  expect(found).toEqual([])
  return b
}
const calm = (params?: Input) => history(50, 0.0005, params)
/** Told in the second of two equal blocks. */
const twice = (values: Values, b = calm()) => {
  b.block(write(values))
  return b.block()
}
/** Gap in units of the limit's last digit that a price can be written in. */
const priceAt = (base: number, gap: number): number => Math.trunc(base * 1e8 * Math.exp(gap))

describe('oracle-deviation', () => {
  test('fires: apart from the second feed for two blocks', () => {
    const b = calm()
    expect(b.block(write(second(1_900)))).toEqual([])
    expect(b.block()).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 52,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000034",
          "chainId": 1,
          "detector": "oracle-deviation",
          "evidence": {
            "gap": 0.05129329438755049,
            "limit": 0.03,
            "price": 2000,
            "secondPrice": 1900,
            "secondUpdatedAtS": 1700000000,
            "twapGap": 0,
            "twapPrice": 0,
            "usual": 0.0004999999999999463,
          },
          "id": "0x453caaa4824b9b3d36a64404e89c72a3dca8d41c86b21d189ff566e924afecd1",
          "paramsHash": "0x10e1476d5344359a5d23781d6b6cff8687984e01849f89eeeb0cffbc642fd9d8",
          "provisional": false,
          "severity": "high",
          "source": "second-feed",
          "subject": {
            "chainId": 1,
            "id": "0xfefefefefefefefefefefefefefefefefefefefe",
            "kind": "feed",
          },
          "summary": "2000 against 1900 of the second feed: 5.1 % apart (limit 3.0 %)",
          "timeS": 1700000624,
        },
      ]
    `)
  })

  test('fires: below the second feed just the same', () => {
    expect(twice(second(2_100))).toMatchObject([{ severity: 'high', subject: { kind: 'feed', id: FEED } }])
  })

  test('fires in every block for as long as it lasts, and not after', () => {
    const b = calm()
    b.block(write(second(1_900)))
    expect(b.blocks(500, () => {})).toHaveLength(500) // never usual, however long
    expect(b.block(write(second(2_000)))).toEqual([])
    expect(b.block(write(second(1_900)))).toEqual([])
    expect(b.block()).toHaveLength(1)
  })

  test('fires at first sight: a gross gap', () => {
    expect(calm().block(write({ ...second(2_000), price: 20_000 }))).toMatchObject([{ severity: 'critical' }])
    expect(calm().block(write({ ...second(2_000), price: 200 }))).toMatchObject([{ severity: 'critical' }])
  })

  test('fires: critical where the exchange stands with the second feed', () => {
    expect(twice(second(1_800, { twapPrice: 1_700 }))).toMatchObject([{ severity: 'critical' }])
    expect(twice(second(1_800, { twapPrice: 2_000 }))).toMatchObject([{ severity: 'high' }])
    expect(twice(second(1_800, { twapPrice: 2_400 }))).toMatchObject([{ severity: 'high' }]) // against both
  })

  test('fires: an answer of zero or less beside a second feed that has a price', () => {
    for (const price of [0, -1])
      expect(bench(oracleDeviation()).block(write({ ...second(2_000), price }))).toMatchObject([
        { severity: 'critical', evidence: { price, gap: '-Infinity' } },
      ])
  })

  test('fires: far from the exchange where there is no second feed, or none that is fresh', () => {
    expect(calm().block(write({ secondPrice: 0, twapPrice: 1_600 }))).toMatchObject([{ severity: 'medium' }])
    expect(calm().block(write(second(2_000, { secondUpdatedAtS: 1, twapPrice: 1_600 })))).toMatchObject([{ severity: 'medium' }])
  })

  test('quiet: a second feed that is one block behind', () => {
    const b = calm()
    for (let n = 0; n < 20; n++) {
      expect(b.block(write({ ...second(2_000), price: 2_160 }))).toEqual([])
      expect(b.block(write({ ...second(2_160), price: 2_160 }))).toEqual([])
      expect(b.block(write({ ...second(2_160), price: 2_000 }))).toEqual([])
      expect(b.block(write({ ...second(2_000), price: 2_000 }))).toEqual([])
    }
  })
  test('quiet: both made the same move, whatever the exchange averages', () => {
    expect(calm().blocks(3, (w) => feed(w, { ...second(20_010, { twapPrice: 2_000 }), price: 20_000 }))).toEqual([])
  })
  test('quiet: they have always been so far apart', () => {
    expect(twice(second(1_880), history(1_000, 0.01))).toEqual([]) // 8 times 1 %
    expect(twice(second(1_840), history(1_000, 0.01))).toHaveLength(1)
    expect(twice(second(1_880), history(999, 0.01))).toHaveLength(1) // not warm yet
  })
  test('quiet: nobody to compare with, or one who has been silent for too long', () => {
    expect(twice({ secondPrice: 0 })).toEqual([])
    expect(twice(second(1_000, { secondUpdatedAtS: START_S - 27 * HOUR_S }))).toEqual([])
  })
  test('quiet: a feed that has never answered', () => {
    expect(twice({ ...second(2_000), price: 0, updatedAtS: 0 }, bench(oracleDeviation()))).toEqual([])
  })
  test('quiet: on a pending transaction', () => {
    expect(calm().block(write({ ...second(2_000), price: 20_000 }), { pending: true })).toEqual([])
  })

  test('a witness that comes back begins anew: it must have stood apart in the block before', () => {
    const b = calm()
    b.block(write(second(1_900)))
    b.block(write({ secondPrice: 0 }))
    expect(b.block(write(second(1_900)))).toEqual([])
    expect(b.block()).toHaveLength(1)
  })

  test('feeds do not share a memory', () => {
    const b = calm()
    b.block(write(second(1_900)))
    b.block(write(second(2_000)))
    b.block((w) => feed(w, second(1_900), 'other'))
    expect(b.block().map((f) => f.subject.id)).toEqual(['other'])
  })

  test.each([1, -1])('edge: exactly at the floor of 300 bps is quiet, one unit past it fires: %i', (sign) => {
    const limit = priceAt(2_000, sign * 0.03) + (sign < 0 ? 1 : 0)
    expect(twice(second(2_000, { price: limit / 1e8 }))).toEqual([])
    expect(twice(second(2_000, { price: (limit + sign) / 1e8 }))).toHaveLength(1)
  })
  test('edge: gross only past four times the limit', () => {
    const limit = priceAt(2_000, 0.12)
    expect(calm().block(write(second(2_000, { price: limit / 1e8 })))).toEqual([])
    expect(calm().block(write(second(2_000, { price: (limit + 1) / 1e8 })))).toHaveLength(1)
    expect(twice(second(2_000, { price: limit / 1e8 }))).toMatchObject([{ severity: 'high' }])
    expect(twice(second(2_000, { price: (limit + 1) / 1e8 }))).toMatchObject([{ severity: 'critical' }])
  })
  test('edge: the exchange joins past its own floor', () => {
    const limit = priceAt(2_000, 0.15)
    const severity = (price: number) => twice({ ...second(price / 1.1), price, twapPrice: 2_000 }, calm())[0]?.severity
    expect([severity(limit / 1e8), severity((limit + 1) / 1e8)]).toEqual(['high', 'critical'])
  })
  test('edge: against the exchange alone exactly at 1,500 bps is quiet, one unit past it fires', () => {
    const limit = priceAt(2_000, 0.15)
    const found = (price: number) => calm().block(write({ secondPrice: 0, twapPrice: 2_000, price }))
    expect([found(limit / 1e8), found((limit + 1) / 1e8).length]).toEqual([[], 1])
  })
  test('edge: a second feed of exactly 26 hours is a witness, a second more is none', () => {
    const age = (ageS: number) => {
      const b = calm()
      const at = (n: number) => START_S + 12 * (50 + n)
      b.block(write(second(1_900, { secondUpdatedAtS: at(1) - ageS })))
      return b.block(write({ secondUpdatedAtS: at(2) - ageS })).length
    }
    expect([age(26 * HOUR_S), age(26 * HOUR_S + 1)]).toEqual([1, 0])
  })
  test('edge: a gap that became usual widens its limit to four floors, and no further', () => {
    const b = history(1_200, 0.029)
    for (const _ of [1, 2]) expect(b.block(write(second(2_000, { price: (priceAt(2_000, 0.12) - 1) / 1e8 })))).toEqual([])
    b.block(write(second(2_000, { price: (priceAt(2_000, 0.12) + 1) / 1e8 })))
    expect(b.block()).toMatchObject([{ evidence: { limit: 0.12 } }])
  })
  test('edge: numbers out of this world neither throw nor blind the next look', () => {
    const b = calm()
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE, Number.MAX_VALUE, -0]
    for (const price of odd)
      for (const secondPrice of odd)
        for (const twapPrice of odd) b.block(write({ price, secondPrice, twapPrice, secondUpdatedAtS: Number.NaN }))
    expect(b.block(write({ price: Number.NaN, secondPrice: 2_000, twapPrice: 0, secondUpdatedAtS: START_S }))).toEqual([])
    expect(b.block(write({ ...second(2_000), price: 20_000 }))).toHaveLength(1)
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    b.block(write(second(1_900)))
    const before = b.world.store.dump()
    const first = b.block()
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    b.block(write(second(2_000)))
    b.undo()
    expect(b.block()).toEqual(first)
  })

  test('parameters out of range are refused', () => {
    expect(() => oracleDeviation({ maxSigmas: 0 })).toThrow()
    expect(() => oracleDeviation({ widestTimes: 0.5 })).toThrow()
    expect(() => oracleDeviation({ maxSigma: 8 } as object)).toThrow()
  })
})
