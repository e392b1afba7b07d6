import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Draws } from '../../test/support/draws.ts'
import { Store } from '../store/store.ts'
import { AccountBook, type Against, Legs, type Margin, STATUS, statusOf, type Weighed } from './account-book.ts'
import { type Sums, slackOf } from './book/slack.ts'
import type { Line } from './book/triggers.ts'

const ASSETS = 4
const BPS = 10_000n
const WAD = 10n ** 18n
const MAX = 2n ** 256n - 1n
const UNIT = 1000n
/** Slots of a holder: a collateral and a debt an asset. */
const SLOTS = 2 * ASSETS

/** A margin protocol of integers that round like Aave's: values are floored, thresholds averaged and floored. */
interface Holder {
  readonly collateral: bigint[]
  readonly debt: bigint[]
  /** Debt that grows by itself, with no line to show it. */
  readonly growing: { amount: bigint; perS: number; sinceS: number }
}
class Model {
  readonly prices = Array.from({ length: ASSETS }, () => 100_000_000n)
  readonly thresholds = [8000n, 7500n, 9333n, 1001n]
  readonly holders: Holder[]
  timeS = 1_000_000
  /** Some markets only breathe: there a trigger a little too far is not hidden by the next jump. */
  readonly calm: boolean
  readonly widest: number
  constructor(
    readonly draws: Draws,
    count: number,
  ) {
    this.calm = draws.chance(0.6)
    this.widest = this.calm ? draws.between(-7, -3) : -2
    this.holders = Array.from({ length: count }, () => this.holder())
  }

  holder(): Holder {
    const { draws } = this
    // from single units, where rounding is everything, to large
    const amount = (): bigint => (draws.chance(0.5) ? 0n : BigInt(Math.floor(10 ** draws.between(0, 9))))
    const collateral = Array.from({ length: ASSETS }, amount)
    const worth = collateral.reduce(
      (sum, a, n) => sum + Number((a * (this.prices[n] as bigint)) / UNIT) * (Number(this.thresholds[n]) / 1e4),
      0,
    )
    const debt = Array.from({ length: ASSETS }, () => 0n)
    const price = Math.max(1, Number(this.prices[0])) / Number(UNIT)
    debt[draws.integer(0, ASSETS - 1)] = BigInt(Math.floor((worth / price) * draws.between(0, 1.1)))
    const growing = {
      amount: draws.chance(0.2) ? BigInt(Math.floor((worth / price) * 0.3)) : 0n,
      perS: draws.between(1e-10, 1e-7),
      sinceS: this.timeS,
    }
    return { collateral, debt, growing }
  }

  lines(): readonly Line[] {
    return this.prices.map((price, id) => ({ id, value: Number(price) }))
  }

  measure(row: number) {
    const { collateral, debt, growing } = this.holders[row] as Holder
    const value = (amount: bigint, asset: number): bigint => (amount * (this.prices[asset] as bigint)) / UNIT
    let collateralE8 = 0n
    let weighted = 0n
    collateral.forEach((amount, n) => {
      collateralE8 += value(amount, n)
      weighted += value(amount, n) * (this.thresholds[n] as bigint)
    })
    const grown = (growing.amount * BigInt(Math.floor((1 + growing.perS * (this.timeS - growing.sinceS)) * 1e12))) / 10n ** 12n
    const debtE8 = debt.reduce((sum, amount, n) => sum + value(amount, n), value(grown, 0))
    const thresholdBps = collateralE8 === 0n ? 0n : weighted / collateralE8
    const healthE18 = debtE8 === 0n ? MAX : (((collateralE8 * thresholdBps + BPS / 2n) / BPS) * WAD + debtE8 / 2n) / debtE8
    return { collateralE8, debtE8, healthE18, thresholdBps }
  }

