import { describe, expect, test } from 'vitest'
import { bench, FEED, feed } from '../../test/builders.ts'
import { oracleReporters } from './oracle-reporters.ts'

type Values = Parameters<typeof feed>[1]
type Input = NonNullable<Parameters<typeof oracleReporters>[0]>

/** A feed whose reporters always lie `spread` apart. */
function history(blocks: number, highestReport: number, params: Input = {}) {
  const b = bench(oracleReporters(params))
  expect(b.blocks(blocks, (w) => feed(w, { highestReport }))).toEqual([])
  return b
}
const calm = (params?: Input) => history(50, 2_001, params)
const apart = (values: Values = {}) => ({ lowestReport: 2_000, highestReport: 2_400, medianReport: 2_000, ...values })

describe('oracle-reporters', () => {
  test('fires: one reporter far from the others', () => {
    expect(calm().block((w) => feed(w, apart()))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 51,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000033",
          "chainId": 1,
          "detector": "oracle-reporters",
          "evidence": {
            "highestReport": 2400,
            "limit": 0.03,
            "lowestReport": 2000,
            "medianReport": 2000,
            "price": 2000,
            "reporters": 5,
            "secondPrice": 0,
            "spread": 0.18232155679395456,
          },
          "id": "0x0695b0a20e09c09b2e8c2fe67900745c8216660799d35be90da247b45808d26c",
          "paramsHash": "0xb36e8532c491303e16127880c1fec8dec4b1d6ac0e264c1962aab22ece9e6e9f",
          "provisional": false,
          "severity": "high",
          "source": "reporters",
          "subject": {
            "chainId": 1,
            "id": "0xfefefefefefefefefefefefefefefefefefefefe",
            "kind": "feed",
          },
          "summary": "5 reporters between 2000 and 2400; the answer is 2000",
          "timeS": 1700000612,
        },
      ]
    `)
  })

  test('fires in every block for as long as it lasts, and not after', () => {
    const b = calm()
    expect(b.block((w) => feed(w, apart()))).toHaveLength(1)
    for (let n = 0; n < 5; n++) expect(b.block()).toHaveLength(1)
    expect(b.block((w) => feed(w, { lowestReport: 2_000, highestReport: 2_001 }))).toEqual([])
  })

  test('fires: a feed left to one reporter is one key', () => {
    expect(calm().block((w) => feed(w, { reporters: 1 }))).toMatchObject([{ severity: 'medium', subject: { kind: 'feed', id: FEED } }])
  })

  test('fires: a submission of zero or less among good ones', () => {
    for (const lowestReport of [0, -1]) expect(calm().block((w) => feed(w, { lowestReport }))).toMatchObject([{ severity: 'high' }])
  })

  test('low: the second feed says that the answer is right', () => {
    expect(calm().block((w) => feed(w, apart({ secondPrice: 2_005 })))).toMatchObject([{ severity: 'low' }])
    expect(calm().block((w) => feed(w, apart({ secondPrice: 2_400 })))).toMatchObject([{ severity: 'high' }])
  })

  test('quiet: they have always been so far apart', () => {
    const b = history(1_000, 2_040)
    expect(b.block((w) => feed(w, { highestReport: 2_200 }))).toEqual([])
  })
  test('fires: a young feed that was always so far apart has no usual spread yet', () => {
    const b = history(999, 2_040)
    expect(b.block((w) => feed(w, { highestReport: 2_200 }))).toHaveLength(1)
  })
  test('quiet: it publishes no submissions', () =>
    expect(calm().block((w) => feed(w, { reporters: 0, lowestReport: 1, highestReport: 9 }))).toEqual([]))
  test('quiet: nobody has reported yet', () => expect(calm().block((w) => feed(w, { lowestReport: 0, highestReport: 0 }))).toEqual([]))
  test('quiet: on a pending transaction, which cannot change who reports', () => {
    expect(calm().block((w) => feed(w, apart()), { pending: true })).toEqual([])
  })

  test('edge: exactly at the floor of 300 bps is quiet, one unit past it fires', () => {
    const limit = Math.trunc(2_000e8 * Math.exp(0.03))
    expect(calm().block((w) => feed(w, { highestReport: limit / 1e8 }))).toEqual([])
    expect(calm().block((w) => feed(w, { highestReport: (limit + 1) / 1e8 }))).toHaveLength(1)
  })

  test('edge: as many reporters as needed are enough, one less is not', () => {
    const b = calm({ minReporters: 5 })
    expect(b.block((w) => feed(w, { reporters: 5 }))).toEqual([])
    expect(b.block((w) => feed(w, { reporters: 4 }))).toHaveLength(1)
  })

  test('edge: the second feed confirms to 300 bps and not one unit further', () => {
    const limit = Math.trunc(2_000e8 * Math.exp(0.03))
    const severity = (second: number) => calm().block((w) => feed(w, apart({ secondPrice: second / 1e8 })))[0]?.severity
    expect([severity(limit), severity(limit + 1)]).toEqual(['low', 'high'])
  })

  test('edge: absurd reports are a finding, never a throw', () => {
    const [found] = calm().block((w) => feed(w, { lowestReport: Number.MIN_VALUE, highestReport: Number.MAX_VALUE }))
    expect(found).toMatchObject({ severity: 'high', evidence: { spread: 'Infinity' } })
  })

  test('a takeover never becomes usual, however long it lasts', () => {
    const b = calm()
    b.block((w) => feed(w, apart()))
    expect(b.blocks(500, () => {})).toHaveLength(500)
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block((w) => feed(w, apart()))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block((w) => feed(w, apart()))).toEqual(first)
  })
})
