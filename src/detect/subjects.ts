// From a row to what it is about: the address that a finding names.
import type { Subject } from '../core/flow.ts'
import type { World } from '../state/world.ts'
import type { Schema, TableStore } from '../store/table.ts'

/** Tables whose rows a finding can be about, and what their rows are called. */
const KINDS = {
  accounts: 'account',
  backings: 'venue',
  boards: 'market',
  bridgeArrivals: 'venue',
  contracts: 'contract',
  feeds: 'feed',
  governed: 'contract',
  markets: 'market',
  optionMarkets: 'venue',
  optionPositions: 'account',
  perpAccounts: 'account',
  perpClusters: 'account',
  perpMarkets: 'market',
  perpVenues: 'venue',
  pools: 'venue',
  rollups: 'contract',
  strikes: 'market',
  vaultHolders: 'account',
  vaults: 'venue',
  venues: 'venue',
} as const satisfies Readonly<Record<string, Subject['kind']>>
type Named = keyof typeof KINDS

/** Columns that refer to a row (row + 1), and of which table. */
const TABLES: Readonly<Record<string, Named>> = {
  account: 'accounts',
  board: 'boards',
  contract: 'contracts',
  feed: 'feeds',
  holder: 'vaultHolders',
  market: 'markets',
  message: 'bridgeArrivals',
  optionMarket: 'optionMarkets',
  optionPosition: 'optionPositions',
  perpAccount: 'perpAccounts',
  perpMarket: 'perpMarkets',
  place: 'contracts',
  pool: 'pools',
  strike: 'strikes',
  vault: 'vaults',
  venue: 'venues',
}

/** All columns that refer to a row of another table. */
export const REFERENCES: readonly string[] = Object.keys(TABLES)

/** What is about no market is about its whole venue. */
const WIDER: Readonly<Record<string, string>> = {
  board: 'optionMarket',
  market: 'venue',
  optionPosition: 'optionMarket',
  perpAccount: 'venue',
  perpMarket: 'venue',
  strike: 'board',
}

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
  return { kind: 'chain', chainId: world.chainId, id: String(world.chainId) }
}

function ofTable(world: World, table: string, row: number): Subject {
  const { chainId } = world
  if (!isNamed(table)) return { kind: 'chain', chainId, id: String(chainId) }
  const id = world[table].keyOf(row)
  // a message is about its bridge; pools that live in one contract are markets of it
  if (table === 'bridgeArrivals') return { kind: 'venue', chainId, id: id.split(':')[0] ?? '' }
  return { kind: table === 'pools' && id.includes(':') ? 'market' : KINDS[table], chainId, id }
}

const isNamed = (table: string): table is Named => table in KINDS
