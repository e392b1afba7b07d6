// Lyra's tables compared with the contracts' own views after each block of a random life, from a kept seed, through expiry; undo; a late start.
import { type Address, parseEther, toFunctionSelector } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Draws } from '../../../test/support/draws.ts'
import { applyTo, Fold } from '../../../test/support/fold.ts'
import { LyraLab, type LyraSend } from '../../../test/support/lyra-lab.ts'
import { blackScholes, SECONDS_PER_YEAR } from '../../core/black-scholes.ts'
import type { BlockInput, Hex } from '../../core/flow.ts'
import { isShortOption } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { needed, needOf, rulesOf } from './collateral.ts'
import { ours, theirs } from './exact.builders.ts'
import { lyra } from './index.ts'
import { findBoard } from './keys.ts'

const SEED = 20_260_724
const BLOCKS = 80
const CHAIN_ID = 31337
let lab: LyraLab
let market: Hex
beforeAll(async () => {
  lab = await LyraLab.start()
  market = lab.contracts.optionMarket.address.toLowerCase() as Hex
})
afterAll(() => lab?.stop())

const TRANSFER = toFunctionSelector('transferFrom(address,address,uint256)')
let whole: Fold
const foldOf = (world: World): Fold => new Fold(lab.anvil.rpc, world, [lyra({ chainId: CHAIN_ID, market })])
const counts = { trades: 0, payouts: 0, liquidations: 0, under: 0, settled: 0, hedged: 0, frozen: 0, broken: 0, handed: 0 }

test('80 blocks of trades, moves, liquidations and settlements: the tables say what the contracts say', { timeout: 120_000 }, async () => {
  const draws = new Draws(SEED)
  const world = createWorld(CHAIN_ID)
  const fold = foldOf(world)
  whole = fold
  const boardIds = lab.lyra.boards.map(({ id }) => id)
  await fold.feed((await lab.mine([])).number)
  expect(ours(world, market, boardIds)).toEqual(await theirs(lab, boardIds))
  const life = new Life(draws, world)
  for (let step = 0; step < BLOCKS + 6; step++) {
    const { sends, afterS } = step < BLOCKS ? life.next() : life.end()
    const { number, ok } = await lab.mine(sends, afterS)
    counts.handed += sends.filter(({ data }, n) => ok[n] && data.startsWith(TRANSFER)).length
    await fold.feed(number)
    expect(ours(world, market, boardIds), `block ${step}`).toEqual(await theirs(lab, boardIds))
    counts.trades += world.optionTrades.count
    const now = world.optionMarkets.at(0)
    counts.hedged += now.hedged === 0 ? 0 : 1
    counts.broken += now.breakerUntilS > lab.timeS ? 1 : 0
    counts.frozen += world.boards.at(0).frozen + world.boards.at(1).frozen > 0 ? 1 : 0
    for (let n = 0; n < world.optionPositions.count; n++) if (world.optionPositions.at(n).status > 0) counts.under += 1
    counts.payouts += world.optionPayouts.count
    for (let n = 0; n < world.optionTrades.count; n++) if (world.optionTrades.at(n).direction === 2) counts.liquidations += 1
    for (let n = 0; n < world.optionPayouts.count; n++) {
      const { paidE18, boundE18 } = world.optionPayouts.at(n)
      expect(paidE18 <= boundE18, `payout ${paidE18} of ${boundE18}`).toBe(true)
    }
  }
  counts.settled = boardIds.filter((id) => world.boards.at(id - 1).settled === 1).length
  expect(counts.trades, JSON.stringify(counts)).toBeGreaterThan(60)
  expect(counts.liquidations).toBeGreaterThan(2)
  expect(counts.under).toBeGreaterThan(counts.liquidations)
  expect(counts.payouts).toBeGreaterThan(20)
  expect(counts.settled).toBe(2)
  for (const [what, times] of Object.entries(counts)) expect(times, what).toBeGreaterThan(0)
})

