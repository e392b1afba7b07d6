// The views that a block makes us ask. At first sight all there is, in four rounds; later what no event says: spot, the pool's liquidity,
// net greeks, the hedge, and whether positions near their least collateral may be liquidated.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { arrayOf, wordAt } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { call, PARAMETER_TOPICS } from './abi.ts'
import { decodeTokenLog } from './decode.ts'
import { rowsOf } from './keys.ts'
import { isAvalon, type Parts, partCalls, partsFrom, partsOf } from './parts.ts'
import { shortsOf } from './shorts.ts'
import { boardAndStrikesOf, type Position, positionsOf } from './structs.ts'

interface Now {
  readonly timeS: number
  readonly logs: readonly Log[]
}

/** More positions than this are not read at first sight: the newest are. */
const MOST_POSITIONS = 50_000n
const POSITIONS_A_CALL = 100

export function marketReads(world: World, market: Hex, { timeS, logs }: Now, answers: Answers): readonly Call[] {
  const row = world.optionMarkets.find(market)
  if (row === undefined) return firstReads(market, answers)
  const parts = partsOf(world, row)
  const wanted = [...figureCalls(market, parts, hedgerOf(world, row, parts, answers)), ...lateCalls(world, market, row)]
  if (hasParameterLog(parts, logs)) wanted.push(...parameterCalls(parts))
  const spot = wordAt(answers.get(call.spot(parts.exchange, market)), 0)
  if (spot !== undefined)
    for (const { question } of shortsOf(world, market, row, parts, spot, timeS, changedPositions(parts, logs)))
      if (question) wanted.push(question)
  return wanted
}

/** What is asked in every block. */
function figureCalls(market: Hex, { exchange, liquidityPool, greekCache }: Parts, hedger: Hex | undefined): Call[] {
  return [
    call.spot(exchange, market),
    call.liquidity(liquidityPool),
    call.tokenPrice(liquidityPool),
    call.lockedCollateral(liquidityPool),
    call.globalCache(greekCache),
    ...(hedger === undefined ? [] : [call.hedged(hedger), call.hedgeTarget(hedger)]),
  ]
}

const parameterCalls = ({ liquidityPool, greekCache }: Parts): readonly Call[] => [
  call.poolParameters(liquidityPool),
  call.hedger(liquidityPool),
  call.cacheParameters(greekCache),
  call.collateralParameters(greekCache),
]

export const hasParameterLog = ({ liquidityPool, greekCache }: Parts, logs: readonly Log[]): boolean =>
  [liquidityPool, greekCache].some((of) =>
    logsOf(logs, of).some(({ topics: [topic] }) => topic !== undefined && PARAMETER_TOPICS.has(topic)),
  )

/** The one just read, if it was; undefined: the pool has none. */
export function hedgerOf(world: World, row: number, { liquidityPool }: Parts, answers: Answers): Hex | undefined {
  return hedgerFrom(liquidityPool, answers) ?? addressUnlessZero(world.optionMarkets.columns.hedger.get(row))
}
export const hedgerFrom = (liquidityPool: Hex, answers: Answers): Hex | undefined =>
  addressUnlessZero(wordAt(answers.get(call.hedger(liquidityPool)), 0) ?? 0n)
const addressUnlessZero = (word: bigint): Hex | undefined =>
  word === 0n || word >> 160n !== 0n ? undefined : `0x${word.toString(16).padStart(40, '0')}`

/** Boards that were settled before we came, and strikes that are known by a position only. */
function lateCalls(world: World, market: Hex, row: number): readonly Call[] {
  const { boards } = world
  const late: Call[] = []
  for (const board of rowsOf(boards, row))
    if (boards.columns.settled.get(board) === 1 && boards.columns.settlementPriceE18.get(board) === 0n)
      late.push(call.priceAtExpiry(market, BigInt(boards.columns.boardId.get(board))))
  return late
}

/** As this block's logs leave them. */
export function changedPositions({ optionToken }: Parts, logs: readonly Log[]): ReadonlyMap<number, Position> {
  const changed = new Map<number, Position>()
  for (const log of logsOf(logs, optionToken)) {
    const event = decodeTokenLog(log)
    if (event?.kind === 'position') changed.set(event.position.id, event.position)
  }
  return changed
}

function firstReads(market: Hex, answers: Answers): readonly Call[] {
  const parts = partsFrom(market, answers)
  if (!parts) return partCalls(market)
  const { exchange, liquidityPool, greekCache, optionToken } = parts
  const wanted = [
    ...figureCalls(market, parts, hedgerFrom(liquidityPool, answers)),
    ...parameterCalls(parts),
    call.liveBoards(market),
    call.isMarketPaused(exchange, market),
    call.isGlobalPaused(exchange),
    call.outstanding(liquidityPool),
    call.insolventSettlements(liquidityPool),
    call.insolventLiquidations(liquidityPool),
    call.nextPosition(optionToken),
  ]
  if (!isAvalon(parts, answers)) return wanted
  for (const board of liveBoards(market, answers)) wanted.push(call.board(market, board), call.boardCache(greekCache, board))
  const known = new Set<number>()
  for (const board of liveBoards(market, answers))
    for (const strike of boardAndStrikesOf(answers.get(call.board(market, board)))?.strikes ?? []) {
      known.add(strike.id)
      wanted.push(call.strikeCache(greekCache, BigInt(strike.id)))
    }
  wanted.push(...positionCalls(optionToken, answers))
  for (const { id, strikeId } of activePositions(optionToken, answers)) {
    wanted.push(call.ownerOf(optionToken, BigInt(id)))
    if (!known.has(strikeId)) wanted.push(call.strikeAndBoard(market, BigInt(strikeId)))
  }
  return wanted
}

export const liveBoards = (market: Hex, answers: Answers): readonly bigint[] => arrayOf(answers.get(call.liveBoards(market))) ?? []

function positionCalls(optionToken: Hex, answers: Answers): readonly Call[] {
  const next = wordAt(answers.get(call.nextPosition(optionToken)), 0) ?? 1n
  if (next >= 2n ** 32n) return []
  const ids: bigint[] = []
  for (let id = next > MOST_POSITIONS ? next - MOST_POSITIONS : 1n; id < next; id++) ids.push(id)
  return Array.from({ length: Math.ceil(ids.length / POSITIONS_A_CALL) }, (_, n) =>
    call.positions(optionToken, ids.slice(n * POSITIONS_A_CALL, (n + 1) * POSITIONS_A_CALL)),
  )
}

export const activePositions = (optionToken: Hex, answers: Answers): readonly Position[] =>
  positionCalls(optionToken, answers)
    .flatMap((one) => positionsOf(answers.get(one)))
    .filter(({ state }) => state === 1)
