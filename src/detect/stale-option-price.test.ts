import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { boardId, trade } from '../../test/support/option-rows.ts'
import { blackScholes } from '../core/black-scholes.ts'
import { OPTION } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { staleOptionPrice } from './stale-option-price.ts'

type Values = NonNullable<Parameters<typeof trade>[1]>
const write = (values: Values) => (w: World) => trade(w, values)
const YEARS = 7 / 365
const priceOf = (spot: number, vol = 0.8) => blackScholes({ spot, strike: 2_000, vol, years: YEARS, rate: 0 })
/** Ten calls, bought at the pool's price on 2,000 with a fee of 2 each. */
const bought = (feedPrice: number, values: Values = {}): Values => ({ premium: 10 * priceOf(2_000).call, fees: 20, feedPrice, ...values })

describe('stale-option-price', () => {
  test('fires: a call bought on a spot that the feed has left', () => {
    const b = bench(staleOptionPrice())
    expect(b.block(write(bought(2_000)))).toEqual([])
    expect(b.block(write(bought(2_060)))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "stale-option-price",
          "evidence": {
            "edge": 324.9472592018071,
            "fair": 1228.455443168184,
            "feedAgeS": 0,
            "feedPrice": 2060,
            "fees": 20,
            "gap": 0.02955880224154443,
            "gapLimit": 0.01,
            "iv": 0.8,
            "premium": 883.5081839663769,
            "spot": 2000,
            "takenBps": 3.2494725920180714,
            "trader": 7n,
            "usualIv": 0,
          },
          "id": "0x92b34d28098c9d1094c475513640db95aebdfd12f340e22f63f0a59740cf788e",
          "paramsHash": "0xe51c905a317be2a9a6e5f996f6b70d2153e1643d1c9026eff84628b024ca24eb",
          "provisional": false,
          "severity": "medium",
          "source": "second-feed",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0:board-1",
            "kind": "market",
          },
          "summary": "an edge of 324.95 after fees: priced on 2000, the feed has 2060; 3.2 bps of the pool within an hour",
          "timeS": 1700000024,
        },
      ]
    `)
  })

  test('fires: a put bought when the feed has fallen, a call sold when it has', () => {
    const { put, call } = priceOf(2_000)
    const b = bench(staleOptionPrice())
    expect(b.block(write({ type: OPTION.longPut, premium: 10 * put, fees: 20, feedPrice: 1_940 }))).toHaveLength(1)
    expect(b.block(write({ type: OPTION.shortCallBase, buys: 0, premium: 10 * call, fees: 20, feedPrice: 1_940 }))).toHaveLength(1)
  })

  test('fires: at a volatility far under what the board trades at', () => {
    const b = bench(staleOptionPrice())
    for (let n = 0; n < 6; n++) expect(b.block(write({ premium: 10 * priceOf(2_000).call, fees: 20 }))).toEqual([])
    const cheap = { vol: 0.5, iv: 0.5, premium: 10 * priceOf(2_000, 0.5).call, fees: 20 }
    expect(b.block(write(cheap))).toMatchObject([
      { severity: 'medium', subject: { kind: 'market', id: boardId }, evidence: { usualIv: 0.8 } },
    ])
  })

  test('fires higher as it adds up within an hour', () => {
    const b = bench(staleOptionPrice())
    const severities = Array.from({ length: 50 }, () =>
      b.block(write(bought(2_060, { amount: 40, premium: 40 * priceOf(2_000).call, fees: 80 }))),
    ).flatMap((found) => found.map(({ severity }) => severity))
    expect([severities[0], severities.at(-1)]).toEqual(['high', 'critical'])
  })

  test('quiet: the wrong way round, the pool gains', () => {
    const b = bench(staleOptionPrice())
    expect(b.block(write(bought(1_940)))).toEqual([])
  })

  test('quiet: fees that are worth more than the edge; a feed that is too old, or none; a forced trade', () => {
    const b = bench(staleOptionPrice())
    expect(b.block(write(bought(2_060, { fees: 400 })))).toEqual([])
    expect(b.block(write(bought(2_060, { feedAgeS: 3_901 })))).toEqual([])
    expect(b.block(write(bought(0)))).toEqual([])
    expect(b.block(write(bought(2_060, { forced: 1 })))).toEqual([])
    expect(b.block(write(bought(2_060, { amount: 0 })))).toEqual([])
  })

  test('quiet: a pair that always stands so far apart', () => {
    const b = bench(staleOptionPrice({ floorBps: 100 }))
    for (let n = 0; n < 300; n++) b.block(write(bought(n % 2 ? 2_018 : 1_982)))
    expect(b.block(write(bought(2_060)))).toEqual([])
  })

  test('edge: exactly at the gap is quiet, one unit past it fires', () => {
    const at = (feedPrice: number) => bench(staleOptionPrice({ minEdgeBps: 0 })).block(write(bought(feedPrice, { fees: 0 })))
    expect(at(2_000 * Math.exp(0.01) * (1 - 1e-12))).toEqual([])
    expect(at(2_000 * Math.exp(0.01) * (1 + 1e-12))).toHaveLength(1)
  })

  test('edge: exactly at the least edge is quiet, one unit past it fires', () => {
    const edge = 10 * (priceOf(2_060).call - priceOf(2_000).call)
    const at = (fees: number) => bench(staleOptionPrice()).block(write(bought(2_060, { fees })))
    expect(at(edge - 40 + 1e-9)).toEqual([])
    expect(at(edge - 40 - 1e-9)).toHaveLength(1)
  })

  test('undo: the trade taken back and made again, the same finding', () => {
    const b = bench(staleOptionPrice())
    b.block(write(bought(2_000)))
    const found = b.block(write(bought(2_060)))
    b.undo()
    expect(b.block(write(bought(2_060)))).toEqual(found)
  })
})
