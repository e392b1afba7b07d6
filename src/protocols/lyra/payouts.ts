// What is paid out, beside the most that the position's own terms allow: our own arithmetic on our own tables, not the event's word.
import { MAX_UINT256, mulDivDown, WAD } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import { isPutOption, isShortOption, OPTION_TRADE, PAYOUT } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import type { Trade } from './decode.ts'
import { float } from './write.ts'

interface Payout {
  readonly position?: number
  readonly kind: number
  readonly account: bigint
  readonly paid: bigint
  readonly bound: bigint
  readonly insolvent?: bigint
}

function append({ optionPayouts }: World, row: number, { position, kind, account, paid, bound, insolvent = 0n }: Payout): void {
  const at = optionPayouts.append()
  const { columns } = optionPayouts
  const most = bound > MAX_UINT256 ? MAX_UINT256 : bound
  const all = paid > MAX_UINT256 ? MAX_UINT256 : paid
  columns.optionMarket.set(at, row + 1)
  columns.optionPosition.set(at, (position ?? -1) + 1)
  columns.kind.set(at, kind)
  columns.account.set(at, account)
  columns.paidE18.set(at, all)
  columns.boundE18.set(at, most)
  columns.paid.set(at, float(all))
  columns.bound.set(at, float(most))
  columns.insolventE18.set(at, insolvent)
}

/** What a unit is worth at a price, for its holder. */
const intrinsic = (isPut: boolean, strike: bigint, price: bigint): bigint => {
  const gain = isPut ? strike - price : price - strike
  return gain > 0n ? gain : 0n
}

/** A buyer gets at most the intrinsic value; a seller gets back at most the collateral. */
export function settlementPayout(
  world: World,
  row: number,
  position: number,
  { paid, insolvent }: { readonly paid: bigint; readonly insolvent: bigint },
): void {
  const { type, amountE18, collateralE18, strike, owner } = world.optionPositions.at(position)
  if (strike === 0) return
  const terms = world.strikes.at(strike - 1)
  const price = world.boards.columns.settlementPriceE18.get(terms.board - 1)
  const bound = isShortOption(type) ? collateralE18 : mulDivDown(intrinsic(isPutOption(type), terms.strikePriceE18, price), amountE18, WAD)
  append(world, row, { position, kind: PAYOUT.settled, account: owner, paid, bound, insolvent })
}

/** All parts of a liquidation come out of the position's collateral. */
export function liquidationPayout(world: World, row: number, position: number, { direction, seized, insolvent }: Trade): void {
  if (direction !== OPTION_TRADE.liquidate) return
  const { collateralE18, owner } = world.optionPositions.at(position)
  append(world, row, { position, kind: PAYOUT.liquidated, account: owner, paid: seized, bound: collateralE18, insolvent })
}

/** Whoever sells back a call gets at most what the base is worth, a put at most its strike, each unit. */
export function closePayout(world: World, row: number, strike: number, position: number, trade: Trade): void {
  const { type, direction, amount, spot, totalCost, after } = trade
  if (direction !== OPTION_TRADE.close || isShortOption(type) || !after) return
  const unit = isPutOption(type) ? world.strikes.columns.strikePriceE18.get(strike) : spot
  const account = addressWord(trade.trader)
  append(world, row, { position, kind: PAYOUT.closed, account, paid: totalCost, bound: mulDivDown(unit, amount, WAD) })
}

/** What a settlement sets aside for buyers is what their options are worth at its price. */
export function boardPayout(world: World, row: number, board: number, reserved: bigint): void {
  const { columns } = world.strikes
  const price = world.boards.columns.settlementPriceE18.get(board)
  let bound = 0n
  for (let strike = 0; strike < world.strikes.count; strike++) {
    if (columns.board.get(strike) !== board + 1) continue
    const at = columns.strikePriceE18.get(strike)
    bound += mulDivDown(intrinsic(false, at, price), columns.longCallE18.get(strike), WAD)
    bound += mulDivDown(intrinsic(true, at, price), columns.longPutE18.get(strike), WAD)
  }
  append(world, row, { kind: PAYOUT.board, account: 0n, paid: reserved, bound })
}

/** What holders are sent is in the reserve. */
export function reservePayout(world: World, row: number, account: Hex, amount: bigint): void {
  const bound = world.optionMarkets.columns.outstandingE18.get(row)
  append(world, row, { kind: PAYOUT.fromReserve, account: addressWord(account), paid: amount, bound })
}
