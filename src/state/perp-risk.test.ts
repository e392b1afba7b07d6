import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import type { ActionName, GuardStep } from '../core/flow.ts'
import { perpRisk } from './perp-risk.ts'

const HOUSE = `0x${'c1'.repeat(20)}`
const BASE = `0x${'ba'.repeat(20)}`
const step = (action: ActionName, market: number): GuardStep => ({ entry: '0x01', subject: '0x02', step: 0, action, market })

/** A market at 100 USD with longs of 3 M, shorts of 1 M, depth of 0.5 M each way, and a vault of `vaultUsd`. */
function setting({ mark = 100, index = 100, vaultUsd = 5_000_000, second = 0 } = {}) {
  const { world } = bench()
  const venue = put(world.venues, HOUSE, { chainId: 1 })
  put(world.perpVenues, HOUSE, { venue: venue + 1, vaultUsd })
  const feed = put(world.feeds, '0xfeed', { price: index, secondPrice: second })
  const market = put(world.perpMarkets, `${HOUSE}:${BASE}`, {
    venue: venue + 1,
    feed: feed + 1,
    mark,
    index,
    longUsd: 3_000_000,
    shortUsd: 1_000_000,
    depthDownUsd: 500_000,
    depthUpUsd: 400_000,
  })
  put(world.perpPositions, undefined, { perpMarket: market + 1, sizeE18: 5n })
  put(world.perpPositions, undefined, { perpMarket: market + 1, sizeE18: 0n })
  const loss = (...steps: GuardStep[]): number => perpRisk.lossUsd(world, venue, { suspects: [market], drained: [] }, steps, {})
  return { world, venue, market, loss }
}

describe('what a displaced mark lets be taken', () => {
  test('the larger side of the open interest, and what can still be opened, times the gap', () => {
    const { loss, market } = setting({ mark: 120 })
    expect(loss()).toBeCloseTo(3_500_000 * 0.2)
    expect(loss(step('tightenSpread', market))).toBeCloseTo(3_000_000 * 0.2)
    expect(loss(step('stopDeposits', market))).toBeCloseTo(3_000_000 * 0.2)
    expect(loss(step('stopSwaps', market))).toBe(0)
    expect(loss(step('capFunding', market))).toBeCloseTo(3_500_000 * 0.2)
  })
  test('no more than the vault holds', () => expect(setting({ mark: 300, vaultUsd: 1_000_000 }).loss()).toBe(1_000_000))
  test('an index off its second feed counts like a mark off its index', () => {
    expect(setting({ second: 80 }).loss()).toBeCloseTo(3_500_000 * 0.25)
    expect(setting({ second: 100 }).loss()).toBe(0)
  })
  test('nothing is at stake without prices', () => {
    expect([setting({ index: 0 }).loss(), setting({ mark: 0 }).loss()]).toEqual([0, 0])
  })
})

test('edge: displaced from more than 5 % on', () => {
  const displaced = (mark: number): boolean => {
    const { world, market } = setting({ mark })
    return perpRisk.isDisplaced(world, market)
  }
  expect([displaced(104.9), displaced(95.1), displaced(105.1), displaced(94.9)]).toEqual([false, false, true, true])
})

test('its markets, their names, their feed, and who trades there', () => {
  const { world, venue, market } = setting()
  expect(perpRisk.marketsOf(world, venue)).toEqual([market])
  expect(perpRisk.marketsOf(world, venue + 1)).toEqual([])
  expect([perpRisk.marketNamed(world, venue, BASE), perpRisk.marketNamed(world, venue, `0x${'0'.repeat(40)}`)]).toEqual([market, market])
  expect([perpRisk.isPricedBy(world, market, '0xfeed'), perpRisk.isPricedBy(world, market, '0xfee')]).toEqual([true, false])
  const cost = { supplies: 1, borrows: 2, withdraws: 20, repays: 20 }
  const open = { opensPosition: 'yes', supplies: 'yes', borrowsOf: 'yes', borrowsAgainst: 'yes', withdraws: 'yes', withdrawsOther: 'yes' }
  const effect = { ...open, repays: 'no', liquidates: 'yes', reversible: true, role: 'OWNER', undoneBy: [] } as const
  expect(perpRisk.disruptionUsdPerHour(world, market, effect as never, cost)).toBe(20) // one trader can't close
})

test('narrow to wide: spread, funding, deposits, swaps of the market, swaps of all', () => {
  const { world, venue, market } = setting()
  const doubt = { suspects: [market], drained: [] }
  expect(perpRisk.narrow(world, venue, doubt).map(({ action }) => action)).toEqual([
    'tightenSpread',
    'capFunding',
    'stopDeposits',
    'stopSwaps',
  ])
  expect(perpRisk.wide(world, venue, doubt)).toEqual([{ id: 'stopSwaps(all)', action: 'stopSwaps', on: [market] }])
})