test('our Black and Scholes and our least collateral are the contract’s, to a millionth', { timeout: 60_000 }, async () => {
  const fresh = await LyraLab.start()
  try {
    const at = fresh.contracts.optionMarket.address.toLowerCase() as Hex
    const world = createWorld(CHAIN_ID)
    await new Fold(fresh.anvil.rpc, world, [lyra({ chainId: CHAIN_ID, market: at })]).feed((await fresh.mine([])).number)
    // nobody has traded: the averages that the cache takes are the volatilities as they were set
    for (let n = 0; n < world.strikes.count; n++) {
      const { strikePrice, cachedSpot, cachedAtS, expiryS, rate, skew, callPrice, putPrice, callDeltaE18, board } = world.strikes.at(n)
      const vol = world.boards.at(board - 1).iv * skew
      const ours = blackScholes({ spot: cachedSpot, strike: strikePrice, vol, years: (expiryS - cachedAtS) / SECONDS_PER_YEAR, rate })
      expect(Math.abs(ours.call / callPrice - 1)).toBeLessThan(1e-6)
      expect(Math.abs(ours.put / putPrice - 1)).toBeLessThan(1e-6)
      expect(Math.abs(ours.delta - Number(callDeltaE18) / 1e18)).toBeLessThan(1e-6)
    }
    const draws = new Draws(SEED)
    const rules = rulesOf(world, 0)
    for (let n = 0; n < 60; n++) {
      const type = draws.integer(2, 4)
      const [strike, spot, amount] = [draws.integer(1_200, 2_600), draws.between(1_000, 3_000), draws.between(0.1, 50)]
      const expiryS = fresh.timeS + draws.integer(60, 86_400 * 90)
      const [spotE18, amountE18] = [parseEther(spot.toFixed(9)), parseEther(amount.toFixed(9))]
      const theirs = await fresh.read<bigint>(
        'greekCache',
        'getMinCollateral',
        type,
        parseEther(String(strike)),
        BigInt(expiryS),
        spotE18,
        amountE18,
      )
      const ours = needed(
        needOf(rules, type, { strike, expiryS, timeS: fresh.timeS, spot: Number(spotE18) / 1e18 }),
        Number(amountE18) / 1e18,
      )
      expect(Math.abs(ours / (Number(theirs) / 1e18) - 1), `${type} ${strike} ${spot} ${amount}`).toBeLessThan(1e-6)
    }
  } finally {
    await fresh.stop()
  }
})

test('blocks taken back and applied again: all bytes equal', () => {
  const world = createWorld(CHAIN_ID)
  const { protocols, blocks } = whole
  const marks: number[] = []
  const dumps: ReadonlyMap<string, unknown>[] = []
  for (const block of blocks) {
    marks.push(world.store.mark())
    applyTo(world, protocols, block)
    dumps.push(world.store.dump())
  }
  const draws = new Draws(SEED)
  for (let times = 0; times < 4; times++) {
    const back = draws.integer(1, blocks.length - 1)
    world.store.undoTo(marks[back] as number)
    expect(world.store.dump()).toEqual(dumps[back - 1])
    for (let n = back; n < blocks.length; n++) {
      marks[n] = world.store.mark()
      applyTo(world, protocols, blocks[n] as BlockInput)
    }
    expect(world.store.dump()).toEqual(dumps.at(-1))
  }
})

test('seen first in the middle, or at the end: the same of all that is still open', { timeout: 60_000 }, async () => {
  const { blocks, world: full } = whole
  for (const from of [Math.floor(blocks.length / 2), blocks.length - 8]) {
    const world = createWorld(CHAIN_ID)
    const fold = foldOf(world)
    for (const { number } of blocks.slice(from)) await fold.feed(number)
    const boardIds = lab.lyra.boards.map(({ id }) => id).filter((id) => findBoard(world, market, id) !== undefined)
    expect(boardIds.length).toBeGreaterThan(0)
    const [mine, real] = [ours(world, market, boardIds), await theirs(lab, boardIds)]
    // of boards that were settled before, only strikes that somebody still holds are known: the gap that the adapter's header names
    const known = new Set(mine.strikes.map(({ id }) => id))
    expect(mine).toEqual({ ...real, strikes: real.strikes.filter(({ id }) => known.has(id)) })
    expect(ours(world, market, boardIds).market).toEqual(ours(full, market, boardIds).market)
  }
})

