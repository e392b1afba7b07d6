// What each emergency action leaves possible, tried on the real contracts: every cell of every effect row, by whom, and back again.
import { type Address, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LyraLab, type LyraSend } from '../../../test/support/lyra-lab.ts'
import type { OptionActionName } from '../../core/flow.ts'
import { OPTION } from '../../state/tables.ts'
import { ACTIONS, type OptionsEffect } from './actions.ts'

const DAY_S = 86_400
/** The board acted on, and a strike at the money of it. */
const BOARD = 1n
const STRIKE = 2
/** A board that is settled already, with a bought call in it that is not. */
const SETTLED_STRIKE = 7
let lab: LyraLab
let [owner, guardian, provider, buyer, seller, nobody] = [] as unknown as [Address, Address, Address, Address, Address, Address]

/** Positions, by the order in which they are opened. */
const HELD = 1
const UNSETTLED = 2
const COVERED = 3
const WEAK = 4
const FAR = 5
/** Far from the money: closed by force only. */
const FAR_STRIKE = 3
const trade = (
  kind: 'openPosition' | 'closePosition' | 'forceClosePosition',
  from: Address,
  order: Parameters<LyraLab['trade']>[2],
): LyraSend => lab.trade(kind, from, order)
const must = async (sends: readonly LyraSend[], afterS?: number): Promise<void> =>
  expect((await lab.mine(sends, afterS)).ok).not.toContain(false)
const greeks = (): readonly LyraSend[] => [1n, 2n].map((board) => lab.send('greekCache', nobody, 'updateBoardCachedGreeks', board))

beforeAll(async () => {
  lab = await LyraLab.start()
  ;({ owner, guardian, provider } = lab.lyra)
  ;[buyer, seller, nobody] = lab.lyra.traders as [Address, Address, Address]
  const expiry = BigInt(lab.timeS + DAY_S)
  await must([
    lab.send('optionMarket', owner, 'createOptionBoard', expiry, parseEther('0.8'), [parseEther('1800')], [parseEther('1')], false),
  ])
  await must([
    trade('openPosition', buyer, { strike: STRIKE, type: OPTION.longCall, amount: parseEther('5') }),
    trade('openPosition', buyer, { strike: SETTLED_STRIKE, type: OPTION.longCall, amount: parseEther('1') }),
    trade('openPosition', seller, { strike: STRIKE, type: OPTION.shortPut, amount: parseEther('5'), collateral: parseEther('9000') }),
    trade('openPosition', seller, { strike: STRIKE, type: OPTION.shortPut, amount: parseEther('5'), collateral: parseEther('2300') }),
    trade('openPosition', buyer, { strike: FAR_STRIKE, type: OPTION.longCall, amount: parseEther('5') }),
    lab.send('liquidityPool', provider, 'initiateWithdraw', provider, parseEther('1000')),
  ])
  await must([lab.price(1_810)], DAY_S + 60)
  await must([lab.send('optionMarket', nobody, 'settleExpiredBoard', 3n)])
  // the settlement's own breaker runs out; then spot falls and the weak one can be liquidated
  await must([lab.price(1_690), ...greeks()], 7 * 3_600)
})
afterAll(() => lab?.stop())

type Cell = Exclude<keyof OptionsEffect, 'reversible' | 'role' | 'undoneBy'>

async function possible(): Promise<Record<Cell, 'yes' | 'no'>> {
  const may = async (send: LyraSend): Promise<'yes' | 'no'> => ((await lab.tries(send)) === 'yes' ? 'yes' : 'no')
  const amount = parseEther('1')
  return {
    opensPosition: await may(trade('openPosition', buyer, { strike: STRIKE, type: OPTION.longPut, amount })),
    supplies: await may(lab.send('liquidityPool', provider, 'initiateDeposit', provider, parseEther('100'))),
    borrowsOf: await may(trade('openPosition', seller, { strike: STRIKE, type: OPTION.shortPut, amount, collateral: parseEther('1800') })),
    borrowsAgainst: await may(trade('openPosition', buyer, { strike: STRIKE, type: OPTION.longCall, amount, position: HELD })),
    withdraws: await withdraws(),
    withdrawsOther: await may(
      trade('openPosition', seller, {
        strike: STRIKE,
        type: OPTION.shortPut,
        amount: 0n,
        position: COVERED,
        collateral: parseEther('8500'),
      }),
    ),
    repays: await may(trade('closePosition', buyer, { strike: STRIKE, type: OPTION.longCall, amount, position: HELD })),
    liquidates: await may(lab.send('optionMarket', nobody, 'liquidatePosition', BigInt(WEAK), nobody)),
    forceCloses: await may(trade('forceClosePosition', buyer, { strike: FAR_STRIKE, type: OPTION.longCall, amount, position: FAR })),
    addsCollateral: await may(lab.send('optionMarket', seller, 'addCollateral', BigInt(WEAK), parseEther('10'))),
    settlesBoards: await lab.aside(async () => {
      await lab.mine([], (lab.lyra.boards[0]?.expiryS ?? 0) - lab.timeS)
      return may(lab.send('optionMarket', nobody, 'settleExpiredBoard', BOARD))
    }),
    paysSettled: await may(lab.send('shortCollateral', nobody, 'settleOptions', [BigInt(UNSETTLED)])),
    transfers: await may(lab.send('optionToken', buyer, 'transferFrom', buyer, nobody, BigInt(HELD))),
  }
}

