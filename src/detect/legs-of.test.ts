import { expect, test } from 'vitest'
import { account, bench, put } from '../../test/builders.ts'
import { legOf, SIDE } from '../state/legs.ts'
import type { World } from '../state/world.ts'
import type { View } from './define.ts'
import { legsOf } from './legs-of.ts'

const viewOf = (world: World): View => ({
  at: (table, row) => world.store.table(table).at(row),
  name: (table, row) => world.store.table(table).keyOf(row),
  count: (table) => world.store.table(table).count,
  calibrated: () => undefined,
})

test('walks the list; one that never ends, ends; rows that are not there are none', () => {
  const { world } = bench()
  const row = account(world, { firstPosition: 2 })
  put(world.positions, undefined, { leg: legOf(3, SIDE.variable), amount: 5n, next: 0 })
  put(world.positions, undefined, { leg: legOf(1, SIDE.collateral), amount: 7n, next: 1 })
  expect(legsOf(viewOf(world), row)).toEqual([
    { market: 1, side: SIDE.collateral, amount: 7n },
    { market: 3, side: SIDE.variable, amount: 5n },
  ])
  world.positions.columns.next.set(0, 2)
  expect(legsOf(viewOf(world), row)).toHaveLength(400)
  world.accounts.columns.firstPosition.set(row, 99)
  expect(legsOf(viewOf(world), row)).toEqual([])
  expect(legsOf(viewOf(world), 99)).toEqual([])
})
