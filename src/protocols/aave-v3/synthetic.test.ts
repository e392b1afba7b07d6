// The account book over Aave's tables against computing everybody: 20,000 accounts under moves of prices, interest, thresholds and e-mode.
import { describe, expect, test } from 'vitest'
import { Draws } from '../../../test/support/draws.ts'
import { statusOf } from '../../state/account-book.ts'
import { netExposureUsd, underWater, wouldBeUnderWater } from '../../state/book/answers.ts'
import { DEBT_USD, LANES, THRESHOLD, UNITS, WEIGHTED_USD } from '../../state/book/cascade.ts'
import { cascadeAccounts } from './cascade-accounts.ts'
import { writeFigures } from './figures.ts'
import { findPosition, SIDE } from './keys.ts'
import { CATEGORY, SyntheticPool } from './synthetic.builders.ts'

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
    const { store, accounts } = pool.world
    expect(() => wouldBeUnderWater(store, pool.book, accounts.columns.status, () => {})).toThrow('journal')
    store.journal.on = true
    const before = store.dump()
    const move = (): void => {
      pool.movePrice(0, 0.8)
      pool.settle()
    }
    const would = wouldBeUnderWater(store, pool.book, accounts.columns.status, move)
    expect(store.dump()).toEqual(before)
    move()
    expectExact(pool, 'after the move')
    expect(would.length).toBeGreaterThan(100)
    expect(underWater(pool.book, accounts.columns.status)).toEqual(would)
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
    const { columns } = world.markets
    columns.price.set(2, 1)
    columns.scaledSupply.set(2, 10n ** 12n)
    columns.scaledDebt.set(2, 10n ** 11n)
    writeFigures(world, health, 2)
    expect(netExposureUsd(world, 2)).toBeCloseTo(1_020_000 - 105_000, -3)
  })
})
