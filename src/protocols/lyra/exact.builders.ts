// What a market's own views say, beside what the tables say: the same shape from both sides, so that a test may compare them whole.
import type { LyraLab } from '../../../test/support/lyra-lab.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { findBoard, findStrike } from './keys.ts'

type Struct = Readonly<Record<string, bigint>>
type Greeks = { readonly netDelta: bigint; readonly netStdVega: bigint; readonly netOptionValue: bigint }

export interface Seen {
  readonly market: Struct
  readonly boards: readonly Struct[]
  readonly strikes: readonly Struct[]
  readonly positions: readonly Readonly<Record<string, bigint | string>>[]
}

export async function theirs(lab: LyraLab, boardIds: readonly number[]): Promise<Seen> {
  const market = lab.contracts.optionMarket.address
  const [spot, liquidity, price, cache, locked, hedged, target, outstanding, insolvent, liquidations, paused, allPaused] =
    await Promise.all([
      lab.read<bigint>('exchangeAdapter', 'getSpotPriceForMarket', market),
      lab.read<Struct>('liquidityPool', 'getCurrentLiquidity'),
      lab.read<readonly [bigint, boolean, bigint]>('liquidityPool', 'getTokenPriceWithCheck'),
      lab.read<Struct & { readonly netGreeks: Greeks }>('greekCache', 'getGlobalCache'),
      lab.read<readonly [bigint, bigint]>('liquidityPool', 'lockedCollateral'),
      lab.read<bigint>('hedger', 'getCurrentHedgedNetDelta'),
      lab.read<bigint>('hedger', 'getCappedExpectedHedge'),
      lab.read<bigint>('liquidityPool', 'totalOutstandingSettlements'),
      lab.read<bigint>('liquidityPool', 'insolventSettlementAmount'),
      lab.read<bigint>('liquidityPool', 'liquidationInsolventAmount'),
      lab.read<boolean>('exchangeAdapter', 'isMarketPaused', market),
      lab.read<boolean>('exchangeAdapter', 'isGlobalPaused'),
    ])
  const live = await lab.read<readonly bigint[]>('optionMarket', 'getLiveBoards')
  const boards: Struct[] = []
  const strikes: Struct[] = []
  for (const id of boardIds) {
    const [board, of, , settlement] = await lab.read<readonly [Struct & { frozen: boolean }, readonly Struct[], readonly bigint[], bigint]>(
      'optionMarket',
      'getBoardAndStrikeDetails',
      BigInt(id),
    )
    const cached = await lab.read<Struct & { netGreeks: Greeks }>('greekCache', 'getOptionBoardCache', BigInt(id))
    boards.push({
      id: BigInt(id),
      expiry: board['expiry'] ?? 0n,
      iv: board['iv'] ?? 0n,
      frozen: board.frozen ? 1n : 0n,
      settled: live.includes(BigInt(id)) ? 0n : 1n,
      settlement,
      ...pick(cached.netGreeks),
      cachedAt: cached['updatedAt'] ?? 0n,
    })
    for (const strike of of) {
      const { greeks } = await lab.read<{ greeks: Struct }>('greekCache', 'getStrikeCache', strike['id'])
      const { strikePrice, skew, longCall, longPut, shortCallBase, shortCallQuote, shortPut } = strike
      strikes.push({ id: strike['id'], strikePrice, skew, longCall, longPut, shortCallBase, shortCallQuote, shortPut, ...greeks } as Struct)
    }
  }
  return {
    market: {
      spot,
      ...liquidity,
      tokenPrice: price[0],
      stale: price[1] ? 1n : 0n,
      breakerUntil: price[2],
      ...pick(cache.netGreeks),
      lockedBase: locked[1],
      hedged,
      target,
      outstanding,
      insolvent,
      liquidations,
      paused: paused ? 1n : 0n,
      allPaused: allPaused ? 1n : 0n,
      liveBoards: BigInt(live.length),
    },
    boards,
    strikes,
    positions: await theirPositions(lab, new Set(live), spot),
  }
}

const pick = ({ netDelta, netStdVega, netOptionValue }: Greeks): Struct => ({ netDelta, netStdVega, netOptionValue })

interface TheirPosition {
  readonly positionId: bigint
  readonly strikeId: bigint
  readonly optionType: number
  readonly amount: bigint
  readonly collateral: bigint
  readonly state: number
  readonly owner: string
}