/** The call goes through, and says by itself whom it pays: so what it pays is looked at. */
const withdraws = (): Promise<'yes' | 'no'> =>
  lab.aside(async () => {
    const before = await lab.read<bigint>('quote', 'balanceOf', provider)
    await lab.mine([lab.send('liquidityPool', nobody, 'processWithdrawalQueue', 5n)])
    return (await lab.read<bigint>('quote', 'balanceOf', provider)) > before ? 'yes' : 'no'
  })

const setIv = (iv: string, from: Address = owner): readonly LyraSend[] => [
  lab.send('optionMarket', from, 'setBoardFrozen', BOARD, true),
  lab.send('optionMarket', from, 'setBoardBaseIv', BOARD, parseEther(iv)),
  lab.send('optionMarket', from, 'setBoardFrozen', BOARD, false),
]

/** How each is done, and undone. */
function calls(action: OptionActionName, from: Address): { readonly act: readonly LyraSend[]; readonly undo: readonly LyraSend[] } {
  const market = lab.contracts.optionMarket.address
  switch (action) {
    case 'freezeBoard':
      return {
        act: [lab.send('optionMarket', from, 'setBoardFrozen', BOARD, true)],
        undo: [lab.send('optionMarket', from, 'setBoardFrozen', BOARD, false)],
      }
    case 'pauseOptionMarket':
      return {
        act: [lab.send('exchangeAdapter', from, 'setMarketPaused', market, true)],
        undo: [lab.send('exchangeAdapter', from, 'setMarketPaused', market, false)],
      }
    case 'pauseAllOptions':
      return {
        act: [lab.send('exchangeAdapter', from, 'setGlobalPaused', true)],
        undo: [lab.send('exchangeAdapter', from, 'setGlobalPaused', false)],
      }
    case 'setBoardIv':
      return { act: setIv('0.84', from), undo: setIv('0.8', from) }
    case 'setBreaker':
      return { act: [lab.send('liquidityPool', from, 'updateCBs')], undo: [] }
  }
}

const NAMES = Object.keys(ACTIONS) as OptionActionName[]
const cellsOf = (action: OptionActionName): Record<Cell, 'yes' | 'no'> => {
  const { reversible: _reversible, role: _role, undoneBy: _undoneBy, ...cells } = ACTIONS[action].effect
  return cells
}

describe('effect rows', () => {
  test('before any action everything is possible', async () => {
    expect(await possible()).toEqual(Object.fromEntries(Object.keys(await possible()).map((cell) => [cell, 'yes'])))
  })

  test.each(NAMES.filter((name) => name !== 'setBreaker'))('%s: what it leaves possible, and back', async (action) => {
    await lab.aside(async () => {
      const { act, undo } = calls(action, owner)
      const before = await possible()
      await must(act)
      expect(await possible()).toEqual(cellsOf(action))
      await must(undo)
      expect(await possible()).toEqual(before)
      expect(ACTIONS[action].effect.reversible).toBe(true)
    })
  })

  test('setBreaker: a cause that passed leaves the breaker set only if somebody set it; it runs out by itself', async () => {
    const pushed = async (breaks: boolean): Promise<Record<Cell, 'yes' | 'no'>> => {
      await must(setIv('1.1'))
      if (breaks) await must(calls('setBreaker', nobody).act)
      await must([...setIv('0.8'), ...greeks()])
      return possible()
    }
    await lab.aside(async () => expect((await pushed(false)).withdraws).toBe('yes'))
    await lab.aside(async () => {
      expect(await pushed(true)).toEqual(cellsOf('setBreaker'))
      await must(greeks(), 12 * 3_600 + 60)
      expect((await possible()).withdraws).toBe('yes')
    })
    expect(ACTIONS.setBreaker.effect).toMatchObject({ reversible: false, role: 'anyone', undoneBy: [] })
  })

  test.each(NAMES)('%s: its role can do it and undo it, nobody else can', async (action) => {
    const { role, undoneBy } = ACTIONS[action].effect
    for (const [who, name] of [
      [owner, 'OWNER'],
      [guardian, 'guardian'],
      [nobody, 'anyone'],
    ] as const) {
      const { act, undo } = calls(action, who)
      const may = role === 'anyone' || role === name
      await lab.aside(async () => {
        expect((await lab.mine(act)).ok, `${name} does ${action}`).toEqual(act.map(() => may))
      })
      await lab.aside(async () => {
        await must(calls(action, owner).act)
        expect((await lab.mine(undo)).ok, `${name} undoes ${action}`).toEqual(undo.map(() => undoneBy.includes(name)))
      })
    }
  })

  test('volatility is set only while the board is frozen', async () => {
    expect(await lab.tries(lab.send('optionMarket', owner, 'setBoardBaseIv', BOARD, parseEther('0.9')))).not.toBe('yes')
  })
})
