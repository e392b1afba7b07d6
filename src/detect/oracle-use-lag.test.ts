import { describe, expect, test } from 'vitest'
import { account, bench, FEED, feed, market, marketKey, put, START_S } from '../../test/builders.ts'
import { legOf, SIDE } from '../state/legs.ts'
import { FLOW } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { oracleUseLag } from './oracle-use-lag.ts'

type Values = NonNullable<Parameters<typeof feed>[1]>

/** WETH is priced by the feed and backs ann's loans; USDC is not. 8 m of each can be lent. */
function calm(rounds = 150) {
  const b = bench(oracleUseLag())
  b.block((w) => {
    const row = feed(w, { updatedAtS: START_S })
    const weth = market(w, 'WETH', { feed: row + 1, price: 2_000 })
    market(w, 'USDC')
    const ann = account(w, { firstPosition: 1 })
    put(w.positions, undefined, { leg: legOf(weth, SIDE.collateral), amount: 10n ** 18n })
    expect(ann).toBe(0)
  })
  b.blocks(rounds, (w, i) => feed(w, { price: 2_000 * (1 + (i % 2) * 0.001) }))
  b.block((w) => feed(w, { price: 2_000 }))
  return b
}
const borrow = (w: World, usd: number, on = 'USDC', by = 1): void =>
  void put(w.flows, undefined, { venue: 1, market: (w.markets.find(marketKey(on)) ?? 0) + 1, account: by, kind: FLOW.borrow, usd })
const moved = (price: number, usd: number, on = 'USDC', values: Values = {}, by = 1, b = calm()) =>
  b.block((w) => {
    feed(w, { price, ...values })
    borrow(w, usd, on, by)
  })

describe('oracle-use-lag', () => {
  test('fires: the collateral rose by a tenth, and its owner borrows in the same block', () => {
    expect(moved(2_200, 1_000_000)).toMatchObject([
      {
        severity: 'high',
        source: 'pool',
        subject: { kind: 'feed', id: FEED },
        summary: '1000000 USD were borrowed within 0 s of a move of 9.5 % that serves the borrowers',
        evidence: { account: marketKey('ann'), usedUsd: 1_000_000 },
      },
    ])
  })
  test('fires: what is borrowed fell; a second source denies or confirms', () => {
    expect(moved(1_800, 1_000_000, 'WETH')).toHaveLength(1)
    expect(moved(2_200, 1_000_000, 'USDC', { secondPrice: 2_000, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'critical' }])
    expect(moved(2_200, 1_000_000, 'USDC', { secondPrice: 2_200, secondUpdatedAtS: START_S })).toMatchObject([{ severity: 'low' }])
  })
  test('fires: many small loans in the blocks after it add up', () => {
    const b = calm()
    b.block((w) => feed(w, { price: 2_200 }))
    const found = b.blocks(4, (w) => borrow(w, 50_000))
    expect(found.map(({ evidence }) => evidence['usedUsd'])).toEqual([200_000])
  })
  test('quiet: the move does not serve them; a small move; later than a minute; no history', () => {
    expect(moved(1_800, 1_000_000, 'USDC')).toEqual([])
    expect(moved(2_200, 1_000_000, 'USDC', {}, 9)).toEqual([])
    expect(moved(2_010, 1_000_000)).toEqual([])
    expect(moved(2_200, 1_000_000, 'USDC', {}, 1, calm(50))).toEqual([])
    const b = calm()
    b.block((w) => feed(w, { price: 2_200 }), { timeS: START_S + 2_000 })
    expect(b.block((w) => borrow(w, 1e6), { timeS: START_S + 2_061 })).toEqual([])
  })
  test('edge: at exactly a minute it counts', () => {
    const b = calm()
    b.block((w) => feed(w, { price: 2_200 }), { timeS: START_S + 2_000 })
    expect(b.block((w) => borrow(w, 1e6), { timeS: START_S + 2_060 })).toHaveLength(1)
  })
  test('edge: exactly 1 % of what can be lent is quiet, a dollar more fires', () => {
    const limit = 16_000_000 / 99
    expect([moved(2_200, Math.floor(limit)).length, moved(2_200, Math.ceil(limit) + 1).length]).toEqual([0, 1])
  })
  test('edge: rows out of this world never throw', () => {
    for (const odd of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      moved(odd, 1e6)
      moved(2_200, odd)
    }
    moved(2_200, 1e6, 'nowhere', {}, 2 ** 32 - 1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = moved(2_200, 1e6, 'USDC', {}, 1, b)
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(moved(2_001, 1e6, 'USDC', {}, 1, b)).toEqual([])
    b.undo()
    expect(moved(2_200, 1e6, 'USDC', {}, 1, b)).toEqual(first)
  })
})