/** Active ones, with the contract's word on whether they may be liquidated. */
async function theirPositions(lab: LyraLab, live: ReadonlySet<bigint>, spot: bigint): Promise<Seen['positions']> {
  const next = await lab.read<bigint>('optionToken', 'nextId')
  const ids = Array.from({ length: Number(next) - 1 }, (_, n) => BigInt(n + 1))
  const all = await lab.read<readonly Omit<TheirPosition, 'owner'>[]>('optionToken', 'getOptionPositions', ids)
  const active = all.filter(({ state }) => state === 1)
  const terms = new Map<bigint, readonly [{ strikePrice: bigint }, { id: bigint; expiry: bigint }]>()
  for (const { strikeId } of active)
    if (!terms.has(strikeId)) terms.set(strikeId, await lab.read('optionMarket', 'getStrikeAndBoard', strikeId))
  return Promise.all(
    active.map(async (position) => {
      const [strike, board] = terms.get(position.strikeId) as readonly [{ strikePrice: bigint }, { id: bigint; expiry: bigint }]
      const [owner, under] = await Promise.all([
        lab.read<string>('optionToken', 'ownerOf', position.positionId),
        lab.read<boolean>('optionToken', 'canLiquidate', position, board.expiry, strike.strikePrice, spot),
      ])
      const { positionId, strikeId, optionType, amount, collateral } = position
      const isUnder = under && live.has(board.id)
      return {
        id: positionId,
        strike: strikeId,
        type: BigInt(optionType),
        amount,
        collateral,
        owner: owner.toLowerCase(),
        under: isUnder ? 1n : 0n,
      }
    }),
  )
}

export function ours(world: World, market: Hex, boardIds: readonly number[]): Seen {
  const row = world.optionMarkets.at(world.optionMarkets.find(market) as number)
  const boards = boardIds.map((id) => world.boards.at(findBoard(world, market, id) as number))
  const ofBoards = new Set(boards.map(({ row: board }) => board + 1))
  const greeks = (of: { readonly netDeltaE18: bigint; readonly netStdVegaE18: bigint; readonly netOptionValueE18: bigint }): Struct => ({
    netDelta: signed(of.netDeltaE18),
    netStdVega: signed(of.netStdVegaE18),
    netOptionValue: signed(of.netOptionValueE18),
  })
  const strikes: Struct[] = []
  for (const ofBoard of ofBoards)
    for (let n = 0; n < world.strikes.count; n++) {
      const at = world.strikes.at(n)
      if (at.board !== ofBoard) continue
      strikes.push({
        id: BigInt(at.strikeId),
        strikePrice: at.strikePriceE18,
        skew: at.skewE18,
        longCall: at.longCallE18,
        longPut: at.longPutE18,
        shortCallBase: at.shortCallBaseE18,
        shortCallQuote: at.shortCallQuoteE18,
        shortPut: at.shortPutE18,
        callDelta: signed(at.callDeltaE18),
        putDelta: signed(at.putDeltaE18),
        stdVega: at.stdVegaE18,
        callPrice: at.callPriceE18,
        putPrice: at.putPriceE18,
      })
    }
  const positions: Record<string, bigint | string>[] = []
  for (let n = 0; n < world.optionPositions.count; n++) {
    const at = world.optionPositions.at(n)
    if (at.state !== 1) continue
    const strike = world.strikes.columns.strikeId.get(at.strike - 1)
    if (findStrike(world, market, strike) === undefined) throw new Error(`position ${at.positionId} has no strike`)
    positions.push({
      id: BigInt(at.positionId),
      strike: BigInt(strike),
      type: BigInt(at.type),
      amount: at.amountE18,
      collateral: at.collateralE18,
      owner: addressOf(at.owner),
      under: at.status > 0 ? 1n : 0n,
    })
  }
  strikes.sort((a, b) => Number((a['id'] as bigint) - (b['id'] as bigint)))
  positions.sort((a, b) => Number((a['id'] as bigint) - (b['id'] as bigint)))
  return {
    market: {
      spot: row.spotE18,
      freeLiquidity: row.freeE18,
      burnableLiquidity: row.burnableE18,
      usedCollatLiquidity: row.usedCollateralE18,
      pendingDeltaLiquidity: row.pendingDeltaE18,
      usedDeltaLiquidity: row.usedDeltaE18,
      NAV: row.navE18,
      tokenPrice: row.tokenPriceE18,
      stale: BigInt(row.cacheStale),
      breakerUntil: BigInt(row.breakerUntilS),
      ...greeks(row),
      lockedBase: row.lockedBaseE18,
      hedged: signed(row.hedgedE18),
      target: signed(row.hedgeTargetE18),
      outstanding: row.outstandingE18,
      insolvent: row.insolventSettlementsE18,
      liquidations: row.insolventLiquidationsE18,
      paused: BigInt(row.marketPaused),
      allPaused: BigInt(row.globalPaused),
      liveBoards: BigInt(row.liveBoards),
    },
    boards: boards.map((board) => ({
      id: BigInt(board.boardId),
      expiry: BigInt(board.expiryS),
      iv: board.ivE18,
      frozen: BigInt(board.frozen),
      settled: BigInt(board.settled),
      settlement: board.settlementPriceE18,
      ...greeks(board),
      cachedAt: BigInt(board.cachedAtS),
    })),
    strikes,
    positions,
  }
}