test('while the market is paused its figures stay, with their time; then they are the contract’s again', async () => {
  const world = createWorld(CHAIN_ID)
  const fold = foldOf(world)
  const { owner } = lab.lyra
  await fold.feed((await lab.mine([])).number)
  const { updatedAtS } = world.optionMarkets.at(0)
  await fold.feed((await lab.mine([lab.send('exchangeAdapter', owner, 'setMarketPaused', market, true), lab.price(2_000)])).number)
  await fold.feed((await lab.mine([lab.send('exchangeAdapter', owner, 'setGlobalPaused', true)])).number)
  expect(world.optionMarkets.at(0)).toMatchObject({ marketPaused: 1, globalPaused: 1, updatedAtS })
  const later = createWorld(CHAIN_ID)
  await foldOf(later).feed((await lab.mine([])).number)
  expect(later.optionMarkets.count, 'a market first seen while it is paused is seen when it goes on').toBe(0)
  const on = [
    lab.send('exchangeAdapter', owner, 'setMarketPaused', market, false),
    lab.send('exchangeAdapter', owner, 'setGlobalPaused', false),
  ]
  await fold.feed((await lab.mine(on)).number)
  expect(ours(world, market, [])).toEqual(await theirs(lab, []))
  expect(world.optionMarkets.at(0)).toMatchObject({ marketPaused: 0, globalPaused: 0, spot: 2_000, updatedAtS: lab.timeS })
})

test('no contract, a contract of another kind, and a market of another release: refused, and no figure of it', async () => {
  const other = async (address: Hex): Promise<World> => {
    const world = createWorld(CHAIN_ID)
    await new Fold(lab.anvil.rpc, world, [lyra({ chainId: CHAIN_ID, market: address })]).feed((await lab.mine([])).number)
    return world
  }
  for (const address of ['0x00000000000000000000000000000000000000aa', lab.contracts.quote.address, lab.contracts.liquidityPool.address])
    expect((await other(address.toLowerCase() as Hex)).optionMarkets.count).toBe(0)
})

/** What people do in a block. */
class Life {
  private usd = 1800
  constructor(
    private readonly draws: Draws,
    private readonly world: World,
  ) {}

  next(): { readonly sends: readonly LyraSend[]; readonly afterS: number } {
    const { draws } = this
    const sends: LyraSend[] = []
    if (draws.chance(0.35)) {
      this.usd *= draws.between(0.9, 1.1)
      sends.push(lab.price(this.usd))
    }
    for (let n = draws.integer(1, 4); n > 0; n--) sends.push(this.action())
    for (const board of this.live()) {
      if (lab.timeS >= board.expiryS) sends.push(lab.send('optionMarket', lab.lyra.provider, 'settleExpiredBoard', BigInt(board.boardId)))
      else if (draws.chance(0.4)) sends.push(lab.send('greekCache', lab.lyra.guardian, 'updateBoardCachedGreeks', BigInt(board.boardId)))
    }
    return { sends, afterS: draws.chance(0.25) ? draws.integer(3_600, 86_400 * 2) : 12 }
  }

  /** Time runs to the last expiry; everything is settled. */
  end(): { readonly sends: readonly LyraSend[]; readonly afterS: number } {
    const next = this.live().map(({ expiryS }) => expiryS)
    const settles = this.live()
      .filter(({ expiryS }) => lab.timeS >= expiryS)
      .map(({ boardId }) => lab.send('optionMarket', lab.lyra.provider, 'settleExpiredBoard', BigInt(boardId)))
    const left = this.positions().filter(
      ({ strike }) => this.world.boards.at(this.world.strikes.columns.board.get(strike - 1) - 1).settled === 1,
    )
    const pays = left.map(({ positionId }) => lab.send('shortCollateral', lab.lyra.provider, 'settleOptions', [BigInt(positionId)]))
    const waitS = settles.length > 0 || next.length === 0 ? 12 : Math.max(12, Math.min(...next) - lab.timeS + 5)
    return { sends: [...settles, ...pays.slice(0, 6)], afterS: waitS }
  }

  private live() {
    const { boards } = this.world
    return Array.from({ length: boards.count }, (_, n) => ({
      expiryS: boards.at(n).expiryS,
      boardId: boards.at(n).boardId,
      settled: boards.at(n).settled,
    })).filter(({ settled }) => settled === 0)
  }

