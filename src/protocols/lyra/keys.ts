// How a market's rows are found: every key begins with the market's address, so that an incident of its venue takes in what is said of them.
import type { Hex } from '../../core/flow.ts'
import type { World } from '../../state/world.ts'

export const boardKey = (market: Hex, id: number): string => `${market}:board-${id}`
export const strikeKey = (market: Hex, id: number): string => `${market}:strike-${id}`
export const positionKey = (market: Hex, id: number): string => `${market}:position-${id}`

export const findBoard = (world: World, market: Hex, id: number): number | undefined => world.boards.find(boardKey(market, id))
export const findStrike = (world: World, market: Hex, id: number): number | undefined => world.strikes.find(strikeKey(market, id))
export const findPosition = (world: World, market: Hex, id: number): number | undefined =>
  world.optionPositions.find(positionKey(market, id))

/** Rows of a table that belong to a market. */
export function* rowsOf(
  table: { readonly count: number; readonly columns: { readonly optionMarket: { get(row: number): number } } },
  market: number,
): Generator<number> {
  for (let row = 0; row < table.count; row++) if (table.columns.optionMarket.get(row) === market + 1) yield row
}