  weigh(row: number): Weighed {
    const { collateral, debt, growing } = this.holders[row] as Holder
    const measured = this.measure(row)
    const owes = (n: number): boolean => (debt[n] ?? 0n) > 0n || (n === 0 && growing.amount > 0n)
    const held = collateral.flatMap((amount, n) => (amount > 0n ? [n] : []))
    const owed = this.prices.flatMap((_, n) => (owes(n) ? [n] : []))
    const grain = (lines: readonly number[]): number => lines.reduce((sum, n) => sum + Number(this.prices[n]) / Number(UNIT) + 1, 1)
    const sums: Sums = {
      collateralE8: Number(measured.collateralE8),
      debtE8: Number(measured.debtE8),
      threshold: Number(measured.thresholdBps) / 10_000,
      collateralGrainE8: grain(held),
      debtGrainE8: grain(owed) * 2,
      thresholdGrain:
        held.length > 1
          ? 1 / Number(held.reduce((low, n) => ((this.thresholds[n] as bigint) < low ? (this.thresholds[n] as bigint) : low), BPS))
          : 0,
    }
    const status = statusOf(measured)
    const legs = new Legs()
    this.prices.forEach((_, n) => {
      const against = (way: Against, holds: boolean): Against => (holds && owed.length > 0 ? way : 'none')
      legs.add(row * SLOTS + n, n, against('fall', (collateral[n] ?? 0n) > 0n))
      legs.add(row * SLOTS + ASSETS + n, n, against('rise', owes(n)))
    })
    return {
      status,
      slack: slackOf(sums, status),
      growthPerS: growing.amount > 0n ? growing.perS : 0,
      legs,
    }
  }

  /** A block: prices move, from a breath to a crash; sometimes a holder changes. Returns whom it changed. */
  step(): readonly number[] {
    const { draws } = this
    this.timeS += draws.chance(0.05) && !this.calm ? draws.integer(0, 1_000_000) : draws.integer(0, 12)
    for (let n = 0; n < ASSETS; n++) {
      if (draws.chance(0.5)) continue
      const width = 10 ** draws.between(-9, draws.chance(0.1) && !this.calm ? 0 : this.widest)
      const moved = BigInt(Math.floor(Number(this.prices[n]) * (1 + draws.between(-width, width))))
      this.prices[n] = draws.chance(0.01) && !this.calm ? 0n : moved > 0n ? moved : 100_000_000n
    }
    if (!draws.chance(0.3)) return []
    const row = draws.integer(0, this.holders.length - 1)
    this.holders[row] = this.holder()
    return [row]
  }
}

const COUNT = 40
/** A book over a model; `status` is what the last computation said, in a column like all state. */
function book(weigh: (row: number) => Weighed) {
  const store = new Store()
  const status = store.column('status', 'u32')
  const accounts = new AccountBook(store, 'book.test')
  const margin: Margin = {
    weigh(row) {
      const weighed = weigh(row)
      status.set(row, weighed.status)
      return weighed
    },
  }
  return { store, status, accounts, margin }
}

