import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { oracleStaleness } from './oracle-staleness.ts'

type Input = NonNullable<Parameters<typeof oracleStaleness>[0]>
type Values = NonNullable<Parameters<typeof feed>[1]>

const HOUR_S = 3_600
const write = (values: Values) => (w: World) => feed(w, values)

/** A feed that promises an hour and spoke at START_S; `at` is a block so many seconds later. */
function promised(values: Values = {}, params: Input = {}) {
  const b = bench(oracleStaleness(params))
  b.block(write({ heartbeatS: HOUR_S, updatedAtS: START_S, ...values }), { timeS: START_S })
  const at = (ageS: number, more: Values = {}) => b.block(write(more), { timeS: START_S + ageS })
  return { ...b, at }
}
/** A feed without a promise, after so many intervals; the last round is at START_S. */
function unpromised(intervals: number, intervalS = HOUR_S, params: Input = {}) {
  const b = bench(oracleStaleness(params))
  for (let n = intervals; n >= 0; n--) {
    const updatedAtS = START_S - n * intervalS
    expect(b.block(write({ updatedAtS }), { timeS: updatedAtS })).toEqual([])
  }
  const at = (ageS: number, more: Values = {}) => b.block(write(more), { timeS: START_S + ageS })
  return { ...b, at }
}

