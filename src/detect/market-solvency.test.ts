import { describe, expect, test } from 'vitest'
import { bench, market, POOL, venue } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { marketSolvency } from './market-solvency.ts'

type Values = NonNullable<Parameters<typeof venue>[1]>

/** A venue with 10 m supplied: bad debt of 10,000 USD is 0.1 % of it. */
const state = (values: Values) => (w: World) => {
  market(w, 'USDC')
  venue(w, values)
}
/** The n-th block in which nobody liquidated so much. */
const missed = (unattendedBlocks: number, liquidatableUsd = 50_000, more: Values = {}) =>
  state({ liquidatableUsd, unattendedBlocks, ...more })
const bad = (badDebtUsd: number, more: Values = {}) => state({ badDebtUsd, ...more })
const calm = () => {
  const b = bench(marketSolvency())
  expect(b.block(state({}))).toEqual([])
  return b
}

describe('market-solvency', () => {
  test('fires: nobody liquidates for three blocks', () => {
    const b = calm()
    expect([b.block(missed(1)), b.block(missed(2))]).toEqual([[], []])
    expect(b.block(missed(3))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 4,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000004",
          "chainId": 1,
          "detector": "market-solvency",
          "evidence": {
            "badDebtUsd": 0,
            "grownUsd": 0,
            "limitUsd": 10000,
            "liquidatableUsd": 50000,
            "missedBlocks": 3,
            "suppliedUsd": 10000000,
            "unattendedBlocks": 3,
          },
          "id": "0xe2581c7c30629ef9b5043b29341d819b6be67dad8e6e19e2efe5d1e6d35e4a45",
          "paramsHash": "0xdb8aecefe271bc9f2630f013ad27f53fa52a76ed3bc0fbdd0466cb24374b83ca",
          "provisional": false,
          "severity": "high",
          "source": "accounts",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
            "kind": "venue",
          },
          "summary": "50000 USD of debt could be liquidated and was not for 3 blocks",
          "timeS": 1700000048,
        },
      ]
    `)
  })

  test('fires in every block while keepers fail, and not after', () => {
    const b = calm()
    const told = Array.from({ length: 50 }, (_, n) => b.block(missed(n + 1)).length)
    expect(told).toEqual([0, 0, ...Array.from({ length: 48 }, () => 1)])
    expect(b.block(missed(0))).toEqual([]) // somebody came
    expect([b.block(missed(1)), b.block(missed(2)), b.block(missed(3)).length]).toEqual([[], [], 1])
  })

  test('fires: critical once bad debt grew meanwhile', () => {
    const b = calm()
    b.block(bad(5_000))
    for (const n of [1, 2]) b.block(missed(n))
    expect(b.block(missed(3))).toMatchObject([{ severity: 'high', evidence: { grownUsd: 0 } }])
    expect(b.block(missed(4, 50_000, { badDebtUsd: 20_000 }))).toMatchObject([
      { severity: 'critical', summary: '50000 USD of debt could be liquidated and was not for 4 blocks; bad debt of 20000 USD' },
    ])
    expect(b.block(missed(5))).toMatchObject([{ severity: 'critical', evidence: { grownUsd: 15_000 } }])
  })

  test('fires: bad debt above a part of the supply, once, and again when it got worse by a tenth', () => {
    const b = calm()
    const told = [20_000, 20_000, 22_000, 22_001, 15_000, 22_001, 24_202].map((usd) => b.block(bad(usd)).length)
    expect(told).toEqual([1, 0, 0, 1, 0, 0, 1])
    expect(calm().block(bad(20_000))).toMatchObject([
      { severity: 'high', summary: 'bad debt of 20000 USD', source: 'accounts', subject: { kind: 'venue', id: POOL } },
    ])
  })

  test('quiet: liquidators are at work', () => {
    const b = calm()
    for (let n = 0; n < 20; n++) expect(b.block(missed(n % 3, 1e6))).toEqual([])
  })
  test('quiet: dust that nobody wants, for ever; and the blocks of its neglect count for nothing when more comes', () => {
    const b = calm()
    for (let n = 1; n <= 50; n++) expect(b.block(missed(n, 9_000))).toEqual([])
    expect([b.block(missed(51, 500_000)), b.block(missed(52, 500_000))]).toEqual([[], []])
    expect(b.block(missed(53, 500_000))).toMatchObject([{ evidence: { missedBlocks: 3, unattendedBlocks: 53 } }])
  })
  test('quiet: bad debt that is little beside what was supplied', () => {
    const b = bench(marketSolvency())
    const found = b.block((w) => {
      market(w, 'USDC', { suppliedUsd: 100_000_000 })
      market(w, 'ODD', { suppliedUsd: Number.NaN }) // counts for nothing, and hides nothing
      venue(w, { badDebtUsd: 100_000 })
    })
    expect(found).toEqual([])
    expect(b.block((w) => venue(w, { badDebtUsd: 100_001 }))).toMatchObject([{ evidence: { suppliedUsd: 100_000_000, limitUsd: 100_000 } }])
  })
  test('quiet: on a pending transaction', () => expect(bench(marketSolvency()).block(bad(1e6), { pending: true })).toEqual([]))

  test('edge: debt of exactly 10,000 USD counts, a cent less does not', () => {
    const third = (usd: number) => {
      const b = calm()
      return [1, 2, 3].map((n) => b.block(missed(n, usd)).length)
    }
    expect([third(10_000), third(9_999.99)]).toEqual([
      [0, 0, 1],
      [0, 0, 0],
    ])
  })
  test('edge: bad debt of exactly the limit is quiet, a cent more fires', () => {
    expect(calm().block(bad(10_000))).toEqual([])
    expect(calm().block(bad(10_000.01))).toHaveLength(1)
  })
  test('edge: bad debt grows by 10,000 USD or by a cent less', () => {
    const severity = (grownUsd: number) => {
      const b = calm()
      for (const n of [1, 2]) b.block(missed(n))
      return b.block(missed(3, 50_000, { badDebtUsd: grownUsd }))[0]?.severity
    }
    expect([severity(9_999.99), severity(10_000)]).toEqual(['high', 'critical'])
  })
  test('edge: bad debt begins anew only once it was at four fifths of the limit', () => {
    const after = (usd: number) => {
      const b = calm()
      b.block(bad(10_500))
      b.block(bad(usd))
      return b.block(bad(10_500)).length
    }
    expect([after(8_000.01), after(8_000)]).toEqual([0, 1])
  })
  test('edge: no more blocks were missed than the venue says, nor than we saw', () => {
    const b = bench(marketSolvency())
    expect(b.block(missed(100))).toEqual([]) // the first block that we see
    b.block(missed(101))
    expect(b.block(missed(102))).toMatchObject([{ evidence: { missedBlocks: 3 } }])
    expect(b.block(missed(1))).toEqual([])
  })
  test('edge: rows of zeros and of numbers out of this world never throw', () => {
    const b = bench(marketSolvency())
    expect(b.block((w) => venue(w))).toEqual([])
    for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY, -1])
      expect(b.block(state({ badDebtUsd: odd, liquidatableUsd: odd, unattendedBlocks: 2 ** 32 - 1 }))).toEqual([])
    expect(b.block(bad(Number.POSITIVE_INFINITY))).toMatchObject([{ severity: 'high', evidence: { badDebtUsd: 'Infinity' } }])
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    for (const n of [1, 2]) b.block(missed(n))
    const before = b.world.store.dump()
    const first = b.block(missed(3))
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(missed(0))).toEqual([])
    b.undo()
    expect(b.block(missed(3))).toEqual(first)
  })

  test('parameters out of range are refused', () => {
    expect(() => marketSolvency({ minUsd: 0 })).toThrow()
    expect(() => marketSolvency({ maxUnattendedBlocks: 1.5 })).toThrow()
    expect(() => marketSolvency({ maxBlocks: 3 } as object)).toThrow()
  })
})
