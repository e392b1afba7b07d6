import { describe, expect, test } from 'vitest'
import { bench, FEED, feed, put, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { oracleSwapped } from './oracle-swapped.ts'

type Values = NonNullable<Parameters<typeof feed>[1]>
const write = (values: Values) => (w: World) => feed(w, values)
const govern = (w: World): void => void put(w.governed, 'timelock', { chainId: 1, executor: 1 })
const execute = (w: World): void => void put(w.executions, undefined, { txIndex: 1, executor: 5n })
/** 300 changes of 0.1 %, then a block. */
function calm() {
  const b = bench(oracleSwapped())
  b.block(govern)
  b.blocks(300, (w, i) => feed(w, { price: 2_000 * (1 + (i % 2) * 0.001) }))
  b.block(write({ price: 2_000 }))
  return b
}
const swap = (values: Values, governedToo = false) => {
  const b = calm()
  return b.block((w) => {
    feed(w, { swaps: 1, ...values })
    if (governedToo) execute(w)
  })
}

describe('oracle-swapped', () => {
  test('fires: a swap outside governance with a step of the price is critical', () => {
    expect(swap({ price: 2_500 })).toMatchObject([
      {
        severity: 'critical',
        source: 'authority',
        subject: { kind: 'feed', id: FEED },
        summary: 'another aggregator answers, with no governance execution in the block: 2000 became 2500',
        evidence: { swaps: 1, governed: 0, before: 2_000 },
      },
    ])
  })
  test('fires: with governance high; other decimals are a step too; no answer at all is critical', () => {
    expect(swap({ price: 2_500 }, true)).toMatchObject([{ severity: 'high' }])
    expect(swap({ price: 2_000e10 }, true)).toMatchObject([{ severity: 'high' }])
    expect(swap({ price: 0 }, true)).toMatchObject([{ severity: 'critical' }])
  })
  test('told: without a step, low outside governance, info inside, and where nobody watches governance', () => {
    expect(swap({ price: 2_002 })).toMatchObject([{ severity: 'low' }])
    expect(swap({ price: 2_002 }, true)).toMatchObject([{ severity: 'info' }])
    const b = bench(oracleSwapped())
    b.block(write({}))
    expect(b.block(write({ swaps: 1 }))).toMatchObject([{ severity: 'info' }])
  })
  test('a second source that agrees with the new price: the step was the market', () => {
    expect(swap({ price: 2_500, secondPrice: 2_510, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'low' }])
    expect(swap({ price: 2_500, secondPrice: 2_000, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'critical' }])
  })
  test('quiet: first sight of a feed that was swapped before, any move without a swap, and once told', () => {
    const b = bench(oracleSwapped())
    expect(b.block(write({ swaps: 3 }))).toEqual([])
    expect(b.block(write({ price: 9_000 }))).toEqual([])
    expect(b.block(write({ swaps: 4 }))).toHaveLength(1)
    expect(b.block(write({ price: 9_001 }))).toEqual([])
  })
  test('edge: exactly 300 bps is quiet of severity, one unit past it is critical', () => {
    const limit = Math.trunc(2_000e8 * Math.exp(0.03)) / 1e8
    expect(swap({ price: limit })).toMatchObject([{ severity: 'low' }])
    expect(swap({ price: limit + 1e-8 })).toMatchObject([{ severity: 'critical' }])
  })
  test('edge: a feed as volatile as 1 % a change may step by 6 %', () => {
    const wild = (price: number) => {
      const b = bench(oracleSwapped())
      b.block(govern)
      b.blocks(300, (w, i) => feed(w, { price: 2_000 * (1 + (i % 2) * 0.01) }))
      b.block(write({ price: 2_000 }))
      return b.block(write({ swaps: 1, price }))[0]?.severity
    }
    expect([wild(2_110), wild(2_130)]).toEqual(['low', 'critical'])
  })
  test('undo: back to before, then the same swap, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block(write({ swaps: 1, price: 2_500 }))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(write({ price: 2_500 }))).toEqual([])
    b.undo()
    expect(b.block(write({ swaps: 1, price: 2_500 }))).toEqual(first)
  })
})