describe('oracle-staleness', () => {
  test('fires: a feed that is late by more than a tenth of its heartbeat', () => {
    expect(promised().at(2 * HOUR_S)).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "oracle-staleness",
          "evidence": {
            "ageS": 7200,
            "heartbeatS": 3600,
            "limitS": 3960.0000000000005,
            "price": 2000,
            "secondPrice": 0,
            "twapPrice": 0,
            "updatedAtS": 1700000000,
          },
          "id": "0xebf14b390a62c8b827da62b4304692062bbb41da7e73be847451368680cfcf6d",
          "paramsHash": "0x980c2082d2a253e39b1d539ff107c21086ac333697c35b9eb423371d96eb1f7b",
          "provisional": false,
          "severity": "medium",
          "source": "reporters",
          "subject": {
            "chainId": 1,
            "id": "0xfefefefefefefefefefefefefefefefefefefefe",
            "kind": "feed",
          },
          "summary": "no round for 7200 s, 3600 s are promised",
          "timeS": 1700007200,
        },
      ]
    `)
  })

  test('fires once when it begins, and again every hour for as long as it lasts', () => {
    const b = promised()
    const told = Array.from({ length: 600 }, (_, n) => b.at(HOUR_S + n * 12).length)
    expect(told.flatMap((n, i) => (n > 0 ? [i * 12] : []))).toEqual([372, 3_972]) // 3,972 s is the first past 3,960
  })

  test('fires: at once when it turns out to be wrong as well, then not again for an hour', () => {
    const b = promised({ secondPrice: 2_000, secondUpdatedAtS: START_S })
    expect(b.at(5_000)).toMatchObject([{ severity: 'medium' }])
    expect(b.at(5_012)).toEqual([])
    expect(b.at(5_024, { secondPrice: 2_100 })).toMatchObject([{ severity: 'high', evidence: { secondPrice: 2_100 } }])
    expect(b.at(5_036, { secondPrice: 2_000 })).toEqual([])
    expect(b.at(5_048, { secondPrice: 2_100 })).toEqual([])
    expect(b.at(5_024 + HOUR_S)).toMatchObject([{ severity: 'high' }])
  })
  test('fires: the exchange has moved on', () => {
    expect(promised({ twapPrice: 1_900 }).at(5_000)).toMatchObject([{ severity: 'high' }])
  })

  test('fires: without a promise, for longer than it ever was silent', () => {
    expect(unpromised(30).at(4 * HOUR_S)).toMatchObject([
      { severity: 'medium', subject: { kind: 'feed', id: FEED }, evidence: { limitS: 3 * HOUR_S, heartbeatS: 0 } },
    ])
  })
  test('fires again at the next such silence: one that was told never counts as usual', () => {
    const b = unpromised(30)
    expect(b.at(20 * HOUR_S)).toHaveLength(1)
    expect(b.at(20 * HOUR_S + 12, { updatedAtS: START_S + 20 * HOUR_S })).toEqual([])
    expect(b.at(24 * HOUR_S)).toMatchObject([{ evidence: { limitS: 3 * HOUR_S } }])
  })

  test('quiet: it speaks as promised, also just in time', () => {
    const b = promised()
    for (let n = 1; n < 50; n++) {
      expect(b.at(n * HOUR_S - 12)).toEqual([])
      expect(b.at(n * HOUR_S, { updatedAtS: START_S + n * HOUR_S })).toEqual([])
    }
  })
  test('quiet: silent for as long as it sometimes is', () => {
    const b = unpromised(40, 600)
    expect(b.at(5 * 600, { updatedAtS: START_S + 5 * 600 })).toEqual([]) // under the floor of an hour
    expect(b.at(5 * 600 + 8_000)).toEqual([]) // under three times the longest
    expect(b.at(5 * 600 + 9_001)).toHaveLength(1)
  })
  test('quiet: a silence of long ago is forgotten after a hundred rounds', () => {
    const after = (rounds: number) => {
      const b = unpromised(30)
      for (let n = 1; n <= rounds; n++) b.at(n * 600, { updatedAtS: START_S + n * 600 })
      return b.at(rounds * 600 + 2 * HOUR_S).length
    }
    expect([after(99), after(100)]).toEqual([0, 1])
  })
  test('quiet: a feed that has never answered, and one whose rounds are of the future', () => {
    expect(promised({ updatedAtS: 0 }).at(1e9)).toEqual([])
    expect(promised({ updatedAtS: START_S + 1e6 }).at(1e6 + 60)).toEqual([])
  })
  test('quiet: on a pending transaction', () => {
    const b = promised()
    expect(b.block(() => {}, { timeS: START_S + 2 * HOUR_S, pending: true })).toEqual([])
  })

  test('edge: exactly at the promise and a tenth is quiet, one second past it fires', () => {
    expect(promised({ heartbeatS: 1_000 }, { graceFactor: 1.5 }).at(1_500)).toEqual([])
    expect(promised({ heartbeatS: 1_000 }, { graceFactor: 1.5 }).at(1_501)).toHaveLength(1)
    expect([promised().at(3_960).length, promised().at(3_961).length]).toEqual([0, 1])
  })
  test('edge: exactly three times the longest interval is quiet, one second past it fires; so is the floor', () => {
    expect([unpromised(30).at(3 * HOUR_S).length, unpromised(30).at(3 * HOUR_S + 1).length]).toEqual([0, 1])
    expect([unpromised(30, 12).at(HOUR_S).length, unpromised(30, 12).at(HOUR_S + 1).length]).toEqual([0, 1])
  })
  test('edge: warm after 30 intervals, not after 29', () => {
    expect([unpromised(29).at(1e6).length, unpromised(30).at(1e6).length]).toEqual([0, 1])
  })
  test('edge: wrong past 300 bps, not at it', () => {
    const limit = Math.trunc(2_000e8 * Math.exp(0.03))
    const severity = (second: number) => promised({ secondPrice: second / 1e8, secondUpdatedAtS: START_S }).at(5_000)[0]?.severity
    expect([severity(limit), severity(limit + 1)]).toEqual(['medium', 'high'])
  })
  test('edge: a second feed of exactly 26 hours is a witness, a second more is none', () => {
    const severity = (ageS: number) => promised({ secondPrice: 3_000, secondUpdatedAtS: START_S + 5_000 - ageS }).at(5_000)[0]?.severity
    expect([severity(26 * HOUR_S), severity(26 * HOUR_S + 1)]).toEqual(['high', 'medium'])
  })
  test('edge: rows of zeros and of numbers out of this world never throw', () => {
    const b = bench(oracleStaleness())
    expect(b.block(write({ price: 0 }))).toEqual([])
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MIN_VALUE])
      for (const heartbeatS of [0, 2 ** 32 - 1])
        b.block(write({ price: odd, updatedAtS: odd, heartbeatS, secondPrice: odd, secondUpdatedAtS: odd, twapPrice: odd }))
    expect(b.block(write({ price: Number.NaN, updatedAtS: START_S - 1e6, heartbeatS: 60, twapPrice: 2_000 }))).toMatchObject([
      { severity: 'medium', evidence: { price: 'NaN' } },
    ])
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = unpromised(30)
    const before = b.world.store.dump()
    const first = b.at(4 * HOUR_S)
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.at(4 * HOUR_S, { updatedAtS: START_S + 4 * HOUR_S })).toEqual([])
    b.undo()
    expect(b.at(4 * HOUR_S)).toEqual(first)
  })

  test('parameters out of range are refused', () => {
    expect(() => oracleStaleness({ graceFactor: 0.9 })).toThrow()
    expect(() => oracleStaleness({ minIntervals: 101 })).toThrow()
    expect(() => oracleStaleness({ grace: 2 } as object)).toThrow()
  })
})
