import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { OPTION_MARKET, optionMarket } from '../../test/support/option-rows.ts'
import type { World } from '../state/world.ts'
import { deltaLimit } from './delta-limit.ts'

type Values = NonNullable<Parameters<typeof optionMarket>[1]>
const write = (values: Values) => (w: World) => optionMarket(w, values)
/** A share of a pool of 1,000,000 at a spot of 2,000. */
const share = (of: number): Values => ({ unhedged: of * 500 })

describe('delta-limit', () => {
  test('fires: more than the pool, at once', () => {
    const b = bench(deltaLimit())
    b.block(write(share(0.1)))
    expect(b.block(write({ ...share(-1.1), netDelta: -600, hedged: 0, hedgeTarget: -600, free: 2_000_000 }))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "delta-limit",
          "evidence": {
            "hedgeTarget": -600,
            "hedged": 0,
            "limit": 0.25,
            "nav": 1000000,
            "netDelta": -600,
            "payable": 2020000,
            "share": 1.1,
            "spot": 2000,
            "unhedged": -550,
          },
          "id": "0x469f1d94a5d66fdac7ecdc525bc8850c63c9d900e7a5b2ea29e84a65f457eb33",
          "paramsHash": "0xfc7ccbbb232636aa56e4096796d4b47b98886cdf6ad67c32f8bfb59eafe4f453",
          "provisional": false,
          "severity": "high",
          "source": "pool",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
            "kind": "venue",
          },
          "summary": "-550.00 base uncovered, 110 % of the pool (limit 25 %)",
          "timeS": 1700000024,
        },
      ]
    `)
  })

  test('fires: over a quarter of the pool, once it has stood for five minutes, and again when worse', () => {
    const b = bench(deltaLimit())
    expect(b.blocks(25, (w) => optionMarket(w, share(0.3)))).toEqual([])
    expect(b.block()).toMatchObject([{ severity: 'medium', subject: { kind: 'venue', id: OPTION_MARKET } }])
    expect(b.blocks(50, () => {})).toEqual([])
    expect(b.block(write(share(0.36)))).toEqual([])
    expect(b.block(write(share(0.361)))).toHaveLength(1)
  })

  test('fires: more than the pool could pay to hedge', () => {
    const b = bench(deltaLimit())
    expect(b.block(write({ ...share(0.3), free: 280_000, pendingDelta: 19_999 }))).toMatchObject([{ severity: 'high' }])
  })

  test('quiet: hedged within five minutes; then it has to stand anew', () => {
    const b = bench(deltaLimit())
    for (let times = 0; times < 5; times++) {
      expect(b.blocks(25, (w) => optionMarket(w, share(0.3)))).toEqual([])
      expect(b.block(write(share(0.01)))).toEqual([])
    }
  })

  test('quiet: as open as it has always been', () => {
    const b = bench(deltaLimit())
    b.blocks(1_100, (w) => optionMarket(w, share(0.24)))
    expect(b.blocks(5, (w) => optionMarket(w, share(0.4)))).toEqual([])
    expect(b.blocks(40, (w) => optionMarket(w, share(0.55)))).toHaveLength(1)
  })

  test('quiet: no pool, no price', () => {
    const b = bench(deltaLimit())
    expect(b.block(write({ unhedged: 1e9, nav: 0 }))).toEqual([])
    expect(b.block(write({ unhedged: 1e9, spot: Number.NaN, nav: 1 }))).toEqual([])
  })

  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    const at = (unhedged: number) => bench(deltaLimit({ holdS: 0 })).block(write({ unhedged }))
    expect(at(125)).toEqual([])
    expect(at(125.0000001)).toHaveLength(1)
    const gross = (unhedged: number) => bench(deltaLimit()).block(write({ unhedged, free: 1e9 }))
    expect(gross(-500)).toEqual([])
    expect(gross(-500.0000001)).toHaveLength(1)
    const payable = (free: number) => bench(deltaLimit()).block(write({ unhedged: 200, free, pendingDelta: 100_000 }))
    expect(payable(300_000)).toEqual([])
    expect(payable(299_999)).toHaveLength(1)
  })

  test('undo: back to before it, then again, the same finding', () => {
    const b = bench(deltaLimit())
    b.block(write(share(0.1)))
    const found = b.block(write(share(2)))
    expect(found).toHaveLength(1)
    b.undo()
    expect(b.block(write(share(2)))).toEqual(found)
  })
})
