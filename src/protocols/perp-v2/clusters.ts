// Who stands behind whom: accounts whose collateral the same address paid for count as one, and share one row in each market.
import { toFloat } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf, addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { findAccount, positionsOf } from './keys.ts'

/** How far a chain of payers is followed: longer ones are broken there, and so are rings. */
const MOST_HOPS = 8

/** The last payer in the chain behind an account: itself if nobody else paid. */
export function rootOf(world: World, clearingHouse: Hex, account: Hex): Hex {
  let at = account
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const row = findAccount(world, clearingHouse, at)
    const funder = row === undefined ? 0n : world.perpAccounts.columns.funder.get(row)
    if (funder === 0n) return at
    at = addressOf(funder)
  }
  return at
}

/** The first payer counts, and none that the account itself stands behind. */
export function paidBy(world: World, clearingHouse: Hex, account: number, payer: Hex): boolean {
  const { columns } = world.perpAccounts
  const self = addressOf(columns.account.get(account))
  if (columns.funder.get(account) !== 0n || payer === self || rootOf(world, clearingHouse, payer) === self) return false
  columns.funder.set(account, addressWord(payer))
  return true
}

/** By position row: the cluster's row + 1 that holds its size, and that size. */
const counted = (world: World) => ({
  cluster: world.store.column('perp.cluster', 'u32'),
  size: world.store.column('perp.clusterSize', 'word'),
})

/** Moves the account's positions to where they belong now. Open interest moves with them. */
export function keepClusters(world: World, clearingHouse: Hex, account: number): void {
  const { perpPositions, perpMarkets, perpClusters } = world
  const funder = rootOf(world, clearingHouse, addressOf(world.perpAccounts.columns.account.get(account)))
  const { cluster, size } = counted(world)
  for (const row of positionsOf(world, account)) {
    const market = perpPositions.columns.perpMarket.get(row) - 1
    const base = addressOf(perpMarkets.columns.baseToken.get(market))
    const now = perpPositions.columns.sizeE18.get(row)
    const to = perpClusters.rowOf(`${clearingHouse}:${funder}:${base}`)
    const from = cluster.get(row) - 1
    if (from === to && size.get(row) === now) continue
    if (from >= 0) count(world, from, market, signed(size.get(row)), -1n)
    const { columns } = perpClusters
    columns.venue.set(to, perpMarkets.columns.venue.get(market))
    columns.perpMarket.set(to, market + 1)
    columns.funder.set(to, addressWord(funder))
    count(world, to, market, signed(now), 1n)
    cluster.set(row, to + 1)
    size.set(row, now)
  }
}

function count(world: World, cluster: number, market: number, size: bigint, times: 1n | -1n): void {
  if (size === 0n) return
  const side = size > 0n ? 'longE18' : 'shortE18'
  const amount = times * (size > 0n ? size : -size)
  const { perpClusters, perpMarkets } = world
  perpClusters.columns[side].set(cluster, perpClusters.columns[side].get(cluster) + amount)
  perpMarkets.columns[side].set(market, perpMarkets.columns[side].get(market) + amount)
  perpClusters.columns.accounts.set(cluster, perpClusters.columns.accounts.get(cluster) + Number(times))
}

/** USD and shares of the clusters that this block touched, at its last prices. */
export function writeClusterFigures(world: World): void {
  const { columns } = world.perpClusters
  for (const row of world.perpClusters.touched()) {
    const market = columns.perpMarket.get(row) - 1
    if (market < 0) continue
    const of = world.perpMarkets.columns
    const mark = of.mark.get(market)
    for (const side of ['long', 'short'] as const) {
      const amount = toFloat(columns[`${side}E18`].get(row), 18)
      const all = toFloat(of[`${side}E18`].get(market), 18)
      columns[`${side}Usd`].set(row, amount * mark)
      columns[`${side}Share`].set(row, all > 0 ? amount / all : 0)
    }
  }
}
