// Rows by what they are: a pool's market, an account, its position. References between tables are row + 1; here all are plain rows.
import type { Hex } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import { legOf, marketOfLeg, SIDE, type Side, sideOfLeg } from '../../state/legs.ts'
import type { World } from '../../state/world.ts'

export { marketOfLeg, SIDE, type Side, sideOfLeg } from '../../state/legs.ts'

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
  const { count } = accounts
  const row = accounts.rowOf(`${pool}:${account}`)
  if (row < count) return row
  accounts.columns.venue.set(row, venue + 1)
  accounts.columns.account.set(row, addressWord(account))
  accounts.columns.firstSeenS.set(row, timeS)
  return row
}

/** The account's row for a side of a market; what is supplied is one row, collateral or not. */
export function findPosition(world: World, account: number, market: number, side: Side): number | undefined {
  const { leg, next } = world.positions.columns
  for (let at = world.accounts.columns.firstPosition.get(account); at !== 0; at = next.get(at - 1)) {
    const has = leg.get(at - 1)
    if (marketOfLeg(has) === market && (sideOfLeg(has) || SIDE.collateral) === (side || SIDE.collateral)) return at - 1
  }
  return undefined
}

/** The same row, made and put at the head of the account's list if new. */
export function positionRow(world: World, account: number, market: number, side: Side): number {
  const known = findPosition(world, account, market, side)
  if (known !== undefined) return known
  const { positions, accounts } = world
  const row = positions.append()
  positions.columns.leg.set(row, legOf(market, side))
  positions.columns.next.set(row, accounts.columns.firstPosition.get(account))
  accounts.columns.firstPosition.set(account, row + 1)
  return row
}

export function setCollateral(world: World, account: number, market: number, on: boolean): void {
  const side = on ? SIDE.collateral : SIDE.supply
  world.positions.columns.leg.set(positionRow(world, account, market, side), legOf(market, side))
}

/** Every position of an account. */
export function* positionsOf(world: World, account: number): Generator<number> {
  for (let next = world.accounts.columns.firstPosition.get(account); next !== 0; next = world.positions.columns.next.get(next - 1))
    yield next - 1
}
