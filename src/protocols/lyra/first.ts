// A market seen for the first time: its parts, boards, strikes and active positions as the block leaves them.
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressOf, addressWord, wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { call } from './abi.ts'
import { isAvalon, type Parts, partsFrom } from './parts.ts'
import { activePositions, liveBoards } from './reads.ts'
import { boardAndStrikesOf, boardCacheOf, strikeAndBoardOf, strikeCacheOf } from './structs.ts'
import { writeBoard, writeBoardCache, writeExposure, writePosition, writeStrike, writeStrikeCache } from './write.ts'

/** What venues call this release. */
const REVISION_AVALON = 1

/** The market's new row; undefined: nothing there that we know. */
export function firstSight(world: World, market: Hex, block: BlockInput, answers: Answers): number | undefined {
  const parts = partsFrom(market, answers)
  if (!parts || !isAvalon(parts, answers) || wordAt(answers.get(call.spot(parts.exchange, market)), 0) === undefined) return undefined
  const row = writeMarket(world, market, parts, answers)
  for (const id of liveBoards(market, answers)) writeLiveBoard(world, market, row, id, parts, answers)
  for (const position of activePositions(parts.optionToken, answers)) {
    const owner = wordAt(answers.get(call.ownerOf(parts.optionToken, BigInt(position.id))), 0)
    const late = strikeAndBoardOf(answers.get(call.strikeAndBoard(market, BigInt(position.strikeId))))
    if (late) {
      // not among the live boards: settled before we came; its price is asked for in the next block
      const board = writeBoard(world, market, row, late.board)
      world.boards.columns.settled.set(board, 1)
      writeExposure(world, writeStrike(world, market, board, late.strike), late.strike)
    }
    if (owner !== undefined) writePosition(world, market, row, addressOf(owner), position, block.timeS)
  }
  return row
}

function writeMarket(world: World, market: Hex, parts: Parts, answers: Answers): number {
  const venue = world.venues.rowOf(market)
  world.venues.columns.chainId.set(venue, world.chainId)
  world.venues.columns.pool.set(venue, addressWord(market))
  world.venues.columns.revision.set(venue, REVISION_AVALON)
  world.venues.columns.oracle.set(venue, addressWord(parts.exchange))
  const row = world.optionMarkets.rowOf(market)
  const { columns } = world.optionMarkets
  columns.venue.set(row, venue + 1)
  columns.market.set(row, addressWord(market))
  for (const [part, address] of Object.entries(parts) as [keyof Parts, Hex][]) columns[part].set(row, addressWord(address))
  const word = (one: ReturnType<typeof call.spot>): bigint => wordAt(answers.get(one), 0) ?? 0n
  columns.marketPaused.set(row, word(call.isMarketPaused(parts.exchange, market)) === 1n ? 1 : 0)
  columns.globalPaused.set(row, word(call.isGlobalPaused(parts.exchange)) === 1n ? 1 : 0)
  columns.outstandingE18.set(row, word(call.outstanding(parts.liquidityPool)))
  columns.insolventSettlementsE18.set(row, word(call.insolventSettlements(parts.liquidityPool)))
  columns.insolventLiquidationsE18.set(row, word(call.insolventLiquidations(parts.liquidityPool)))
  return row
}

function writeLiveBoard(world: World, market: Hex, row: number, id: bigint, { greekCache }: Parts, answers: Answers): void {
  const said = boardAndStrikesOf(answers.get(call.board(market, id)))
  if (!said) return
  const board = writeBoard(world, market, row, said.board)
  for (const of of said.strikes) {
    const strike = writeStrike(world, market, board, of)
    writeExposure(world, strike, of)
    const cache = strikeCacheOf(answers.get(call.strikeCache(greekCache, BigInt(of.id))))
    if (cache) writeStrikeCache(world, strike, cache)
  }
  const cache = boardCacheOf(answers.get(call.boardCache(greekCache, id)))
  if (cache) writeBoardCache(world, board, cache)
}