describe('account book', () => {
  test('misses nobody: after every block, statuses equal those of computing everybody', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const model = new Model(new Draws(seed), COUNT)
        const { accounts, margin, status } = book((row) => model.weigh(row))
        let dirty: readonly number[] = model.holders.map((_, row) => row)
        for (let n = 0; n < 120; n++) {
          accounts.settle(model.lines(), model.timeS, dirty, margin)
          model.holders.forEach((_, row) => {
            const now = statusOf(model.measure(row))
            if (status.get(row) !== now) throw new Error(`block ${n}, account ${row}: ${now} was missed`)
          })
          dirty = model.step()
        }
      }),
      { numRuns: 60 },
    )
  })

  test('computes a small part of them: only whose slack a move has eaten', () => {
    const draws = new Draws(7)
    const model = new Model(draws, COUNT)
    model.holders.forEach((_, row) => {
      model.holders[row] = {
        collateral: [10n ** 9n, 0n, 0n, 0n],
        debt: [0n, BigInt(draws.integer(3 * 10 ** 8, 7.9 * 10 ** 8)), 0n, 0n],
        growing: { amount: 0n, perS: 0, sinceS: 0 },
      }
    })
    const { accounts, margin } = book((row) => model.weigh(row))
    accounts.settle(model.lines(), 0, model.holders.keys(), margin)
    let computed = 0
    for (let n = 0; n < 100; n++) {
      model.prices[0] = (100_000_000n * BigInt(draws.integer(9900, 10_100))) / 10_000n
      computed += accounts.settle(model.lines(), n, [], margin).length
    }
    expect(computed).toBeLessThan(COUNT * 10)
  })

  test('undo law: to before any block and forward again, all bytes equal', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const model = new Model(new Draws(seed), COUNT)
        const { store, accounts, margin, status } = book((row) => model.weigh(row))
        accounts.settle(model.lines(), model.timeS, model.holders.keys(), margin)
        const blocks: (() => void)[] = []
        const states: { mark: number; dump: unknown }[] = []
        for (let n = 0; n < 30; n++) {
          states.push({ mark: store.mark(), dump: store.dump() })
          const dirty = model.step()
          const { timeS } = model
          const lines = model.lines()
          const weighed = model.holders.map((_, row) => model.weigh(row))
          const then: Margin = {
            weigh(row) {
              status.set(row, (weighed[row] as Weighed).status)
              return weighed[row] as Weighed
            },
          }
          blocks.push(() => void accounts.settle(lines, timeS, dirty, then))
          blocks[n]?.()
        }
        const end = store.dump()
        for (const { mark, dump } of states.toReversed()) {
          store.undoTo(mark)
          expect(store.dump()).toEqual(dump)
        }
        for (const block of blocks) block()
        expect(store.dump()).toEqual(end)
      }),
      { numRuns: 10 },
    )
  })

  test('undo and another branch: lists made anew where others stood are found', () => {
    const [one, other] = [new Model(new Draws(5), COUNT), new Model(new Draws(6), COUNT)]
    let model = one
    const { store, accounts, margin, status } = book((row) => model.weigh(row))
    accounts.settle(one.lines(), 0, one.holders.keys(), margin)
    for (let n = 0; n < 40; n++) {
      const mark = store.mark()
      for (model of [other, one]) {
        store.undoTo(mark)
        const dirty = [...model.step(), ...model.holders.keys()]
        accounts.settle(model.lines(), n, dirty, margin)
        model.step()
        accounts.settle(model.lines(), n, dirty, margin)
        const now = model.holders.map((_, row) => statusOf(model.measure(row)))
        expect(now.map((_, row) => status.get(row))).toEqual(now)
      }
    }
  })

  test('holders of a line are those that owe, whatever they wait for; others have no trigger', () => {
    const { accounts, margin } = book((row) => ({
      status: row === 2 ? STATUS.under : STATUS.healthy,
      slack: row === 3 ? 0 : 0.1,
      growthPerS: 0,
      legs: new Legs()
        .add(row * SLOTS, 0, row === 1 ? 'idle' : row === 4 ? 'none' : 'fall')
        .add(row * SLOTS + 1, 1, row === 4 ? 'none' : 'rise'),
    }))
    const lines = [0, 1].map((id) => ({ id, value: 5 }))
    accounts.settle(lines, 0, [0, 1, 2, 3, 4], margin)
    // 3 wakes in every block, by its first slot: that one is on no line
    expect([accounts.holders(0), accounts.holders(1)]).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
    ])
    expect(accounts.settle(lines, 1, [], margin)).toEqual([3])
  })

  test('a store restored from a dump knows its triggers', () => {
    const model = new Model(new Draws(3), COUNT)
    const first = book((row) => model.weigh(row))
    first.accounts.settle(model.lines(), 0, model.holders.keys(), first.margin)
    const second = book((row) => model.weigh(row))
    second.store.restore(first.store.dump())
    model.prices[0] = (model.prices[0] as bigint) / 2n
    expect(second.accounts.settle(model.lines(), 1, [], second.margin)).toEqual(first.accounts.settle(model.lines(), 1, [], first.margin))
    expect(second.store.dump()).toEqual(first.store.dump())
  })

  const sums = (over: Partial<Sums>): Sums => ({
    collateralE8: 2e12,
    debtE8: 1e12,
    threshold: 1,
    collateralGrainE8: 0,
    debtGrainE8: 0,
    thresholdGrain: 0,
    ...over,
  })

  test('slack of health 2 is a third: both sides may move by it', () => {
    expect(slackOf(sums({}), STATUS.healthy)).toBeCloseTo(1 / 3, 9)
    expect((2 * (1 - 1 / 3)) / (1 + 1 / 3)).toBeCloseTo(1, 12)
  })

  test('what rounding may hide is not slack; an account at its limit has none', () => {
    expect(slackOf(sums({ collateralGrainE8: 10 ** 11 }), STATUS.healthy)).toBeLessThan(1 / 3)
    expect(slackOf(sums({ collateralE8: 1e12 }), STATUS.healthy)).toBeLessThan(0)
  })

  test('status: exactly 1 is healthy, one unit below is not; bad debt is one unit more owed than had', () => {
    const of = (healthE18: bigint, collateralE8: bigint, debtE8: bigint): number => statusOf({ healthE18, collateralE8, debtE8 })
    expect([of(WAD, 100n, 80n), of(WAD - 1n, 100n, 80n), of(0n, 100n, 100n), of(0n, 100n, 101n)]).toEqual([0, 1, 1, 2])
  })

  /** One account with a model of its own: settled once, then only woken by its triggers. */
  function alone(holder: Holder, prices: readonly bigint[], thresholds: readonly bigint[]) {
    const model = new Model(new Draws(1), 0)
    const { accounts, margin, status } = book(() => model.weigh(0))
    model.holders.push(holder)
    thresholds.forEach((t, n) => {
      model.thresholds[n] = t
    })
    const settle = (now: readonly bigint[], timeS: number, dirty: readonly number[] = []): number => {
      now.forEach((price, n) => {
        model.prices[n] = price
      })
      model.timeS = timeS
      accounts.settle(model.lines(), timeS, dirty, margin)
      expect(status.get(0)).toBe(statusOf(model.measure(0)))
      return status.get(0)
    }
    expect(settle(prices, 0, [0])).toBe(STATUS.healthy)
    return settle
  }
  const NO_GROWTH = { amount: 0n, perS: 0, sinceS: 0 }

  test('edge: a collateral that rises tips the floored average threshold, and health falls under 1', () => {
    const debt = (2n * 10n ** 11n * 7000n) / 10_000n - 7_000_000n
    const settle = alone(
      { collateral: [10n ** 6n, 10n ** 6n], debt: [0n, 0n, debt], growing: NO_GROWTH },
      [10n ** 8n, 10n ** 8n, 1000n],
      [8000n, 6000n],
    )
    expect(settle([10n ** 8n, 10n ** 8n + 100n, 1000n], 12)).toBe(STATUS.under)
  })

  test('edge: two values floored at once take more than the prices did', () => {
    const settle = alone(
      { collateral: [1n, 1n], debt: [0n, 0n, 1n], growing: NO_GROWTH },
      [500_000n, 501_000n, 1_000_000n],
      [10_000n, 10_000n],
    )
    expect(settle([499_999n, 500_999n, 1_000_000n], 12)).toBe(STATUS.badDebt)
  })

  test('edge: interest that no line shows, while every price stands still', () => {
    const settle = alone(
      { collateral: [1010n * 10n ** 6n], debt: [0n], growing: { amount: 10n ** 9n, perS: 1e-6, sinceS: 0 } },
      [10n ** 8n],
      [10_000n],
    )
    const statuses = Array.from({ length: 40 }, (_, n) => settle([10n ** 8n], n * 500))
    expect(statuses[19]).toBe(STATUS.healthy)
    expect(statuses[21]).toBe(STATUS.badDebt)
  })

  test('edge: that interest and a price together, each alone within its part', () => {
    const settle = alone(
      { collateral: [0n, 1010n * 10n ** 6n], debt: [0n], growing: { amount: 10n ** 9n, perS: 1e-6, sinceS: 0 } },
      [10n ** 8n, 10n ** 8n],
      [10_000n, 10_000n],
    )
    for (let n = 1; n <= 30; n++) settle([10n ** 8n + BigInt(n) * 20_000n, 10n ** 8n - BigInt(n) * 20_000n], n * 300)
  })

  test('a price of zero and back: the debt that was free is seen again', () => {
    const settle = alone({ collateral: [1000n * 1000n], debt: [0n, 1000n * 1000n], growing: NO_GROWTH }, [100n, 0n], [10_000n])
    expect(settle([100n, 150n], 12)).toBe(STATUS.badDebt)
  })
})
