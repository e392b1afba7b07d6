import { describe, expect, test } from 'vitest'
import { bench, market, marketKey } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { liquidityDepth } from './liquidity-depth.ts'

type Input = NonNullable<Parameters<typeof liquidityDepth>[0]>
type Values = NonNullable<Parameters<typeof market>[2]>

const START_S = 1_700_000_000
/** An asset against which 100,000 USD can be borrowed, in a venue with 8 m to lend; its pool pays `depthUsd`. */
const thin =
  (depthUsd: number, values: Values = {}) =>
  (w: World) => {
    market(w, 'USDC')
    market(w, 'THIN', { suppliedUsd: 200_000, ltvBps: 5_000, borrowing: 0, cashUsd: 200_000, pools: 1, depthUsd, ...values })
  }
const run = (depthUsd: number, values?: Values) => bench(liquidityDepth()).block(thin(depthUsd, values))

/** A market whose ratio was `100,000 / depthUsd` for so many samples of five minutes; blocks after it are 12 s apart. */
function history(samples: number, depthUsd: number, params: Input = {}) {
  const b = bench(liquidityDepth(params))
  for (let n = 0; n < samples; n++) b.block(thin(depthUsd), { timeS: START_S + n * 300 })
  let blocks = 0
  return { ...b, raw: b.block, block: (write?: (w: World) => void) => b.block(write, { timeS: START_S + samples * 300 + 12 * blocks++ }) }
}

