// Lyra's tables compared with the contracts' own views after each block of a random life, from a kept seed, through expiry; undo; a late start.
import { type Address, parseEther } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Draws } from '../../../test/support/draws.ts'
import { applyTo, Fold } from '../../../test/support/fold.ts'
import { LyraLab, type LyraSend } from '../../../test/support/lyra-lab.ts'
import type { Hex } from '../../core/flow.ts'
import { isShortOption, OPTION } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { ours, theirs } from './exact.builders.ts'
import { lyra } from './index.ts'

const SEED = 20_260_724
const BLOCKS = 90
const CHAIN_ID = 31337
let lab: LyraLab
let market: Hex
beforeAll(async () => {
  lab = await LyraLab.start()
  market = lab.contracts.optionMarket.address.toLowerCase() as Hex
})
afterAll(() => lab?.stop())

const foldOf = (world: World): Fold => new Fold(lab.anvil.rpc, world, [lyra({ chainId: CHAIN_ID, market })])
const counts = { trades: 0, failed: 0, payouts: 0, liquidations: 0, under: 0, settled: 0 }

test('90 blocks of trades, moves, liquidations and settlements: the tables say what the contracts say', { timeout: 120_000 }, async () => {
  const draws = new Draws(SEED)
  const world = createWorld(CHAIN_ID)
  const fold = foldOf(world)
  const boardIds = lab.lyra.boards.map(({ id }) => id)
  await fold.feed((await lab.mine([])).number)
  expect(ours(world, market, boardIds)).toEqual(await theirs(lab, boardIds))
  const life = new Life(draws, world)
  for (let step = 0; step < BLOCKS; step++) {
    const { sends, afterS } = life.next()
    const { number, ok } = await lab.mine(sends, afterS)
    counts.failed += ok.filter((went) => !went).length
    await fold.feed(number)
    expect(ours(world, market, boardIds), `block ${step}`).toEqual(await theirs(lab, boardIds))
    counts.trades += world.optionTrades.count
    counts.payouts += world.optionPayouts.count
    for (let n = 0; n < world.optionTrades.count; n++) if (world.optionTrades.at(n).direction === 2) counts.liquidations += 1
    for (let n = 0; n < world.optionPayouts.count; n++) {
      const { paidE18, boundE18 } = world.optionPayouts.at(n)
      expect(paidE18 <= boundE18, `payout ${paidE18} of ${boundE18}`).toBe(true)
    }
  }
  counts.settled = boardIds.filter((id) => world.boards.at(id - 1).settled === 1).length
  console.log(counts)
  expect(counts.trades).toBeGreaterThan(40)
  expect(counts.liquidations).toBeGreaterThan(0)
  expect(counts.settled).toBe(2)
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
      this.usd *= draws.between(0.93, 1.07)
      sends.push(lab.price(this.usd))
    }
    for (let n = draws.integer(0, 3); n > 0; n--) sends.push(this.action())
    for (const board of this.live()) {
      if (lab.timeS >= board.expiryS) sends.push(lab.send('optionMarket', lab.lyra.provider, 'settleExpiredBoard', BigInt(board.boardId)))
      else if (draws.chance(0.4)) sends.push(lab.send('greekCache', lab.lyra.guardian, 'updateBoardCachedGreeks', BigInt(board.boardId)))
    }
    return { sends, afterS: draws.chance(0.25) ? draws.integer(3_600, 86_400 * 1.5) : 12 }
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
    if (kind < 0.4 || open.length === 0) return this.opens()
    const { positionId, type, amount, collateral, owner: holder, strike, status } = draws.pick(open)
    const unsettled = world.boards.at(world.strikes.columns.board.get(strike - 1) - 1).settled === 0
    if (!unsettled) return lab.send('shortCollateral', provider, 'settleOptions', [BigInt(positionId)])
    const strikeId = world.strikes.at(strike - 1).strikeId
    if (kind < 0.6) {
      const part = draws.chance(0.5) ? amount : amount / 2n
      const order = { strike: strikeId, type, amount: part, position: positionId, collateral: part === amount ? 0n : collateral }
      return lab.trade(draws.chance(0.3) ? 'forceClosePosition' : 'closePosition', holder, order)
    }
    const weak = open.find((one) => one.status > 0)
    if (weak && kind < 0.75) return lab.send('optionMarket', guardian, 'liquidatePosition', BigInt(weak.positionId), guardian)
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
    const board = draws.pick(lab.lyra.boards)
    const strike = draws.pick(board.strikes)
    const type = draws.integer(0, 4)
    const amount = parseEther(draws.between(0.5, 12).toFixed(4))
    const size = Number(amount) / 1e18
    const whole = type === OPTION.shortCallBase ? size : size * strike.priceUsd
    const collateral = isShortOption(type) ? parseEther((whole * draws.between(0.35, 1)).toFixed(6)) : 0n
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
