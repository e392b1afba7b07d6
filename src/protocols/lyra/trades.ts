// A trade: what it does to its strike and board, and its row.
import { addressWord } from '../../core/words.ts'
import { isPutOption, isShortOption, OPTION_TRADE } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import type { Trade } from './decode.ts'
import { exposureOf, float, writeIv, writeSkew } from './write.ts'

export function applyTrade(world: World, strike: number, trade: Trade, timeS: number): void {
  const { after, type, amount, direction } = trade
  if (!after) return // collateral only
  const exposure = exposureOf(world, type)
  const held = exposure?.get(strike) ?? 0n
  const left = direction === OPTION_TRADE.open ? held + amount : held - amount
  if (left >= 0n && left >> 256n === 0n) exposure?.set(strike, left)
  writeIv(world, world.strikes.columns.board.get(strike) - 1, after.iv)
  writeSkew(world, strike, after.skew)
  if (!trade.forced && amount > 0n) writeTraded(world, strike, trade, timeS)
}

/** What a unit cost at last: both sides of a strike must agree with each other, whatever the volatility. Forced ones pay a penalty. */
function writeTraded(world: World, strike: number, { type, amount, premium, fees, spot }: Trade, timeS: number): void {
  const { columns } = world.strikes
  const [price, fee] = [float(premium) / float(amount), float(fees) / float(amount)]
  if (isPutOption(type)) {
    columns.tradedPut.set(strike, price)
    columns.tradedPutSpot.set(strike, float(spot))
    columns.tradedPutFee.set(strike, fee)
    columns.tradedPutAtS.set(strike, timeS)
  } else {
    columns.tradedCall.set(strike, price)
    columns.tradedCallSpot.set(strike, float(spot))
    columns.tradedCallFee.set(strike, fee)
    columns.tradedCallAtS.set(strike, timeS)
  }
}

export const buysFromPool = ({ type, direction }: Pick<Trade, 'type' | 'direction'>): boolean =>
  direction === OPTION_TRADE.open ? !isShortOption(type) : isShortOption(type)

export function appendTrade(world: World, row: number, strike: number, position: number | undefined, trade: Trade, timeS: number): void {
  const { optionTrades, strikes, optionMarkets } = world
  const { columns } = optionTrades
  const market = optionMarkets.columns
  const at = optionTrades.append()
  columns.optionMarket.set(at, row + 1)
  columns.board.set(at, strikes.columns.board.get(strike))
  columns.strike.set(at, strike + 1)
  columns.optionPosition.set(at, (position ?? -1) + 1)
  columns.trader.set(at, addressWord(trade.trader))
  columns.type.set(at, trade.type)
  columns.direction.set(at, trade.direction)
  columns.forced.set(at, trade.forced ? 1 : 0)
  columns.buys.set(at, buysFromPool(trade) ? 1 : 0)
  columns.amountE18.set(at, trade.amount)
  columns.amount.set(at, float(trade.amount))
  columns.strikePrice.set(at, strikes.columns.strikePrice.get(strike))
  columns.toExpiryS.set(at, strikes.columns.expiryS.get(strike) - timeS)
  columns.spot.set(at, float(trade.spot))
  columns.vol.set(at, float(trade.after?.vol ?? 0n))
  columns.iv.set(at, float(trade.after?.iv ?? 0n))
  columns.skew.set(at, float(trade.after?.skew ?? 0n))
  columns.premiumE18.set(at, trade.premium)
  columns.feesE18.set(at, trade.fees)
  columns.premium.set(at, float(trade.premium))
  columns.fees.set(at, float(trade.fees))
  columns.totalCostE18.set(at, trade.totalCost)
  columns.rate.set(at, market.rate.get(row))
  columns.nav.set(at, market.nav.get(row))
  columns.feedPrice.set(at, market.feedPrice.get(row))
  columns.feedAgeS.set(at, market.feedPrice.get(row) > 0 ? timeS - market.feedUpdatedAtS.get(row) : 0)
  columns.insolventE18.set(at, trade.insolvent)
  if (trade.insolvent > 0n) {
    const sum = market.insolventLiquidationsE18.get(row) + trade.insolvent
    if (sum >> 256n === 0n) market.insolventLiquidationsE18.set(row, sum)
  }
}
