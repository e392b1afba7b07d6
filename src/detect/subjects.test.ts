import { expect, test } from 'vitest'
import { account, authorityChange, FEED, feed, flow, market, marketKey, POOL, put, round, venue } from '../../test/builders.ts'
import { FLOW } from '../state/tables.ts'
import { createWorld, type World } from '../state/world.ts'
import type { Schema, TableStore } from '../store/table.ts'
import { subjectOf } from './subjects.ts'

const CHAIN = { kind: 'chain', chainId: 7, id: '7' }
const of = (world: World, table: keyof World, row: number, column: string) =>
  subjectOf(world, world[table] as unknown as TableStore<Schema>, row, column)

function world(): World {
  const w = createWorld(7)
  w.store.begin()
  feed(w)
  market(w, 'USDC')
  account(w)
  return w
}

test('a row is about itself, by its own key', () => {
  const w = world()
  put(w.chains, '7', { chainId: 7 })
  expect(of(w, 'feeds', 0, 'row')).toEqual({ kind: 'feed', chainId: 7, id: FEED })
  expect(of(w, 'markets', 0, 'row')).toEqual({ kind: 'market', chainId: 7, id: marketKey('USDC') })
  expect(of(w, 'accounts', 0, 'row')).toEqual({ kind: 'account', chainId: 7, id: marketKey('ann') })
  expect(of(w, 'venues', 0, 'row')).toEqual({ kind: 'venue', chainId: 7, id: POOL })
  expect(of(w, 'chains', 0, 'row')).toEqual(CHAIN)
})

test('a row whose table is about nothing else is about the chain', () => {
  const w = world()
  put(w.guards, 'g', { guard: 1n })
  expect(of(w, 'guards', 0, 'row')).toEqual(CHAIN)
  expect(of(w, 'guards', 0, 'guard')).toEqual(CHAIN)
})

test('a column refers to the row before its number; 0 refers to none', () => {
  const w = world()
  round(w, 1)
  flow(w, FLOW.borrow, 1)
  expect(of(w, 'feedRounds', 0, 'feed')).toEqual({ kind: 'feed', chainId: 7, id: FEED })
  expect(of(w, 'flows', 0, 'market')).toEqual({ kind: 'market', chainId: 7, id: marketKey('USDC') })
  expect(of(w, 'flows', 0, 'account')).toEqual({ kind: 'account', chainId: 7, id: marketKey('ann') })
  put(w.feedRounds, undefined, { feed: 0 })
  expect(of(w, 'feedRounds', 1, 'feed')).toEqual(CHAIN)
})

test('what names no market is about its venue, and without one about the chain; accounts and feeds have nothing wider', () => {
  const w = world()
  authorityChange(w, { market: 0 })
  authorityChange(w, { market: 0, venue: 0 })
  expect(of(w, 'authorityChanges', 0, 'market')).toEqual({ kind: 'venue', chainId: 7, id: POOL })
  expect(of(w, 'authorityChanges', 1, 'market')).toEqual(CHAIN)
  put(w.flows, undefined, { venue: venue(w) + 1, market: 0, account: 0 })
  expect(of(w, 'flows', 0, 'account')).toEqual(CHAIN)
  expect(of(w, 'flows', 0, 'market')).toEqual({ kind: 'venue', chainId: 7, id: POOL })
})
