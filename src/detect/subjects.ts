// From a row to what it is about: the address that a finding names.
import type { Subject } from '../core/flow.ts'
import type { World } from '../state/world.ts'
import type { Schema, TableStore } from '../store/table.ts'

/** `column`: one that refers to a row of another table (row + 1), or `row`. */
export function subjectOf(world: World, table: TableStore<Schema>, row: number, column: string): Subject {
  if (column === 'row') return ofTable(world, table.table.name, row)
  const reference = (table.at(row) as unknown as Record<string, number>)[column] ?? 0
  const target = { feed: 'feeds', market: 'markets', account: 'accounts', venue: 'venues' }[column]
  if (!target || reference === 0) return { kind: 'chain', chainId: world.chainId, id: String(world.chainId) }
  return ofTable(world, target, reference - 1)
}

function ofTable(world: World, table: string, row: number): Subject {
  const { chainId } = world
  switch (table) {
    case 'feeds':
      return { kind: 'feed', chainId, id: world.feeds.keyOf(row) }
    case 'markets':
      return { kind: 'market', chainId, id: world.markets.keyOf(row) }
    case 'accounts':
      return { kind: 'account', chainId, id: world.accounts.keyOf(row) }
    case 'venues':
      return { kind: 'venue', chainId, id: world.venues.keyOf(row) }
    default:
      return { kind: 'chain', chainId, id: String(chainId) }
  }
}
