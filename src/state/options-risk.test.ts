import { describe, expect, test } from 'vitest'
import { bench, POOL, put, START_S } from '../../test/builders.ts'
import { board, optionMarket, strike } from '../../test/support/option-rows.ts'
import type { ActionName, EffectRow, GuardStep } from '../core/flow.ts'
import { optionsRisk } from './options-risk.ts'
import { OPTION } from './tables.ts'

const step = (action: ActionName, market: number): GuardStep => ({ entry: '0x01', subject: '0x02', step: 0, action, market })
const COST = { supplies: 1, borrows: 10, withdraws: 100, repays: 1_000 }

/** Two boards of a pool with 800,000 free and 150,000 locked, spot against the feed. */
function setting({ spot = 2_000, feedPrice = 2_000, nav = 1_000_000 } = {}) {
  const { world } = bench()
  const feed = put(world.feeds, '0xfeed', { price: feedPrice })
  optionMarket(world, { feed: feed + 1, spot, feedPrice, nav })
  const first = board(world)
  optionMarket(world, { feed: feed + 1, spot, feedPrice, nav })
  const second = put(world.boards, `${POOL}:board-2`, { optionMarket: 1, boardId: 2, expiryS: START_S + 1 })
  const loss = (...steps: GuardStep[]): number => optionsRisk.lossUsd(world, 0, { suspects: [first, second], drained: [] }, steps, {})
  return { world, first, second, loss }
}

describe('what a false spot lets be taken', () => {
  test('the gap on all that can be locked or is open, until every board in doubt is frozen, or the market paused', () => {
    const { loss, first, second } = setting({ spot: 2_200 })
    expect(loss()).toBeCloseTo(95_000)
    expect(loss(step('freezeBoard', first))).toBeCloseTo(95_000)
    expect(loss(step('freezeBoard', first), step('freezeBoard', second))).toBe(0)
    expect(loss(step('pauseOptionMarket', first))).toBe(0)
    expect(loss(step('pauseAllOptions', first))).toBe(0)
  })
  test('no more than the pool has; nothing once it is frozen or paused by others', () => {
    expect(setting({ spot: 20_000, nav: 500_000 }).loss()).toBe(500_000)
    const { world, first, second, loss } = setting({ spot: 2_200 })
    world.boards.columns.frozen.set(first, 1)
    expect(loss(step('freezeBoard', second))).toBe(0)
    world.optionMarkets.columns.marketPaused.set(0, 1)
    expect(loss()).toBe(0)
  })
  test('nothing without a feed to compare with, or without a price', () => {
    expect([setting({ feedPrice: 0 }).loss(), setting({ spot: 0 }).loss()]).toEqual([0, 0])
  })
})

test('edge: displaced from more than 3 % on, either way', () => {
  const displaced = (spot: number): boolean => {
    const { world, first } = setting({ spot })
    return optionsRisk.isDisplaced(world, first)
  }
  expect([displaced(2_059.99), displaced(1_940.01), displaced(2_060.01), displaced(1_939.99)]).toEqual([false, false, true, true])
})

test('its boards, their names, their feed; a settled one is none', () => {
  const { world, first, second } = setting()
  expect(optionsRisk.marketsOf(world, 0)).toEqual([first, second])
  expect(optionsRisk.marketsOf(world, 7)).toEqual([])
  expect(optionsRisk.marketKey(world, second)).toBe(`${POOL}:board-2`)
  const named = (subject: string) => optionsRisk.marketNamed(world, 0, subject)
  expect([
    named(`0x${'2'.padStart(40, '0')}`),
    named(POOL),
    named(`0x${'0'.repeat(40)}`),
    named(`0x${'9'.padStart(40, '0')}`),
    named(`0x${'bb'.repeat(20)}`),
  ]).toEqual([second, first, first, undefined, undefined])
  expect([optionsRisk.isPricedBy(world, first, '0xfeed'), optionsRisk.isPricedBy(world, first, '0xother')]).toEqual([true, false])
  world.boards.columns.settled.set(first, 1)
  expect(optionsRisk.marketsOf(world, 0)).toEqual([second])
})

test('answers, narrow to wide: each board, all of them, the market', () => {
  const { world, first, second } = setting()
  const narrow = (suspects: readonly number[]) => optionsRisk.narrow(world, 0, { suspects, drained: [] }).map(({ id }) => id)
  expect(narrow([first, second])).toEqual(['freezeBoard(1)', 'freezeBoard(2)', 'freezeBoard(all)'])
  world.boards.columns.frozen.set(first, 1)
  expect(narrow([first, second])).toEqual(['freezeBoard(2)'])
  expect(optionsRisk.wide(world, 0, { suspects: [], drained: [] })).toEqual([
    { id: 'pauseOptionMarket', action: 'pauseOptionMarket', on: [first] },
  ])
})

test('it costs those who hold options of the board, or of the market; what is sold can go bad', () => {
  const { world, first, second } = setting()
  const at = strike(world, { callPrice: 50, putPrice: 80 })
  const held = (n: number, values: object) =>
    put(world.optionPositions, `${POOL}:position-${n}`, { optionMarket: 1, strike: at + 1, state: 1, owner: BigInt(n), ...values })
  held(1, { type: OPTION.longCall, amountE18: 10n ** 18n })
  held(2, { type: OPTION.shortPut, amountE18: 3n * 10n ** 18n })
  held(3, { type: OPTION.shortCallBase, amountE18: 2n * 10n ** 18n })
  held(4, { type: OPTION.shortPut, amountE18: 10n ** 18n, state: 2 })
  const open: EffectRow = {
    opensPosition: 'yes',
    supplies: 'yes',
    borrowsOf: 'yes',
    borrowsAgainst: 'yes',
    withdraws: 'yes',
    withdrawsOther: 'yes',
    repays: 'yes',
    liquidates: 'yes',
    reversible: true,
    role: 'OWNER',
    undoneBy: ['OWNER'],
  }
  const cost = (on: number, effect: Partial<EffectRow>) => optionsRisk.disruptionUsdPerHour(world, on, { ...open, ...effect }, COST)
  expect([cost(first, {}), cost(first, { opensPosition: 'no', repays: 'no' }), cost(second, { repays: 'no' })]).toEqual([0, 3_030, 0])
  expect(cost(second, { withdraws: 'no' })).toBe(300)
  expect([optionsRisk.liquidatedUsd(world, first), optionsRisk.liquidatedUsd(world, second)]).toEqual([340, 0])
})
