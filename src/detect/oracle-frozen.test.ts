import { describe, expect, test } from 'vitest'
import { assetOf, bench, market, marketKey, put, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { oracleFrozen } from './oracle-frozen.ts'

const pool = (w: World, price: number, key = 'pool', depthDownUsd = 1e6): number =>
  put(w.pools, key, { base: BigInt(assetOf('XUSD')), price, twapPrice: price, depthDownUsd })
const write =
  (exchange: number, price = 1, pools = 1) =>
  (w: World) => {
    market(w, 'XUSD', { price, pools })
    pool(w, exchange)
  }
const run = () => {
  const b = bench(oracleFrozen())
  return { ...b, at: (s: number, exchange: number, price = 1) => b.block(write(exchange, price), { timeS: START_S + s }) }
}

describe('oracle-frozen', () => {
  test('fires: xUSD at 1.00 for half an hour while the pool fell to 0.30', () => {
    const b = run()
    expect(b.at(0, 1)).toEqual([])
    expect(b.at(12, 0.3)).toEqual([])
    expect(b.at(1_800, 0.3)).toEqual([])
    expect(b.at(1_813, 0.3)).toMatchObject([
      {
        severity: 'critical',
        source: 'exchange',
        subject: { kind: 'market', id: marketKey('XUSD') },
        summary: 'the price has been exactly 1 for 1801 s in which exchanges stood below it, now at 0.3',
      },
    ])
    expect(b.at(1_900, 0.9)).toMatchObject([{ severity: 'high' }])
    expect(b.at(1_912, 1.2)).toMatchObject([{ severity: 'medium' }])
  })
  test('quiet: the price moves too, however little; the exchange came back in between', () => {
    const b = run()
    b.at(0, 0.3)
    b.at(1_000, 0.3, 1.000001)
    expect(b.at(1_900, 0.3, 1.000001)).toEqual([])
    expect(b.at(2_000, 1, 1.000001)).toEqual([])
    b.at(2_100, 0.3, 1.000001)
    expect(b.at(3_900, 0.3, 1.000001)).toEqual([])
    expect(b.at(3_901, 0.3, 1.000001)).toHaveLength(1)
  })
  test('quiet: no pool is watched, or none that says anything', () => {
    const b = bench(oracleFrozen())
    for (const s of [0, 4_000]) expect(b.block((w) => market(w, 'XUSD'), { timeS: START_S + s })).toEqual([])
    for (const s of [5_000, 9_000]) expect(b.block(write(0), { timeS: START_S + s })).toEqual([])
  })
  test('the deepest pool counts', () => {
    const b = bench(oracleFrozen())
    const block = (s: number) => b.block((w) => [write(0.3)(w), pool(w, 1, 'deep', 9e6)], { timeS: START_S + s })
    expect([block(0), block(12), block(4_000)]).toEqual([[], [], []])
  })
  test('edge: exactly half an hour is quiet, a second more fires; exactly 500 bps is not apart', () => {
    const after = (s: number, exchange: number) => {
      const b = run()
      b.at(-12, 1)
      b.at(0, exchange)
      return b.at(s, exchange).length
    }
    expect([after(1_800, 0.5), after(1_801, 0.5)]).toEqual([0, 1])
    const limit = Math.ceil(1e8 * Math.exp(-0.05)) / 1e8
    expect([after(1_801, limit), after(1_801, limit - 1e-8)]).toEqual([0, 1])
  })
  test('edge: prices out of this world are quiet', () => {
    const b = run()
    for (const odd of [Number.NaN, 0, -1]) for (const s of [0, 4_000]) expect(b.at(s, 1, odd)).toEqual([])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = run()
    b.at(0, 1)
    b.at(12, 0.3)
    const before = b.world.store.dump()
    const first = b.at(2_000, 0.3)
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.at(2_000, 1)).toEqual([])
    b.undo()
    expect(b.at(2_000, 0.3)).toEqual(first)
  })
})
