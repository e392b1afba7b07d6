// From a row to what it is about: the address that a finding names.
import type { Subject } from '../core/flow.ts'
import type { World } from '../state/world.ts'
import type { Schema, TableStore } from '../store/table.ts'

/** Columns that refer to a row (row + 1), and of which table. */
const TABLES: Readonly<Record<string, string>> = {
  feed: 'feeds',
  market: 'markets',
  account: 'accounts',
  venue: 'venues',
  contract: 'contracts',
}

/** What is about no market is about its whole venue. */
const WIDER: Readonly<Record<string, string>> = { market: 'venue' }

/**
 * `column`: one that refers to a row of another table (row + 1), or `row`. A reference that is 0 gives way to the row's wider one,
 * if it has one, and at last to the chain.
 */
export function subjectOf(world: World, table: TableStore<Schema>, row: number, column: string): Subject {
  if (column === 'row') return ofTable(world, table.table.name, row)
  const cells = table.at(row) as unknown as Readonly<Record<string, number>>
  for (let name: string | undefined = column; name !== undefined; name = WIDER[name]) {
    const target = TABLES[name]
    const reference = cells[name] ?? 0
    if (target !== undefined && reference > 0) return ofTable(world, target, reference - 1)
  }
  return chainOf(world)
}

const chainOf = ({ chainId }: World): Subject => ({ kind: 'chain', chainId, id: String(chainId) })

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
    case 'contracts':
      return { kind: 'contract', chainId, id: world.contracts.keyOf(row) }
    case 'rollups':
      return { kind: 'contract', chainId, id: world.rollups.keyOf(row) }
    default:
      return chainOf(world)
  }
}