  private action(): LyraSend {
    const { draws, world } = this
    const { owner, provider, guardian, traders } = lab.lyra
    const kind = draws.next()
    const open = this.positions()
    const weak = open.find((one) => one.status > 0)
    if (weak && kind < 0.2) return lab.send('optionMarket', guardian, 'liquidatePosition', BigInt(weak.positionId), guardian)
    if (kind < 0.45 || open.length === 0) return this.opens()
    const { positionId, type, amount, collateral, owner: holder, strike, status } = draws.pick(open)
    const unsettled = world.boards.at(world.strikes.columns.board.get(strike - 1) - 1).settled === 0
    if (!unsettled) return lab.send('shortCollateral', provider, 'settleOptions', [BigInt(positionId)])
    const strikeId = world.strikes.at(strike - 1).strikeId
    if (kind < 0.6) {
      const part = draws.chance(0.5) ? amount : amount / 2n
      const order = { strike: strikeId, type, amount: part, position: positionId, collateral: part === amount ? 0n : collateral }
      return lab.trade(draws.chance(0.3) ? 'forceClosePosition' : 'closePosition', holder, order)
    }
    if (kind < 0.65 && isShortOption(type) && status === 0)
      return lab.send('optionMarket', holder, 'addCollateral', BigInt(positionId), collateral / 10n)
    if (kind < 0.7) return lab.send('optionToken', holder, 'transferFrom', holder, draws.pick(traders), BigInt(positionId))
    if (kind < 0.75) return lab.send('optionToken', holder, 'split', BigInt(positionId), amount / 2n, collateral / 2n, holder)
    if (kind < 0.82) return lab.send('liquidityPool', provider, 'initiateDeposit', provider, parseEther(String(draws.integer(100, 20_000))))
    if (kind < 0.86) return lab.send('liquidityPool', provider, 'initiateWithdraw', provider, parseEther(String(draws.integer(100, 5_000))))
    if (kind < 0.9) return lab.send('liquidityPool', provider, draws.chance(0.5) ? 'processDepositQueue' : 'processWithdrawalQueue', 10n)
    if (kind < 0.94) return lab.send('hedger', guardian, 'hedgeDelta')
    if (kind < 0.96) return lab.send('optionMarket', owner, 'setBoardFrozen', BigInt(draws.integer(1, 2)), draws.chance(0.3))
    if (kind < 0.98) return lab.send('liquidityPool', guardian, 'updateCBs')
    return lab.send('optionMarket', owner, 'setBoardBaseIv', BigInt(draws.integer(1, 2)), parseEther('0.9'))
  }

  private opens(): LyraSend {
    const { draws } = this
    const unexpired = lab.lyra.boards.filter(({ expiryS }) => expiryS - lab.timeS > 43_200)
    const board = draws.pick(unexpired.length > 0 ? unexpired : lab.lyra.boards)
    const strike = draws.pick(board.strikes)
    const type = draws.integer(0, 4)
    const amount = parseEther(draws.between(0.5, 12).toFixed(4))
    const size = Number(amount) / 1e18
    const terms = { strike: strike.priceUsd, expiryS: board.expiryS, timeS: lab.timeS, spot: this.usd }
    const least = isShortOption(type) ? needed(needOf(rulesOf(this.world, 0), type, terms), size) : 0
    const collateral = parseEther((least * draws.between(1.02, 1.3)).toFixed(6))
    return lab.trade('openPosition', draws.pick(lab.lyra.traders), {
      strike: strike.id,
      type,
      amount,
      collateral,
      iterations: draws.integer(1, 3),
    })
  }

  private positions() {
    const { optionPositions } = this.world
    return Array.from({ length: optionPositions.count }, (_, n) => {
      const at = optionPositions.at(n)
      const owner = `0x${at.owner.toString(16).padStart(40, '0')}` as Address
      return {
        positionId: at.positionId,
        type: at.type,
        amount: at.amountE18,
        collateral: at.collateralE18,
        owner,
        strike: at.strike,
        status: at.status,
        state: at.state,
      }
    }).filter(({ state }) => state === 1)
  }
}
