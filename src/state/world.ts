// The world: all tables after a block, over one store. A chain has its own world and its own journal.
import { Store } from '../store/store.ts'
import * as tables from './tables.ts'

export function createWorld(chainId: number) {
  const store = new Store()
  const world = {
    chainId,
    store,
    chains: store.table(tables.chains),
    contracts: store.table(tables.contracts),
    feeds: store.table(tables.feeds),
    feedRounds: store.table(tables.feedRounds),
    reporters: store.table(tables.reporters),
    pools: store.table(tables.pools),
    ticks: store.table(tables.ticks),
    tokens: store.table(tables.tokens),
    holdings: store.table(tables.holdings),
    transfers: store.table(tables.transfers),
    governed: store.table(tables.governed),
    roles: store.table(tables.roles),
    grants: store.table(tables.grants),
    executions: store.table(tables.executions),
    authorityChanges: store.table(tables.authorityChanges),
    venues: store.table(tables.venues),
    markets: store.table(tables.markets),
    eModes: store.table(tables.eModes),
    accounts: store.table(tables.accounts),
    positions: store.table(tables.positions),
    flows: store.table(tables.flows),
    rollups: store.table(tables.rollups),
    guards: store.table(tables.guards),
    guardEntries: store.table(tables.guardEntries),
    guardActions: store.table(tables.guardActions),
  }
  return world
}

export type World = ReturnType<typeof createWorld>
