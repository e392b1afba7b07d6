import { describe, expect, test } from 'vitest'
import { bench, START_S } from '../../test/builders.ts'
import { strike, strikeId } from '../../test/support/option-rows.ts'
import type { World } from '../state/world.ts'
import { putCallParity } from './put-call-parity.ts'

type Values = NonNullable<Parameters<typeof strike>[1]>
const write = (values: Values) => (w: World) => strike(w, values)
/** Quotes of a strike at the money, at no rate: call and put are worth the same. */
const quotes = (call: number, put: number): Values => ({ callPrice: call, putPrice: put, cachedSpot: 2_000, cachedAtS: START_S })
/** A call, then a put, in one block. */
const traded = (n: number, call: number, put: number, values: Values = {}): Values => ({
  tradedCall: call,
  tradedPut: put,
  tradedCallSpot: 2_000,
  tradedPutSpot: 2_000,
  tradedCallAtS: START_S + 12 * n,
  tradedPutAtS: START_S + 12 * n,
  tradedCallFee: 2,
  tradedPutFee: 3,
  ...values,
})

describe('put-call-parity', () => {
  test('fires: a quote on another scale', () => {
    const b = bench(putCallParity())
    expect(b.block(write(quotes(90, 90)))).toEqual([])
    expect(b.block(write(quotes(90, 9)))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "put-call-parity",
          "evidence": {
            "callPrice": 90,
            "gap": 0.0405,
            "kind": "quotes",
            "limit": 0.0005,
            "putPrice": 9,
            "spot": 2000,
            "strikePrice": 2000,
          },
          "id": "0xd148e189f643835ffad0bd874a78e5cbcc99f6538c63fb46c93a5628cc0b9153",
          "paramsHash": "0x1f874cdb1b79e5664d9d2673384103e4cffa0a52315ab0e8424e2a0711687995",
          "provisional": false,
          "severity": "critical",
          "source": "pool",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0:strike-1",
            "kind": "market",
          },
          "summary": "quotes 90.00 (call) and 9.00 (put) at 2000 imply a forward 405 bps of spot off",
          "timeS": 1700000024,
        },
      ]
    `)
  })

  test('fires: a call and a put traded at one spot whose forward is off beyond their fees', () => {
    const b = bench(putCallParity())
    b.block(write(traded(1, 90, 90)))
    expect(b.block(write(traded(2, 110, 90)))).toMatchObject([
      { severity: 'high', evidence: { kind: 'trades', gap: 0.01, limit: 0.0075 }, subject: { id: strikeId } },
    ])
    expect(b.block(write(traded(3, 90, 110)))).toHaveLength(1)
    expect(b.block(write(traded(4, 90, 200)))).toMatchObject([{ severity: 'critical' }])
  })

  test('quiet: each pair is judged once, however often the row is touched', () => {
    const b = bench(putCallParity())
    expect(b.block(write(traded(1, 110, 90)))).toHaveLength(1)
    expect(b.blocks(5, (w, i) => strike(w, { skew: i }))).toEqual([])
  })

  test('quiet: with carry, where parity holds at the rate of the row', () => {
    const b = bench(putCallParity())
    const year = START_S + 31_536_000
    // 2,000 - 2,000 e^-0.05 = 97.54...
    const carried = { rate: 0.05, expiryS: year, callPrice: 300, putPrice: 300 - 97.541151, cachedSpot: 2_000, cachedAtS: START_S }
    expect(b.block(write(carried))).toEqual([])
    expect(b.block(write({ ...carried, rate: 0 }))).toHaveLength(1)
  })

  test('quiet: trades that are no pair, by time or by spot', () => {
    const b = bench(putCallParity())
    expect(b.block(write(traded(20, 150, 90, { tradedPutAtS: START_S + 119 })))).toEqual([])
    expect(b.block(write(traded(21, 150, 90, { tradedPutSpot: 2_003 })))).toEqual([])
    expect(b.block(write(traded(22, 150, 90, { tradedPutSpot: 0 })))).toEqual([])
    expect(b.block(write(traded(23, 150, 90, { tradedPutAtS: START_S + 12 * 23 - 120 })))).toHaveLength(1)
  })

  test('quiet: a strike that was always so, up to four floors; a year after its expiry nothing', () => {
    const b = bench(putCallParity())
    b.blocks(200, (w, i) => strike(w, traded(i + 1, 90 + (i % 2 ? 14.9 : -14.9), 90)))
    expect(b.block(write(traded(300, 90 + 40, 90)))).toEqual([])
    expect(b.block(write(traded(301, 90 + 46, 90)))).toHaveLength(1)
    expect(b.block(write({ ...quotes(90, 9), cachedAtS: START_S + 1e9 }))).toEqual([])
  })

  test('edge: exactly at the limit is quiet, a step past it fires', () => {
    // no fees: 50 bps of 2,048 are 10.24, and all is exact in binary but for the limit itself
    const at = (call: number) => {
      const b = bench(putCallParity({ tradeFloorBps: 78.125 }))
      return b.block(
        write(traded(1, call, 64, { strikePrice: 2_048, tradedCallSpot: 2_048, tradedPutSpot: 2_048, tradedCallFee: 0, tradedPutFee: 0 })),
      )
    }
    expect(at(64 + 16)).toEqual([])
    expect(at(64 + 16 + 1e-9)).toHaveLength(1)
    expect(at(64 - 16)).toEqual([])
    expect(at(64 - 16 - 1e-9)).toHaveLength(1)
    const quoted = (call: number) =>
      bench(putCallParity({ quoteFloorBps: 78.125 })).block(
        write({ strikePrice: 2_048, callPrice: call, putPrice: 64, cachedSpot: 2_048, cachedAtS: START_S }),
      )
    expect(quoted(80)).toEqual([])
    expect(quoted(80 + 1e-9)).toHaveLength(1)
  })

  test('undo: the pair taken back and made again, the same finding', () => {
    const b = bench(putCallParity())
    b.block(write(traded(1, 90, 90)))
    const found = b.block(write(traded(2, 110, 90)))
    b.undo()
    expect(b.block(write(traded(2, 110, 90)))).toEqual(found)
  })
})
