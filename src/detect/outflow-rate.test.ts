import { describe, expect, test } from 'vitest'
import { bench, flow, market, marketKey } from '../../test/builders.ts'
import { FLOW } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { outflowRate } from './outflow-rate.ts'

/** 1,000,000 of cash less what leaves. */
const leave =
  (usd: number, kind: Parameters<typeof flow>[1] = FLOW.borrow) =>
  (world: World) => {
    market(world, 'USDC', { cashUsd: 1_000_000 - usd })
    flow(world, kind, usd)
  }
/** A market whose borrowers take as much as others bring, `usd` an hour. */
function usual(usd: number, hours = 300) {
  const b = bench(outflowRate())
  for (let hour = 0; hour < hours; hour++) b.block(leave(usd), { timeS: 1_700_000_000 + hour * 3_600 })
  return { block: (write: (world: World) => void) => b.block(write, { timeS: 1_700_000_000 + hours * 3_600 }) }
}

describe('outflow-rate', () => {
  test('fires: most of the cash within the hour', () => {
    expect(bench(outflowRate()).block(leave(500_000))).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 1,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000001",
          "chainId": 1,
          "detector": "outflow-rate",
          "evidence": {
            "cashUsd": 500000,
            "limit": 0.1,
            "outUsd": 500000,
            "price": 1,
            "share": 0.5,
          },
          "id": "0x425e7f9d7f40827cac601f279a7e0ec481af8dce688b455362eaa93108b6c93b",
          "paramsHash": "0x4390ee01948691cecbd3f22ba1867f303f4f136cfa2319336807218e03f7166b",
          "provisional": false,
          "severity": "high",
          "source": "pool",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0:0x5553444300000000000000000000000000000000",
            "kind": "market",
          },
          "summary": "50.0 % of the cash left within an hour (usual limit 10.0 %)",
          "timeS": 1700000012,
        },
      ]
    `)
  })

  test('fires: many small steps add up, and withdrawals count as borrows do', () => {
    const b = bench(outflowRate())
    const found = b.blocks(20, (w, i) => {
      market(w, 'USDC', { cashUsd: 1_000_000 - (i + 1) * 10_000 })
      flow(w, i % 2 ? FLOW.withdraw : FLOW.borrow, 10_000)
    })
    expect(found).toHaveLength(10) // from the 11th on: over 10 %
    expect(found[0]).toMatchObject({ severity: 'medium', block: 11, evidence: { outUsd: 110_000 } })
  })

  test('fires: a drain of a thousand small flows does not make itself the usual', () => {
    const b = bench(outflowRate())
    const found = b.blocks(10, (w, i) => {
      market(w, 'USDC', { cashUsd: 1_000_000 - (i + 1) * 50_000 })
      for (let n = 0; n < 100; n++) flow(w, FLOW.borrow, 500)
    })
    expect(found[0]).toMatchObject({ block: 3 })
    expect(found.at(-1)).toMatchObject({ severity: 'high', evidence: { outUsd: 500_000 } })
  })

  test('quiet: as much came in as went out', () => {
    const b = bench(outflowRate())
    for (const kind of [FLOW.supply, FLOW.repay, FLOW.liquidation])
      expect(b.block((w) => [market(w, 'USDC', { cashUsd: 1e6 }), flow(w, kind, 300_000)])).toEqual([])
    expect(b.block((w) => flow(w, FLOW.borrow, 900_000))).toEqual([])
  })

  test('quiet: the same outflow spread over more than an hour', () => {
    const b = bench(outflowRate())
    const found = Array.from({ length: 30 }, (_, hour) => b.block(leave(90_000), { timeS: 1_700_000_000 + hour * 3_600 }))
    expect(found.flat()).toEqual([])
  })

  test('quiet: a market where such hours are usual, once 250 of them were seen', () => {
    expect(usual(90_000).block(leave(400_000))).toEqual([])
    expect(usual(90_000, 249).block(leave(400_000))).toHaveLength(1)
    expect(usual(20_000).block(leave(400_000))).toHaveLength(1)
  })

  test('quiet: transfers of positions and flows of no market', () => {
    const b = bench(outflowRate())
    expect(b.block(leave(900_000, FLOW.transfer))).toEqual([])
    expect(b.block((w) => flow(w, FLOW.borrow, 900_000, 'unknown'))).toEqual([])
  })

  test('each market has its own hour, and the finding names it', () => {
    const b = bench(outflowRate())
    b.block((w) => [market(w, 'USDC', { cashUsd: 1e6 }), market(w, 'WETH', { cashUsd: 1e6 }), flow(w, FLOW.borrow, 90_000, 'USDC')])
    const found = b.block((w) => [flow(w, FLOW.borrow, 90_000, 'WETH'), flow(w, FLOW.borrow, 50_000, 'USDC')])
    expect(found.map((f) => f.subject)).toEqual([{ kind: 'market', chainId: 1, id: marketKey('USDC') }])
  })

  test('edge: exactly a tenth of the cash is quiet, a cent more fires', () => {
    expect(bench(outflowRate()).block(leave(100_000))).toEqual([])
    expect(bench(outflowRate()).block(leave(100_000.01))).toHaveLength(1)
  })

  test('edge: high from 40 % on', () => {
    expect(bench(outflowRate()).block(leave(399_999.99))).toMatchObject([{ severity: 'medium' }])
    expect(bench(outflowRate()).block(leave(400_000))).toMatchObject([{ severity: 'high' }])
  })

  test('edge: a market emptied to the last cent, one with no figures, and absurd ones', () => {
    expect(bench(outflowRate()).block(leave(1_000_000))).toMatchObject([{ severity: 'high', evidence: { share: 1, cashUsd: 0 } }])
    for (const cashUsd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -200_000])
      expect(bench(outflowRate()).block((w) => [market(w, 'USDC', { cashUsd }), flow(w, FLOW.borrow, 100_000)])).toEqual([])
    for (const usd of [Number.NaN, Number.NEGATIVE_INFINITY, 0])
      expect(bench(outflowRate()).block((w) => [market(w, 'USDC'), flow(w, FLOW.borrow, usd)])).toEqual([])
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(outflowRate())
    b.block(leave(50_000))
    const before = b.world.store.dump()
    const first = b.block(leave(500_000))
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(leave(500_000))).toEqual(first)
  })
})
