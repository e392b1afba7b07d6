// Rows of an option market for detectors' tests: sane defaults, written directly.
import { OPTION, PAYOUT } from '../../src/state/tables.ts'
import type { World } from '../../src/state/world.ts'
import { POOL, put, START_S, type Values, venue } from '../builders.ts'

export const OPTION_MARKET = POOL
export const boardId = `${POOL}:board-1`
export const strikeId = `${POOL}:strike-1`
export const DAY_S = 86_400

/** A market of a million, a fifth of it used, hedged but for one base at 2,000. */
export const optionMarket = (world: World, values: Values<World['optionMarkets']['table']['schema']> = {}): number =>
  put(world.optionMarkets, POOL, {
    venue: venue(world) + 1,
    market: BigInt(POOL),
    spot: 2_000,
    nav: 1_000_000,
    free: 800_000,
    usedCollateral: 150_000,
    pendingDelta: 20_000,
    usedDelta: 30_000,
    unhedged: 1,
    netStdVega: 100,
    highestIv: 0.8,
    freeShareLimit: 0.01,
    liveBoards: 1,
    rate: 0.05,
    updatedAtS: START_S,
    ...values,
  })

export const board = (world: World, values: Values<World['boards']['table']['schema']> = {}): number =>
  put(world.boards, boardId, {
    optionMarket: optionMarket(world) + 1,
    boardId: 1,
    expiryS: START_S + 7 * DAY_S,
    iv: 0.8,
    ...values,
  })

export const strike = (world: World, values: Values<World['strikes']['table']['schema']> = {}): number =>
  put(world.strikes, strikeId, {
    optionMarket: 1,
    board: board(world) + 1,
    strikeId: 1,
    strikePrice: 2_000,
    expiryS: START_S + 7 * DAY_S,
    rate: 0,
    ...values,
  })

/** A bought call of a week at the money, priced on 2,000. */
export const trade = (world: World, values: Values<World['optionTrades']['table']['schema']> = {}): number =>
  put(world.optionTrades, undefined, {
    optionMarket: 1,
    board: board(world) + 1,
    strike: strike(world) + 1,
    trader: 7n,
    type: OPTION.longCall,
    buys: 1,
    amount: 10,
    strikePrice: 2_000,
    toExpiryS: 7 * DAY_S,
    spot: 2_000,
    vol: 0.8,
    iv: 0.8,
    skew: 1,
    rate: 0,
    nav: 1_000_000,
    feedPrice: 2_000,
    ...values,
  })

export const payout = (
  world: World,
  paidE18: bigint,
  boundE18: bigint,
  values: Values<World['optionPayouts']['table']['schema']> = {},
): number =>
  put(world.optionPayouts, undefined, {
    optionMarket: optionMarket(world) + 1,
    kind: PAYOUT.settled,
    account: 7n,
    paidE18,
    boundE18,
    paid: Number(paidE18) / 1e18,
    bound: Number(boundE18) / 1e18,
    ...values,
  })
