import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { optionMarket } from '../../test/support/option-rows.ts'
import type { World } from '../state/world.ts'
import { optionsUtilisation } from './options-utilisation.ts'

type Values = NonNullable<Parameters<typeof optionMarket>[1]>
const write = (values: Values) => (w: World) => optionMarket(w, values)
const calm = () => {
  const b = bench(optionsUtilisation())
  expect(b.blocks(1_100, (w, i) => optionMarket(w, { free: 800_000 + (i % 2 ? 500 : -500) }))).toEqual([])
  return b
}

describe('options-utilisation', () => {
  test('fires: little is left', () => {
    const b = bench(optionsUtilisation())
    b.block(write({}))
    expect(b.block(write({ free: 20_000 }))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 2,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000002",
          "chainId": 1,
          "detector": "options-utilisation",
          "evidence": {
            "breakerDue": 0,
            "breakerUntilS": 0,
            "free": 20000,
            "limit": 0.03,
            "nav": 1000000,
            "pendingDelta": 20000,
            "share": 0.02,
            "usedCollateral": 150000,
            "usedDelta": 30000,
          },
          "id": "0x559b3b748a6ae76d48a14794591fd2ee3802f817f6617a10315e24b88883ad87",
          "paramsHash": "0x2f7b348d60b08938472e3b7dbe7faced79778e4b36a56fe1b582a0027c61c2ae",
          "provisional": false,
          "severity": "medium",
          "source": "pool",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
            "kind": "venue",
          },
          "summary": "2.0 % of the pool is free (limit 3.0 %)",
          "timeS": 1700000024,
        },
      ]
    `)
  })

  test('fires: the breaker is due and nobody has set it, and not again while it is so', () => {
    const b = bench(optionsUtilisation())
    expect(b.block(write({ breakerDue: 1 }))).toMatchObject([{ severity: 'high', summary: expect.stringContaining('updateCBs') }])
    expect(b.blocks(20, () => {})).toEqual([])
    expect(b.block(write({ breakerDue: 0 }))).toEqual([])
    expect(b.block(write({ breakerDue: 1 }))).toHaveLength(1)
  })

  test('fires: a quarter of the pool locked in a block', () => {
    const b = calm()
    expect(b.block(write({ free: 550_000 }))).toMatchObject([
      { severity: 'medium', summary: expect.stringContaining('locked in one block') },
    ])
  })

  test('quiet: locked slowly, or freed at once', () => {
    const b = calm()
    expect(b.blocks(10, (w, i) => optionMarket(w, { free: 800_000 - i * 50_000 }))).toEqual([])
    expect(b.block(write({ free: 900_000 }))).toEqual([])
  })

  test('quiet: not warm yet; no pool; nothing written and nothing free', () => {
    const b = bench(optionsUtilisation())
    b.blocks(10, (w) => optionMarket(w, {}))
    expect(b.block(write({ free: 400_000 }))).toEqual([])
    expect(b.block(write({ nav: 0, free: 0 }))).toEqual([])
    expect(b.block(write({ nav: 1_000_000, free: 0, liveBoards: 0 }))).toEqual([])
  })

  test('edge: exactly at the limit is quiet, one unit below it fires', () => {
    const at = (free: number, freeShareLimit = 0.0078125) =>
      bench(optionsUtilisation({ breakerTimes: 2 })).block(write({ free, freeShareLimit, nav: 1_024 }))
    expect(at(16)).toEqual([])
    expect(at(15.999999)).toHaveLength(1)
    const jump = (free: number) => {
      const b = bench(optionsUtilisation({ jumpShare: 0.25 }))
      b.blocks(1_100, (w) => optionMarket(w, { free: 512, nav: 1_024 }))
      return b.block(write({ free, nav: 1_024 }))
    }
    expect(jump(256)).toEqual([])
    expect(jump(255.999)).toHaveLength(1)
  })

  test('edge: a pool without a breaker has a limit of its own', () => {
    const at = (free: number) => bench(optionsUtilisation({ floorShare: 0.03125 })).block(write({ free, nav: 1_024, freeShareLimit: 0 }))
    expect(at(32)).toEqual([])
    expect(at(31.999)).toHaveLength(1)
  })

  test('undo: back to before it, then again, the same finding', () => {
    const b = calm()
    const found = b.block(write({ free: 10_000 }))
    expect(found).toHaveLength(1)
    b.undo()
    expect(b.block(write({ free: 10_000 }))).toEqual(found)
  })
})
