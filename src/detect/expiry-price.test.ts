import { describe, expect, test } from 'vitest'
import { bench, START_S } from '../../test/builders.ts'
import { board } from '../../test/support/option-rows.ts'
import type { World } from '../state/world.ts'
import { expiryPrice } from './expiry-price.ts'

type Values = NonNullable<Parameters<typeof board>[1]>
const write = (values: Values) => (w: World) => board(w, values)
const settled = (price: number, values: Values = {}): Values => ({
  expiryS: START_S,
  settled: 1,
  settledAtS: START_S + 60,
  settlementPrice: price,
  spotAtExpiry: 2_000,
  feedAtExpiry: 2_000,
  ...values,
})

describe('expiry-price', () => {
  test('fires: settled far from the feed', () => {
    const b = bench(expiryPrice())
    expect(b.block(write({ expiryS: START_S }))).toEqual([])
    expect(b.block(write(settled(2_200)))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "expiry-price",
          "evidence": {
            "expiryS": 1700000000,
            "feedAtExpiry": 2000,
            "gap": 0.09531017980432493,
            "limit": 0.03,
            "settledAtS": 1700000060,
            "settlementPrice": 2200,
            "spotAtExpiry": 2000,
          },
          "id": "0x5d325f993396d4fd662794a7b2a226a092d770bbe6891ca915d46d5353ea1155",
          "paramsHash": "0xcc32781915d7e9df072078082b186cfe41512e1de3efe09fbc32f7343cbddbd9",
          "provisional": false,
          "severity": "high",
          "source": "second-feed",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0:board-1",
            "kind": "market",
          },
          "summary": "settled at 2200; at expiry the independent feed had 2000: 9.5 % apart (limit 3.0 %)",
          "timeS": 1700000024,
        },
      ]
    `)
  })

  test('fires: far the other way; many times the limit is critical; zero is', () => {
    expect(bench(expiryPrice()).block(write(settled(1_900)))).toMatchObject([{ severity: 'high' }])
    expect(bench(expiryPrice()).block(write(settled(20)))).toMatchObject([{ severity: 'critical' }])
    expect(bench(expiryPrice()).block(write(settled(0)))).toMatchObject([{ severity: 'critical', summary: 'settled at a price of zero' }])
  })

  test('fires: before its expiry, or hours after it', () => {
    expect(bench(expiryPrice()).block(write(settled(2_000, { settledAtS: START_S - 1 })))).toMatchObject([{ severity: 'high' }])
    expect(bench(expiryPrice()).block(write(settled(2_000, { settledAtS: START_S + 7_200 })))).toMatchObject([{ severity: 'medium' }])
  })

  test('fires: without a feed, far from the venue’s own spot at expiry', () => {
    expect(bench(expiryPrice()).block(write(settled(2_090, { feedAtExpiry: 0 })))).toEqual([])
    expect(bench(expiryPrice()).block(write(settled(2_120, { feedAtExpiry: 0 })))).toHaveLength(1)
  })

  test('quiet: as the feed had it; said once, however often the row is touched', () => {
    const b = bench(expiryPrice())
    expect(b.block(write(settled(2_010)))).toEqual([])
    const c = bench(expiryPrice())
    expect(c.block(write(settled(2_200)))).toHaveLength(1)
    expect(c.blocks(5, (w, i) => board(w, { iv: i }))).toEqual([])
  })

  test('quiet: not settled, settled before we came, nothing to compare with', () => {
    const b = bench(expiryPrice())
    expect(b.block(write(settled(9_999, { settled: 0 })))).toEqual([])
    expect(b.block(write(settled(9_999, { settledAtS: 0 })))).toEqual([])
    expect(b.block(write(settled(9_999, { feedAtExpiry: 0, spotAtExpiry: 0 })))).toEqual([])
  })

  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    const at = (price: number) => bench(expiryPrice()).block(write(settled(price)))
    expect(at(2_000 * Math.exp(0.03) * (1 - 1e-12))).toEqual([])
    expect(at(2_000 * Math.exp(0.03) * (1 + 1e-12))).toHaveLength(1)
    const after = (settledAtS: number) => bench(expiryPrice()).block(write(settled(2_000, { settledAtS })))
    expect(after(START_S)).toEqual([])
    expect(after(START_S + 3_600)).toEqual([])
    expect(after(START_S + 3_601)).toHaveLength(1)
  })

  test('undo: the settlement taken back and made again, the same finding', () => {
    const b = bench(expiryPrice())
    b.block(write({ expiryS: START_S }))
    const found = b.block(write(settled(2_200)))
    b.undo()
    expect(b.block(write(settled(2_200)))).toEqual(found)
  })
})
