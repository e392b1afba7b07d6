// How a block changes an option market: first sight, or its events and then what was read as the block ended.
import type { BlockInput, Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import { OPTION, OPTION_TRADE } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { call } from './abi.ts'
import { applyEvents } from './events.ts'
import { summarize, writeExpiries, writeFeed, writeFigures, writeParameters } from './figures.ts'
import { firstSight } from './first.ts'
import { findPosition, rowsOf } from './keys.ts'
import { partsOf } from './parts.ts'
import { isBad, shortsOf } from './shorts.ts'
import { float } from './write.ts'

/** In lower case. */
export interface MarketSpec {
  readonly market: Hex
  readonly feed?: Hex
}

export function applyMarket(world: World, { market, feed }: MarketSpec, block: BlockInput, answers: Answers): void {
  const known = world.optionMarkets.find(market)
  const row = known ?? firstSight(world, market, block, answers)
  if (row === undefined) return // not there yet, or nothing that we know: asked again in the next block
  const { timeS } = block
  const parts = partsOf(world, row)
  const spot = wordAt(answers.get(call.spot(parts.exchange, market)), 0)
  const feedRow = feed === undefined ? undefined : world.feeds.find(feed)
  const feedNow = feedRow === undefined ? 0 : world.feeds.columns.price.get(feedRow)
  if (known !== undefined) writeExpiries(world, row, timeS, spot === undefined ? 0 : float(spot), feedNow)
  writeFeed(world, row, feed)
  writeParameters(world, row, parts, answers)
  if (known !== undefined) applyEvents(world, { market, row, timeS }, parts, block.logs)
  writeLatePrices(world, market, row, answers)
  writeFigures(world, market, row, parts, timeS, answers)
  summarize(world, row)
  if (spot !== undefined) writeStatuses(world, market, row, spot, timeS, answers)
  writeStrikeViews(world, row)
}

/** Of boards that were settled before we came. */
function writeLatePrices(world: World, market: Hex, row: number, answers: Answers): void {
  const { columns } = world.boards
  for (const board of rowsOf(world.boards, row)) {
    if (columns.settled.get(board) === 0 || columns.settlementPriceE18.get(board) !== 0n) continue
    const price = wordAt(answers.get(call.priceAtExpiry(market, BigInt(columns.boardId.get(board)))), 0)
    if (price === undefined) continue
    columns.settlementPriceE18.set(board, price)
    columns.settlementPrice.set(board, float(price))
  }
}

/** Which sold options may be liquidated, by the contract's word, and what that comes to. */
function writeStatuses(world: World, market: Hex, row: number, spotE18: bigint, timeS: number, answers: Answers): void {
  const { columns } = world.optionPositions
  const status = new Map<number, number>()
  let [liquidatableUsd, badUsd] = [0, 0]
  for (const { position, strike, need, question } of shortsOf(world, market, row, partsOf(world, row), spotE18, timeS)) {
    const at = findPosition(world, market, position.id)
    if (at === undefined) continue
    const isUnder = question !== undefined && wordAt(answers.get(question), 0) === 1n
    const isBadDebt = isUnder && isBad(world, strike, position, spotE18)
    status.set(at, isBadDebt ? 2 : isUnder ? 1 : 0)
    if (columns.minCollateral.get(at) !== need) columns.minCollateral.set(at, need)
    const { callPrice, putPrice } = world.strikes.columns
    const owed = float(position.amount) * (position.type === OPTION.shortPut ? putPrice : callPrice).get(strike)
    const has = float(position.collateral) * (position.type === OPTION.shortCallBase ? float(spotE18) : 1)
    if (isBadDebt) badUsd += owed - has
    else if (isUnder) liquidatableUsd += owed
  }
  for (const at of rowsOf(world.optionPositions, row)) {
    const now = status.get(at) ?? 0
    if (columns.status.get(at) !== now) columns.status.set(at, now)
  }
  const venue = world.optionMarkets.columns.venue.get(row) - 1
  const missed = world.venues.columns.unattendedBlocks
  const attended = Array.from({ length: world.optionTrades.count }, (_, n) => world.optionTrades.at(n)).some(
    ({ optionMarket, direction }) => optionMarket === row + 1 && direction === OPTION_TRADE.liquidate,
  )
  missed.set(venue, liquidatableUsd > 0 && !attended ? missed.get(venue) + 1 : 0)
  world.venues.columns.liquidatableUsd.set(venue, liquidatableUsd)
  world.venues.columns.badDebtUsd.set(venue, badUsd)
}

/** What a strike's row says of its market, for who looks at strikes alone. */
function writeStrikeViews(world: World, row: number): void {
  const { columns } = world.strikes
  const { rate } = world.optionMarkets.columns
  for (const strike of rowsOf(world.strikes, row)) {
    if (columns.rate.get(strike) !== rate.get(row)) columns.rate.set(strike, rate.get(row))
  }
}
