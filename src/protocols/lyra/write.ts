// Writes boards, strikes and positions: one place for each row's cells, whether an event or an answer says them.
import { toFloat } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { boardKey, findStrike, positionKey, strikeKey } from './keys.ts'
import type { Board, BoardCache, Position, Strike, StrikeCache } from './structs.ts'

const WAD_DECIMALS = 18
export const float = (word: bigint): number => toFloat(word, WAD_DECIMALS)
/** Of an int256. */
export const signedFloat = (word: bigint): number => toFloat(signed(word), WAD_DECIMALS)

export function writeBoard(world: World, market: Hex, row: number, { id, expiryS, iv, frozen }: Board): number {
  const board = world.boards.rowOf(boardKey(market, id))
  const { columns } = world.boards
  columns.optionMarket.set(board, row + 1)
  columns.boardId.set(board, id)
  columns.expiryS.set(board, expiryS)
  columns.frozen.set(board, frozen ? 1 : 0)
  writeIv(world, board, iv)
  return board
}

export function writeIv(world: World, board: number, iv: bigint): void {
  world.boards.columns.ivE18.set(board, iv)
  world.boards.columns.iv.set(board, float(iv))
}

export function writeStrike(
  world: World,
  market: Hex,
  board: number,
  { id, price, skew }: { readonly id: number; readonly price: bigint; readonly skew: bigint },
): number {
  const strike = world.strikes.rowOf(strikeKey(market, id))
  const { columns } = world.strikes
  columns.optionMarket.set(strike, world.boards.columns.optionMarket.get(board))
  columns.board.set(strike, board + 1)
  columns.strikeId.set(strike, id)
  columns.strikePriceE18.set(strike, price)
  columns.strikePrice.set(strike, float(price))
  columns.expiryS.set(strike, world.boards.columns.expiryS.get(board))
  writeSkew(world, strike, skew)
  return strike
}

export function writeSkew(world: World, strike: number, skew: bigint): void {
  world.strikes.columns.skewE18.set(strike, skew)
  world.strikes.columns.skew.set(strike, float(skew))
}

export function writeExposure(world: World, strike: number, of: Strike): void {
  const { columns } = world.strikes
  columns.longCallE18.set(strike, of.longCall)
  columns.longPutE18.set(strike, of.longPut)
  columns.shortCallBaseE18.set(strike, of.shortCallBase)
  columns.shortCallQuoteE18.set(strike, of.shortCallQuote)
  columns.shortPutE18.set(strike, of.shortPut)
}

export const exposureOf = ({ strikes: { columns } }: World, type: number) =>
  [columns.longCallE18, columns.longPutE18, columns.shortCallBaseE18, columns.shortCallQuoteE18, columns.shortPutE18][type]

export function writeStrikeCache(world: World, strike: number, of: Omit<StrikeCache, 'strikeId'>): void {
  const { columns } = world.strikes
  columns.callDeltaE18.set(strike, of.callDelta)
  columns.putDeltaE18.set(strike, of.putDelta)
  columns.stdVegaE18.set(strike, of.stdVega)
  columns.callPriceE18.set(strike, of.callPrice)
  columns.putPriceE18.set(strike, of.putPrice)
  columns.callPrice.set(strike, float(of.callPrice))
  columns.putPrice.set(strike, float(of.putPrice))
}

export const NO_STRIKE_CACHE = { callDelta: 0n, putDelta: 0n, stdVega: 0n, callPrice: 0n, putPrice: 0n }
export const NO_BOARD_CACHE = { netDelta: 0n, netStdVega: 0n, netOptionValue: 0n, cachedAtS: 0, cachedSpot: 0n }

export function writeBoardCache(world: World, board: number, of: Omit<BoardCache, 'boardId'>): void {
  const { columns } = world.boards
  columns.netDeltaE18.set(board, of.netDelta)
  columns.netStdVegaE18.set(board, of.netStdVega)
  columns.netOptionValueE18.set(board, of.netOptionValue)
  columns.cachedAtS.set(board, of.cachedAtS)
  columns.cachedSpot.set(board, float(of.cachedSpot))
  for (let strike = 0; strike < world.strikes.count; strike++) {
    if (world.strikes.columns.board.get(strike) !== board + 1) continue
    world.strikes.columns.cachedAtS.set(strike, of.cachedAtS)
    world.strikes.columns.cachedSpot.set(strike, float(of.cachedSpot))
  }
}

export function writePosition(world: World, market: Hex, row: number, owner: Hex, position: Position, timeS: number): number {
  const at = world.optionPositions.rowOf(positionKey(market, position.id))
  const { columns } = world.optionPositions
  columns.optionMarket.set(at, row + 1)
  columns.strike.set(at, (findStrike(world, market, position.strikeId) ?? -1) + 1)
  columns.positionId.set(at, position.id)
  columns.owner.set(at, addressWord(owner))
  columns.type.set(at, position.type)
  columns.amountE18.set(at, position.amount)
  columns.collateralE18.set(at, position.collateral)
  columns.state.set(at, position.state)
  if (columns.openedAtS.get(at) === 0) columns.openedAtS.set(at, timeS)
  return at
}
