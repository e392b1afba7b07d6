// Rows by what they are: an exchange, its markets, an account and its positions. References between tables are row + 1.
import type { Hex } from '../../core/flow.ts'
import { addressOf, addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'

export const findVenue = (world: World, clearingHouse: Hex): number | undefined => world.perpVenues.find(clearingHouse)
export const findMarket = (world: World, clearingHouse: Hex, base: Hex): number | undefined =>
  world.perpMarkets.find(`${clearingHouse}:${base}`)
export const findAccount = (world: World, clearingHouse: Hex, account: Hex): number | undefined =>
  world.perpAccounts.find(`${clearingHouse}:${account}`)

/** Rows of a venue's markets, in the order in which we saw them. */
export function marketsOf(world: World, venue: number): readonly number[] {
  const rows: number[] = []
  const { columns, count } = world.perpMarkets
  for (let row = 0; row < count; row++) if (columns.perpVenue.get(row) === venue + 1) rows.push(row)
  return rows
}

export function accountsOf(world: World, venue: number): readonly number[] {
  const rows: number[] = []
  const { columns, count } = world.perpAccounts
  for (let row = 0; row < count; row++) if (columns.perpVenue.get(row) === venue + 1) rows.push(row)
  return rows
}

export const baseOf = (world: World, market: number): Hex => addressOf(world.perpMarkets.columns.baseToken.get(market))

export function accountRow(world: World, clearingHouse: Hex, venue: number, account: Hex, timeS: number): number {
  const { perpAccounts } = world
  const known = findAccount(world, clearingHouse, account)
  if (known !== undefined) return known
  const row = perpAccounts.rowOf(`${clearingHouse}:${account}`)
  perpAccounts.columns.venue.set(row, world.perpVenues.columns.venue.get(venue))
  perpAccounts.columns.perpVenue.set(row, venue + 1)
  perpAccounts.columns.account.set(row, addressWord(account))
  perpAccounts.columns.firstSeenS.set(row, timeS)
  return row
}

export function* positionsOf(world: World, account: number): Generator<number> {
  const { next } = world.perpPositions.columns
  for (let at = world.perpAccounts.columns.firstPosition.get(account); at !== 0; at = next.get(at - 1)) yield at - 1
}

/** Accounts with something open in a market: a walk over all positions, for what happens once in a market's life. */
export function holdersOf(world: World, market: number): readonly number[] {
  const { columns, count } = world.perpPositions
  const rows: number[] = []
  for (let at = 0; at < count; at++)
    if (columns.perpMarket.get(at) === market + 1 && columns.sizeE18.get(at) !== 0n) rows.push(columns.perpAccount.get(at) - 1)
  return rows
}

export function findPosition(world: World, account: number, market: number): number | undefined {
  for (const row of positionsOf(world, account)) if (world.perpPositions.columns.perpMarket.get(row) === market + 1) return row
  return undefined
}

/** The same row, made and put at the head of the account's list if new. */
export function positionRow(world: World, account: number, market: number): number {
  const known = findPosition(world, account, market)
  if (known !== undefined) return known
  const { perpPositions, perpAccounts } = world
  const row = perpPositions.append()
  perpPositions.columns.perpAccount.set(row, account + 1)
  perpPositions.columns.perpMarket.set(row, market + 1)
  perpPositions.columns.next.set(row, perpAccounts.columns.firstPosition.get(account))
  perpAccounts.columns.firstPosition.set(account, row + 1)
  return row
}

const MOST_U32 = 0xffff_ffffn
/** A count that a u32 column takes: what can't be one is as large as it goes. */
export const small = (word: bigint | undefined): number => (word === undefined ? 0 : Number(word > MOST_U32 ? MOST_U32 : word))
