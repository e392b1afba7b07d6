// The account book over Aave's tables against computing everybody: 20,000 accounts under moves of prices, interest, thresholds and e-mode.
import { describe, expect, test } from 'vitest'
import { Draws } from '../../../test/support/draws.ts'
import { rayMul } from '../../core/exact.ts'
import { statusOf } from '../../state/account-book.ts'
import { supposing, underWater } from '../../state/book/answers.ts'
import { DEBT_USD, LANES, THRESHOLD, UNITS, WEIGHTED_USD } from '../../state/book/cascade.ts'
import { AaveQuestions } from './book-questions.ts'
import { cascadeAccounts } from './cascade-accounts.ts'
import { findPosition, marketOfLeg, SIDE, sideOfLeg } from './keys.ts'
import { knownShares, netDelta } from './net-delta.ts'
import { CATEGORY, SyntheticPool } from './synthetic.builders.ts'
import { stableTotal } from './venue.ts'

const COUNT = 20_000

function expectExact(pool: SyntheticPool, what: string): number {
  const { health, world } = pool
  let under = 0
  for (let row = 0; row < pool.count; row++) {
    const status = statusOf(health.account(row))
    if (status !== world.accounts.columns.status.get(row)) throw new Error(`${what}: account ${row} has status ${status}, which was missed`)
    if (status !== 0) under += 1
  }
  return under
}

/** A block's worth of chance: returns whom it changed directly. */
function step(pool: SyntheticPool, draws: Draws): readonly number[] {
  const { markets, eModes, accounts } = pool.world
  pool.timeS += draws.chance(0.1) ? draws.integer(0, 5_000_000) : 12
  const kind = draws.integer(0, 9)
  const market = draws.integer(0, 3)
  if (kind < 6) {
    pool.movePrice(market, 1 + draws.between(-1, 1) * 10 ** draws.between(-5, -0.8))
    return []
  }
  if (kind === 6) {
    // a borrow or a repayment without an event of any price
    const account = draws.integer(0, pool.count - 1)
    const debt = [0, 1, 2, 3].flatMap((m) => findPosition(pool.world, account, m, SIDE.variable) ?? [])[0] as number
    const { amount } = pool.world.positions.columns
    amount.set(debt, draws.chance(0.2) ? 0n : (amount.get(debt) * BigInt(draws.integer(50, 150))) / 100n)
    return [account]
  }
  if (kind === 7) {
    markets.columns.thresholdBps.set(market, draws.chance(0.15) ? 0 : draws.integer(6_000, 9_000))
    return pool.holdersOf(market)
  }
  if (kind === 8) {
    eModes.columns.thresholdBps.set(0, draws.integer(9_000, 9_800))
    return pool.holdersInCategory()
  }
  const account = draws.integer(0, pool.count - 1)
  accounts.columns.eMode.set(account, accounts.columns.eMode.get(account) === 0 ? CATEGORY : 0)
  return [account]
}