describe('liquidity-depth', () => {
  test('fires: more can be borrowed against it than its pools pay', () => {
    expect(run(50_000)).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 1,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000001",
          "chainId": 1,
          "detector": "liquidity-depth",
          "evidence": {
            "borrowableUsd": 100000,
            "depthUsd": 50000,
            "lendableUsd": 8000000,
            "ltvBps": 5000,
            "maxRatio": 1.5,
            "ratio": 2,
            "suppliedUsd": 200000,
            "usualRatio": 0,
          },
          "id": "0x590c77d2e4195e63f768dcb556dc2f7a60b2393d9bf67d0a8a61361ccd5f26ae",
          "paramsHash": "0x089657dee961a028e3d43bf0f4b0dc03a45301174bde8f0d416a235800898001",
          "provisional": false,
          "severity": "medium",
          "source": "exchange",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0:0x5448494e00000000000000000000000000000000",
            "kind": "market",
          },
          "summary": "100000 USD can be borrowed against it, pools absorb 50000 USD: 2.0 times",
          "timeS": 1700000012,
        },
      ]
    `)
  })

  test('fires when it begins, and again only when it got worse by a half', () => {
    const b = bench(liquidityDepth())
    const told = [50_000, 50_000, 40_000, 34_000, 33_000, 50_000, 33_000, 20_000].map((depth) => b.block(thin(depth)).length)
    // ratios 2, 2, 2.5, 2.9, 3.03, 2, 3.03, 5
    expect(told).toEqual([1, 0, 0, 0, 1, 0, 0, 1])
  })

  test('fires again and again while it is over twice its usual ratio: what is done to it goes on', () => {
    const b = history(300, 200_000) // half as much borrowable as depth
    const told = Array.from({ length: 12 }, () => b.block(thin(50_000)).length)
    expect(told).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]) // every 60 s
    expect(b.block(thin(200_000))).toEqual([])
    expect(b.block(thin(50_000))).toMatchObject([{ severity: 'medium' }])
  })
  test('a strange ratio never becomes the usual one', () => {
    const b = history(300, 200_000)
    for (let n = 0; n < 2_000; n++) b.block(thin(50_000))
    const [found] = Array.from({ length: 5 }, () => b.block()).flat()
    expect(found?.evidence['usualRatio']).toBeCloseTo(0.5, 9)
  })

  test('fires: the price rose, or the LTV, or liquidity left, each by the ratio alone', () => {
    expect(run(100_000, { suppliedUsd: 400_000 })).toHaveLength(1)
    expect(run(60_000, { ltvBps: 9_900 })).toHaveLength(1)
    expect(run(0)).toMatchObject([{ severity: 'medium', evidence: { depthUsd: 0, ratio: 'Infinity' } }])
  })

  test('low: it has always been like that', () => {
    const b = history(300, 50_000)
    expect(b.block(thin(100_000))).toEqual([]) // under the limit for once
    expect(b.block(thin(50_000))).toMatchObject([{ severity: 'low' }])
    expect(b.block(thin(50_000))).toEqual([])
  })
  test('low, and then medium once something is done to it', () => {
    const b = history(300, 50_000)
    b.block(thin(100_000))
    b.block(thin(50_000))
    expect(b.block(thin(15_000))).toMatchObject([{ severity: 'medium' }])
  })

  test('quiet: pools absorb it', () => expect(run(1_000_000)).toEqual([]))
  test('quiet: no pool of it is watched', () => expect(run(0, { pools: 0 })).toEqual([]))
  test('quiet: nothing can be borrowed against it', () => expect(run(1, { ltvBps: 0 })).toEqual([]))
  test('quiet: on a pending transaction', () => expect(bench(liquidityDepth()).block(thin(1), { pending: true })).toEqual([]))
  test("quiet: the venue's cash is less than its pools absorb", () => {
    const cash = (values: Values) =>
      bench(liquidityDepth()).block((w) => {
        thin(50_000)(w)
        market(w, 'USDC', { cashUsd: 60_000, ...values })
      }).length
    expect(cash({})).toBe(0)
    expect(cash({ cashUsd: 80_000 })).toBe(1)
    for (const closed of [{ borrowing: 0 }, { frozen: 1 }, { paused: 1 }, { active: 0 }])
      expect(cash({ cashUsd: 80_000, ...closed })).toBe(0)
  })
  test("quiet: another venue's cash, and cash that is no number", () => {
    const found = bench(liquidityDepth()).block((w) => {
      thin(50_000)(w)
      market(w, 'USDC', { venue: 9 })
      market(w, 'DAI', { cashUsd: Number.NaN })
    })
    expect(found).toEqual([])
  })

  test('each market is told by itself', () => {
    const found = bench(liquidityDepth()).block((w) => {
      thin(50_000)(w)
      market(w, 'SECOND', { suppliedUsd: 100_000, pools: 2, depthUsd: 1_000 })
    })
    expect(found.map((f) => f.subject.id)).toEqual([marketKey('THIN'), marketKey('SECOND')])
  })

  test('edge: exactly one and a half times is quiet, a cent less of depth fires', () => {
    const depth = 100_000 / 1.5
    expect(run(Math.ceil(depth * 100) / 100)).toEqual([])
    expect(run(Math.floor(depth * 100) / 100)).toHaveLength(1)
    expect(run(80_000, { suppliedUsd: 240_000 })).toEqual([])
    expect(run(80_000, { suppliedUsd: 240_000.01 })).toHaveLength(1)
  })
  test('edge: warm after 250 samples of five minutes, not after 249', () => {
    const severity = (samples: number) => {
      const b = history(samples - 1, 50_000)
      b.block(thin(100_000)) // the last sample: half the ratio
      return b.block(thin(50_000))[0]?.severity
    }
    expect([severity(249), severity(250)]).toEqual(['medium', 'low'])
  })
  test('edge: begins anew only once it was at four fifths of the limit', () => {
    const after = (depth: number) => {
      const b = bench(liquidityDepth())
      b.block(thin(60_000))
      b.block(thin(depth))
      return b.block(thin(60_000)).length
    }
    expect([after(83_333), after(83_334)]).toEqual([0, 1]) // 1.2 is 83,333.33
  })
  test('edge: usual up to 1.25 times its usual ratio, strange past twice', () => {
    const begun = (depth: number, params: Input = {}) => {
      const b = history(300, 50_000, { maxRatio: 2.1, ...params })
      return [b.block(thin(depth))[0]?.severity, ...Array.from({ length: 5 }, () => b.block(thin(depth)).length)]
    }
    expect(begun(40_001)).toEqual(['low', 0, 0, 0, 0, 0])
    expect(begun(39_999)).toEqual(['medium', 0, 0, 0, 0, 0])
    expect(begun(25_001)).toEqual(['medium', 0, 0, 0, 0, 0])
    expect(begun(24_999)).toEqual(['medium', 0, 0, 0, 0, 1])
  })
  test('edge: rows of zeros and of numbers out of this world never throw', () => {
    expect(run(0, { suppliedUsd: 0 })).toEqual([])
    for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY, -1]) expect(run(odd)).toEqual([])
    expect(run(50_000, { suppliedUsd: Number.NaN })).toEqual([])
    expect(run(50_000, { suppliedUsd: Number.POSITIVE_INFINITY })).toMatchObject([{ evidence: { borrowableUsd: 8_000_000 } }])
    expect(run(50_000, { venue: 0 })).toEqual([])
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = history(300, 200_000)
    b.block(thin(200_000))
    const before = b.world.store.dump()
    const at = { timeS: START_S + 1e6 }
    const first = b.raw(thin(50_000), at)
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.raw(thin(200_000), at)).toEqual([])
    b.undo()
    expect(b.raw(thin(50_000), at)).toEqual(first)
  })

  test('parameters out of range are refused', () => {
    expect(() => liquidityDepth({ maxRatio: 0 })).toThrow()
    expect(() => liquidityDepth({ ratio: 2 } as object)).toThrow()
  })
})
