import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, round } from '../../test/builders.ts'
import { oracleJump } from './oracle-jump.ts'

type Input = NonNullable<Parameters<typeof oracleJump>[0]>

/** Rounds that go to and fro by `step` and end at 2,000. */
function history(rounds: number, step: number, params: Input = {}) {
  const b = bench(oracleJump(params))
  const found = b.blocks(rounds, (w, i) => (i % 2 ? round(w, 2_000, { previousPrice: 2_000 + step }) : round(w, 2_000 + step)))
  expect(found).toEqual([])
  return b
}
const calm = (rounds = 300, params?: Input) => history(rounds, 1, params)
const wild = (rounds = 300) => history(rounds, 60)
/** Units of 1e-8 as a price. */
const units = (n: bigint): number => Number(n) / 1e8

describe('oracle-jump', () => {
  test('fires: a round far from the last', () => {
    expect(calm().block((w) => round(w, 2_240, { secondPrice: 2_010 }))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 301,
          "blockHash": "0x000000000000000000000000000000000000000000000000000000000000012d",
          "chainId": 1,
          "detector": "oracle-jump",
          "evidence": {
            "answer": 224000000000n,
            "previousPrice": 2000,
            "price": 2240,
            "roundId": 1n,
            "secondPrice": 2010,
            "sigma": 0.002,
            "sigmas": 56.664342653501635,
          },
          "id": "0x76a72002b2af8303f1aa87a836fcb91ad49fe422b9550698431c4a7b4e529935",
          "paramsHash": "0x4ec2046f962043d5781d6eb339b6a1597b3c6c750c7cf4f6cc5fccec3d3e27af",
          "provisional": false,
          "severity": "critical",
          "source": "reporters",
          "subject": {
            "chainId": 1,
            "id": "0xfefefefefefefefefefefefefefefefefefefefe",
            "kind": "feed",
          },
          "summary": "moved up 56.7 sigmas in one round, 2000 to 2240",
          "timeS": 1700003612,
        },
      ]
    `)
  })

  test('fires: downwards just the same', () => {
    const [found] = calm().block((w) => round(w, 1_760))
    expect(found).toMatchObject({ severity: 'critical', subject: { kind: 'feed', id: FEED } })
    expect(found?.summary).toContain('moved down')
  })

  test('fires: on a pending transaction, before it is in a block', () => {
    expect(calm().block((w) => round(w, 2_240), { pending: true })).toHaveLength(1)
  })

  test('fires again at the next such jump: a jump never widens the range it is judged by', () => {
    const b = calm()
    for (let n = 0; n < 20; n++) expect(b.block((w) => round(w, 2_240))).toHaveLength(1)
  })

  test('each round is judged, also several of one feed in a block', () => {
    const found = calm().block((w) => {
      round(w, 2_240)
      round(w, 2_001)
      round(w, 1_700)
    })
    expect(found).toMatchObject([{ evidence: { price: 2_240 } }, { evidence: { price: 1_700 } }])
    expect(new Set(found.map((f) => f.id)).size).toBe(2)
  })

  test('quiet: as volatile as it has always been', () => expect(wild().block((w) => round(w, 2_240))).toEqual([]))
  test('quiet: a block without rounds', () => expect(calm().block((w) => feed(w, { price: 9_999 }))).toEqual([]))
  test('quiet: the first answer of a feed has nothing to be compared with', () => {
    expect(calm().block((w) => round(w, 2_240, { previousPrice: 0 }))).toEqual([])
  })

  test('a second feed that moved too makes it a matter of low severity', () => {
    const [found] = calm().block((w) => round(w, 2_240, { secondPrice: 2_230 }))
    expect(found).toMatchObject({ severity: 'low' })
    expect(found?.summary).toContain('the second feed agrees')
  })

  test("feeds do not share a memory: one feed's wild rounds excuse no other", () => {
    const b = calm()
    b.blocks(300, (w, i) => {
      const other = feed(w, {}, 'other')
      round(w, i % 2 ? 2_000 : 2_060, { feed: other + 1, previousPrice: i % 2 ? 2_060 : 2_000 })
    })
    expect(b.block((w) => round(w, 2_060))).toHaveLength(1)
  })

  test('edge: warm after 100 rounds, not after 99', () => {
    expect(calm(99).block((w) => round(w, 2_240))).toEqual([])
    expect(calm(100).block((w) => round(w, 2_240))).toHaveLength(1)
  })

  // 2,000 to and fro by 1 is 5 bps a round: the floor of 20 bps is the sigma, 8 of them the limit
  test.each([
    ['up', 1n],
    ['down', -1n],
  ])('edge: exactly at the limit is quiet, one unit of the answer past it fires: %s', (_, sign) => {
    const limit = BigInt(Math.trunc(2_000e8 * Math.exp(Number(sign) * 8 * 0.002) + (sign < 0n ? 1 : 0)))
    expect(calm().block((w) => round(w, units(limit)))).toEqual([])
    expect(calm().block((w) => round(w, units(limit + sign)))).toHaveLength(1)
  })

  test('edge: critical only past twice the limit', () => {
    const limit = BigInt(Math.trunc(2_000e8 * Math.exp(16 * 0.002)))
    expect(calm().block((w) => round(w, units(limit)))[0]?.severity).toBe('high')
    expect(calm().block((w) => round(w, units(limit + 1n)))[0]?.severity).toBe('critical')
  })

  test('edge: the second feed confirms to 300 bps and not one unit further', () => {
    const limit = BigInt(Math.trunc(2_240e8 * Math.exp(0.03)))
    const severity = (second: bigint) => calm().block((w) => round(w, 2_240, { secondPrice: units(second) }))[0]?.severity
    expect([severity(limit), severity(limit + 1n)]).toEqual(['low', 'critical'])
  })

  test('edge: a price of zero or less is a finding at once, never a throw', () => {
    for (const price of [0, -0, -5]) {
      const [found] = bench(oracleJump()).block((w) => round(w, price, { answer: 2n ** 256n - 1n }))
      expect(found).toMatchObject({ severity: 'critical', evidence: { answer: 2n ** 256n - 1n, previousPrice: 2_000 } })
    }
  })

  test('edge: numbers out of this world are told as words', () => {
    const [high] = calm().block((w) => round(w, Number.POSITIVE_INFINITY))
    expect(high).toMatchObject({ severity: 'critical', evidence: { price: 'Infinity', sigmas: 'Infinity', previousPrice: 2_000 } })
    const [least] = calm().block((w) => round(w, Number.MIN_VALUE, { previousPrice: Number.MAX_VALUE }))
    expect(least?.severity).toBe('critical')
  })

  test('undo: back to before the round, then the same round, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block((w) => round(w, 2_240))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    b.block((w) => round(w, 2_001))
    b.undo()
    expect(b.block((w) => round(w, 2_240))).toEqual(first)
  })

  test('parameters out of range are refused', () => {
    expect(() => oracleJump({ maxSigmas: 0 })).toThrow()
    expect(() => oracleJump({ floorSigmaBps: -1 })).toThrow()
    expect(() => oracleJump({ maxSigma: 8 } as object)).toThrow()
  })
})
