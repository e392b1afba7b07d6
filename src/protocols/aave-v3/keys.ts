// Rows by what they are: a pool's market, an account, its position. References between tables are row + 1; here all are plain rows.
import type { Hex } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'

export const findMarket = (world: World, pool: Hex, asset: Hex): number | undefined => world.markets.find(`${pool}:${asset}`)

/** Markets of a venue, in the order in which we saw them. */
export function marketsOf(world: World, venue: number): readonly number[] {
  const rows: number[] = []
  const { columns, count } = world.markets
  for (let row = 0; row < count; row++) if (columns.venue.get(row) === venue + 1) rows.push(row)
  return rows
}

export function eModesOf(world: World, venue: number): readonly number[] {
  const rows: number[] = []
  const { columns, count } = world.eModes
  for (let row = 0; row < count; row++) if (columns.venue.get(row) === venue + 1) rows.push(row)
  return rows
}

export function accountRow(world: World, pool: Hex, venue: number, account: Hex, timeS: number): number {
  const { accounts } = world
  const known = accounts.find(`${pool}:${account}`)
  if (known !== undefined) return known
  const row = accounts.rowOf(`${pool}:${account}`)
  accounts.columns.venue.set(row, venue + 1)
  accounts.columns.account.set(row, addressWord(account))
  accounts.columns.firstSeenS.set(row, timeS)
  return row
}

/** The account's position in a market, made and put at the head of its list if new. */
export function positionRow(world: World, account: number, market: number): number {
  const { positions, accounts } = world
  const known = positions.find(`${account}:${market}`)
  if (known !== undefined) return known
  const row = positions.rowOf(`${account}:${market}`)
  positions.columns.account.set(row, account + 1)
  positions.columns.market.set(row, market + 1)
  positions.columns.next.set(row, accounts.columns.firstPosition.get(account))
  accounts.columns.firstPosition.set(account, row + 1)
  return row
}

/** Every position of an account. */
export function* positionsOf(world: World, account: number): Generator<number> {
  for (let next = world.accounts.columns.firstPosition.get(account); next !== 0; next = world.positions.columns.next.get(next - 1))
    yield next - 1
}
