// A market's events in the order of the block's logs, into the tables.
import type { Hex, Log } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { World } from '../../state/world.ts'
import {
  decodeCacheLog,
  decodeCollateralLog,
  decodeExchangeLog,
  decodeMarketLog,
  decodePoolLog,
  decodeTokenLog,
  type LyraEvent,
} from './decode.ts'
import { findBoard, findPosition, findStrike } from './keys.ts'
import type { Parts } from './parts.ts'
import { boardPayout, closePayout, liquidationPayout, reservePayout, settlementPayout } from './payouts.ts'
import { appendTrade, applyTrade } from './trades.ts'
import {
  float,
  NO_BOARD_CACHE,
  NO_STRIKE_CACHE,
  writeBoard,
  writeBoardCache,
  writeIv,
  writePosition,
  writeSkew,
  writeStrike,
  writeStrikeCache,
} from './write.ts'

export interface Place {
  readonly market: Hex
  readonly row: number
  readonly timeS: number
}

export function applyEvents(world: World, place: Place, parts: Parts, logs: readonly Log[]): void {
  const decoders = [
    [place.market, decodeMarketLog],
    [parts.liquidityPool, decodePoolLog],
    [parts.greekCache, decodeCacheLog],
    [parts.optionToken, decodeTokenLog],
    [parts.shortCollateral, decodeCollateralLog],
    [parts.exchange, decodeExchangeLog],
  ] as const
  const all: { readonly log: Log; readonly decode: (log: Log) => LyraEvent | undefined }[] = []
  for (const [address, decode] of decoders) for (const log of logsOf(logs, address)) all.push({ log, decode })
  all.sort((a, b) => a.log.logIndex - b.log.logIndex)
  for (const { log, decode } of all) {
    const event = decode(log)
    if (event) applyEvent(world, place, event)
  }
}

function applyEvent(world: World, place: Place, event: LyraEvent): void {
  const { market, row, timeS } = place
  switch (event.kind) {
    case 'boardCreated': {
      const { boardId: id, expiryS, iv, frozen } = event
      if (findBoard(world, market, id) === undefined) writeBoard(world, market, row, { id, expiryS, iv, frozen })
      return
    }
    case 'boardFrozen':
      onBoard(world, market, event.boardId, (board) => world.boards.columns.frozen.set(board, event.frozen ? 1 : 0))
      return
    case 'boardIv':
      onBoard(world, market, event.boardId, (board) => writeIv(world, board, event.iv))
      return
    case 'boardSettled':
      onBoard(world, market, event.boardId, (board) => {
        const { columns } = world.boards
        columns.settled.set(board, 1)
        columns.settledAtS.set(board, timeS)
        columns.settlementPriceE18.set(board, event.price)
        columns.settlementPrice.set(board, float(event.price))
        columns.longProfitE18.set(board, event.longProfit)
        boardPayout(world, row, board, event.longProfit)
      })
      return
    case 'strikeAdded':
      onBoard(world, market, event.boardId, (board) => {
        const { strikeId: id, price, skew } = event
        if (findStrike(world, market, id) === undefined) writeStrike(world, market, board, { id, price, skew })
      })
      return
    case 'strikeSkew':
      onStrike(world, market, event.strikeId, (strike) => writeSkew(world, strike, event.skew))
      return
    case 'trade':
      onStrike(world, market, event.strikeId, (strike) => {
        const position = findPosition(world, market, event.positionId)
        applyTrade(world, strike, event, timeS)
        appendTrade(world, row, strike, position, event, timeS)
        if (position === undefined) return
        liquidationPayout(world, row, position, event)
        closePayout(world, row, strike, position, event)
      })
      return
    case 'reserved':
      world.optionMarkets.columns.insolventSettlementsE18.set(row, event.insolvent)
      world.optionMarkets.columns.outstandingE18.set(row, event.outstanding)
      return
    case 'sent':
      reservePayout(world, row, event.account, event.amount)
      world.optionMarkets.columns.outstandingE18.set(row, event.outstanding)
      return
    case 'insolvent':
      world.optionMarkets.columns.insolventSettlementsE18.set(row, event.total)
      return
    case 'strikeCache':
      onStrike(world, market, event.cache.strikeId, (strike) => writeStrikeCache(world, strike, event.cache))
      return
    case 'boardCache':
      onBoard(world, market, event.cache.boardId, (board) => writeBoardCache(world, board, event.cache))
      return
    case 'boardCacheRemoved':
      onBoard(world, market, event.boardId, (board) => {
        writeBoardCache(world, board, NO_BOARD_CACHE)
        for (let strike = 0; strike < world.strikes.count; strike++)
          if (world.strikes.columns.board.get(strike) === board + 1) writeStrikeCache(world, strike, NO_STRIKE_CACHE)
      })
      return
    case 'position':
      writePosition(world, market, row, event.owner, event.position, timeS)
      return
    case 'transfer': {
      const position = findPosition(world, market, event.positionId)
      if (position !== undefined) world.optionPositions.columns.owner.set(position, addressWord(event.to))
      return
    }
    case 'positionSettled': {
      const position = findPosition(world, market, event.positionId)
      if (position !== undefined) settlementPayout(world, row, position, event)
      return
    }
    case 'marketPaused':
      if (event.market === addressWord(market)) world.optionMarkets.columns.marketPaused.set(row, event.paused ? 1 : 0)
      return
    case 'globalPaused':
      world.optionMarkets.columns.globalPaused.set(row, event.paused ? 1 : 0)
      return
    default:
      event satisfies never
  }
}

function onBoard(world: World, market: Hex, id: number, write: (board: number) => void): void {
  const board = findBoard(world, market, id)
  if (board !== undefined) write(board)
}

function onStrike(world: World, market: Hex, id: number, write: (strike: number) => void): void {
  const strike = findStrike(world, market, id)
  if (strike !== undefined) write(strike)
}