describe('a book of 20,000 accounts', () => {
  test('statuses of all equal computing all, after every step; each can be undone', () => {
    const draws = new Draws(20_261)
    const pool = new SyntheticPool(draws, COUNT)
    pool.settle(Array.from({ length: COUNT }, (_, row) => row))
    const { store } = pool.world
    store.journal.on = true
    let computed = 0
    let most = 0
    const marks: { readonly mark: number; readonly before: string }[] = []
    const { status } = pool.world.accounts.columns
    const statuses = (): string => Array.from({ length: COUNT }, (_, row) => status.get(row)).join('')
    for (let n = 0; n < 40; n++) {
      store.begin()
      marks.push({ mark: store.mark(), before: statuses() })
      computed += pool.settle(step(pool, draws)).length
      most = Math.max(most, expectExact(pool, `step ${n}`))
      expect(underWater(pool.book, status)).toHaveLength(statuses().replaceAll('0', '').length)
    }
    expect(most).toBeGreaterThan(COUNT / 100)
    expect(computed).toBeLessThan(40 * COUNT * 0.5)
    for (const { mark, before } of marks.toReversed()) {
      store.undoTo(mark)
      expect(statuses()).toBe(before)
    }
  })

  test('who would be under water at a price is who then is; the question leaves no trace', () => {
    const pool = new SyntheticPool(new Draws(8), 3_000)
    pool.settle(Array.from({ length: 3_000 }, (_, row) => row))
    const { store, accounts, markets } = pool.world
    const questions = new AaveQuestions(pool.world, pool.venue, pool.timeS)
    expect(() => supposing(store, () => 0)).toThrow('journal')
    store.journal.on = true
    const [before, now] = [store.dump(), questions.underWater()]
    const would = questions.underWaterAt(0, (markets.columns.priceE8.get(0) * 4n) / 5n)
    expect(store.dump()).toEqual(before)
    expect(questions.underWater()).toEqual(now)
    pool.movePrice(0, 0.8)
    expect(pool.settle()).toHaveLength(would.computed)
    expectExact(pool, 'after the move')
    expect(would.accounts.length).toBeGreaterThan(100)
    const rows = underWater(pool.book, accounts.columns.status)
    expect(would.accounts.map(({ account }) => BigInt(account))).toEqual(rows.map((row) => accounts.columns.account.get(row)))
    expect(would.accounts).toEqual(questions.underWater())
    for (const { healthE18, status } of would.accounts) expect(healthE18 < 10n ** 18n && status > 0).toBe(true)
  })

  test('rows for the cascade curve: those who owe and have the asset, with the health that the contract gives them', () => {
    const pool = new SyntheticPool(new Draws(4), 2_000)
    const { count, cells } = cascadeAccounts(pool.world, 0, pool.timeS)
    const of = (n: number, lane: number): number => cells[n * LANES + lane] ?? 0
    const { health, world } = pool
    const priceUsd = Number(health.market(0).priceE8) / 1e8
    const holders = Array.from({ length: 2_000 }, (_, row) => row).filter(
      (row) => findPosition(world, row, 0, SIDE.collateral) !== undefined,
    )
    expect(count).toBe(holders.length)
    for (const [n, row] of holders.entries()) {
      const ours = (of(n, UNITS) * priceUsd * of(n, THRESHOLD) + of(n, WEIGHTED_USD)) / of(n, DEBT_USD)
      expect(Math.abs(ours / (Number(health.account(row).healthE18) / 1e18) - 1)).toBeLessThan(1e-3)
    }
  })

  test('net delta: as all accounts have and owe, added up one by one, with interest', () => {
    const pool = new SyntheticPool(new Draws(21), 4_000)
    pool.timeS += 3_000_000
    const { health, world } = pool
    const { leg, amount } = world.positions.columns
    const { scaledSupply, scaledDebt } = world.markets.columns
    const naive = pool.markets.map(() => ({ supplied: 0n, borrowed: 0n }))
    for (let row = 0; row < world.positions.count; row++) {
      const market = marketOfLeg(leg.get(row))
      const of = naive[market] as (typeof naive)[number]
      const scaled = amount.get(row)
      if (sideOfLeg(leg.get(row)) === SIDE.variable) {
        of.borrowed += rayMul(scaled, health.market(market).debtIndex)
        scaledDebt.set(market, scaledDebt.get(market) + scaled)
      } else {
        of.supplied += rayMul(scaled, health.market(market).income)
        scaledSupply.set(market, scaledSupply.get(market) + scaled)
      }
    }
    stableTotal(world).total.set(2, 77n)
    for (const market of pool.markets) {
      const { supplied, borrowed, net, netE8 } = netDelta(world, health, market)
      const of = naive[market] as (typeof naive)[number]
      const off = (a: bigint, b: bigint): number => Math.abs(Number(a - b))
      expect(off(supplied, of.supplied)).toBeLessThanOrEqual(2_000)
      expect(off(borrowed, of.borrowed + (market === 2 ? 77n : 0n))).toBeLessThanOrEqual(2_000)
      expect(net).toBe(supplied - borrowed)
      const { priceE8, unit } = health.market(market)
      expect(netE8).toBe((net * priceE8) / unit)
    }
    // accounts of before the first block watched are in the totals and not in the book
    scaledSupply.set(0, scaledSupply.get(0) * 4n)
    expect(knownShares(world)).toEqual([0.25, 1, 1, 1])
  })
})
