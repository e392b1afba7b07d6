import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { optionMarket } from '../../test/support/option-rows.ts'
import type { World } from '../state/world.ts'
import { vegaLimit } from './vega-limit.ts'

const write =
  (netStdVega: number, nav = 1_000_000) =>
  (w: World) =>
    optionMarket(w, { netStdVega, nav })

describe('vega-limit', () => {
  test('fires: 20 points cost more than 5 % of the pool', () => {
    const b = bench(vegaLimit())
    expect(b.block(write(1_000))).toEqual([])
    expect(b.block(write(8_000))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "vega-limit",
          "evidence": {
            "highestIv": 0.8,
            "jumpPoints": 20,
            "limit": 0.05,
            "nav": 1000000,
            "netOptionValue": 0,
            "netStdVega": 8000,
            "share": 0.16,
          },
          "id": "0x06d0c7a15c88200119e5728d2ab6f19b81a1d59d1ba761844515b6d5c31eb036",
          "paramsHash": "0x59e13c1b8b51ebb3db7c0a4c3c468008c9e82d26648708262481f4a0e6a7b2e9",
          "provisional": false,
          "severity": "medium",
          "source": "pool",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
            "kind": "venue",
          },
          "summary": "volatility up by 20 points costs 160000, 16 % of the pool (limit 5 %)",
          "timeS": 1700000024,
        },
      ]
    `)
  })

  test('fires: the other way round just the same; high over 20 %', () => {
    const b = bench(vegaLimit())
    expect(b.block(write(-8_000))).toMatchObject([{ severity: 'medium', summary: expect.stringContaining('down by 20 points') }])
    expect(b.block(write(-20_001))).toMatchObject([{ severity: 'high' }])
  })

  test('fires again when worse by a fifth, and after it was over', () => {
    const b = bench(vegaLimit())
    expect(b.block(write(8_000))).toHaveLength(1)
    expect(b.block(write(9_500))).toEqual([])
    expect(b.block(write(9_700))).toHaveLength(1)
    expect(b.block(write(100))).toEqual([])
    expect(b.block(write(8_000))).toHaveLength(1)
  })

  test('fires: providers leave, and what was little is much', () => {
    const b = bench(vegaLimit())
    expect(b.block(write(2_000))).toEqual([])
    expect(b.block(write(2_000, 600_000))).toHaveLength(1)
  })

  test('quiet: as much as it has always been, within 20 %', () => {
    const b = bench(vegaLimit())
    b.blocks(1_100, (w) => optionMarket(w, { netStdVega: 2_400 }))
    expect(b.block(write(4_500))).toEqual([])
    expect(b.block(write(5_500))).toHaveLength(1)
  })

  test('quiet: no pool', () => {
    const b = bench(vegaLimit())
    for (const nav of [0, Number.NaN, -0]) expect(b.block(write(1e9, nav))).toEqual([])
  })

  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    const at = (vega: number) => bench(vegaLimit()).block(write(vega))
    expect(at(2_500)).toEqual([])
    expect(at(2_500.000001)).toMatchObject([{ severity: 'medium' }])
    expect(at(10_000)).toMatchObject([{ severity: 'medium' }])
    expect(at(10_000.000001)).toMatchObject([{ severity: 'high' }])
  })

  test('undo: back to before it, then again, the same finding', () => {
    const b = bench(vegaLimit())
    b.block(write(100))
    const found = b.block(write(8_000))
    b.undo()
    expect(b.block(write(8_000))).toEqual(found)
  })
})
