// How a pool that writes options is judged: all its boards are priced on one spot and paid from one pool, so what is wrong with spot is
// wrong with each of them. Its own markets are its boards that are not settled.
import type { ActionName } from '../core/flow.ts'
import type { Candidate, Risk } from './risk.ts'
import { isPutOption, isShortOption } from './tables.ts'
import type { World } from './world.ts'

/** Spot further than this from the independent feed is displaced: three times what two honest feeds may stand apart. */
const DISPLACED = 0.03
const ACTIVE = 1

export const optionsRisk: Risk = {
  marketsOf: (world, venue) =>
    Array.from({ length: world.boards.count }, (_, row) => row).filter(
      (board) => venueOf(world, board) === venue && world.boards.columns.settled.get(board) === 0,
    ),
  marketKey: (world, board) => world.boards.keyOf(board),
  // a board by its id; what is set for the market or for all of them: any of its boards stands for it
  marketNamed(world, venue, subject) {
    const [address, id] = [world.venues.keyOf(venue), BigInt(subject)]
    if (id === 0n || subject === address) return optionsRisk.marketsOf(world, venue)[0]
    return id < 2n ** 32n ? world.boards.find(`${address}:board-${id}`) : undefined
  },
  isPricedBy(world, board, feedKey) {
    const { feed } = marketOf(world, board)
    return feed > 0 && world.feeds.keyOf(feed - 1) === feedKey
  },
  isDisplaced: (world, board) => gapOf(world, board) > DISPLACED,
  isLoosened: () => false,
  givesAway: (world, board) => optionsRisk.isDisplaced(world, board),
  // who trades on a false spot gains the gap at most on each unit that the pool can lock, or that is open
  lossUsd(world, _venue, { suspects }, steps) {
    const has = (action: ActionName): boolean => steps.some((step) => step.action === action)
    if (has('pauseOptionMarket') || has('pauseAllOptions')) return 0
    const open = suspects.filter(
      (board) =>
        world.boards.columns.frozen.get(board) === 0 && !steps.some((step) => step.action === 'freezeBoard' && step.market === board),
    )
    const [first] = open
    if (first === undefined) return 0
    const { free, usedCollateral, nav, marketPaused, globalPaused } = marketOf(world, first)
    if (marketPaused === 1 || globalPaused === 1) return 0
    return Math.min(nav, gapOf(world, first) * (free + usedCollateral))
  },
  narrow(world, _venue, { suspects }) {
    const freeze = (id: string, on: readonly number[]): Candidate => ({ id: `freezeBoard(${id})`, action: 'freezeBoard', on })
    const open = suspects.filter((board) => world.boards.columns.frozen.get(board) === 0)
    const each = open.map((board) => freeze(String(world.boards.columns.boardId.get(board)), [board]))
    return open.length > 1 ? [...each, freeze('all', open)] : each
  },
  wide: (world, venue) => [{ id: 'pauseOptionMarket', action: 'pauseOptionMarket', on: optionsRisk.marketsOf(world, venue).slice(0, 1) }],
  disruptionUsdPerHour(world, board, effect, cost) {
    // a pause is of all boards, whichever it is named by
    const holders = effect.withdraws === 'no' ? holdersOf(world, undefined, marketRow(world, board)) : holdersOf(world, board)
    return (
      (effect.opensPosition === 'no' ? holders * cost.borrows : 0) +
      (effect.supplies === 'no' ? holders * cost.supplies : 0) +
      (effect.repays === 'no' ? holders * cost.repays : 0) +
      (effect.withdraws === 'no' ? holders * cost.withdraws : 0)
    )
  },
  liquidatedUsd(world, board) {
    let owedUsd = 0
    for (let row = 0; row < world.optionPositions.count; row++) {
      const { state, strike, type, amountE18 } = world.optionPositions.at(row)
      if (state !== ACTIVE || strike === 0 || !isShortOption(type)) continue
      const { board: of, callPrice, putPrice } = world.strikes.at(strike - 1)
      if (of === board + 1) owedUsd += (Number(amountE18) / 1e18) * (isPutOption(type) ? putPrice : callPrice)
    }
    return owedUsd
  },
}

const marketRow = (world: World, board: number): number => world.boards.columns.optionMarket.get(board) - 1
const marketOf = (world: World, board: number) => world.optionMarkets.at(marketRow(world, board))
const venueOf = (world: World, board: number): number => world.optionMarkets.columns.venue.get(marketRow(world, board)) - 1

/** Share by which spot stands off the independent feed; 0 without one. */
function gapOf(world: World, board: number): number {
  const { spot, feedPrice } = marketOf(world, board)
  return spot > 0 && feedPrice > 0 ? Math.abs(spot / feedPrice - 1) : 0
}

/** Distinct owners of open positions, of one board or of a whole market. */
function holdersOf(world: World, board: number | undefined, market = -1): number {
  const owners = new Set<bigint>()
  for (let row = 0; row < world.optionPositions.count; row++) {
    const { state, strike, optionMarket, owner } = world.optionPositions.at(row)
    if (state !== ACTIVE || strike === 0) continue
    const isOn = board === undefined ? optionMarket === market + 1 : world.strikes.columns.board.get(strike - 1) === board + 1
    if (isOn) owners.add(owner)
  }
  return owners.size
}
