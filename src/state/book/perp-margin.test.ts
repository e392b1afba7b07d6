import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Draws } from '../../../test/support/draws.ts'
import { Store } from '../../store/store.ts'
import { AccountBook, STATUS } from '../account-book.ts'
import { curieRules, PerpBook, type PerpMarket, perpStatus } from './perp-margin.ts'

const E18 = 10n ** 18n
const MARKETS = 3
const units = (value: number): bigint => (BigInt(Math.floor(value * 1e9)) * E18) / 10n ** 9n

/** A market of perpetuals under random moves; funding goes through zero and back. */
class Market {
  readonly store = new Store()
  readonly perp: PerpBook
  readonly book = new AccountBook(this.store, 'book')
  markets: PerpMarket[] = Array.from({ length: MARKETS }, (_, n) => ({ priceE18: 10n ** BigInt(n + 1) * E18, fundingE18: 0n }))
  /** By `account:market`. */
  private readonly sizes = new Map<string, bigint>()
  constructor(
    readonly draws: Draws,
    readonly count: number,
    private readonly isCurie = false,
  ) {
    this.perp = isCurie ? new PerpBook(this.store, 'perp', 62_500n, curieRules(6)) : new PerpBook(this.store, 'perp', 62_500n)
    for (let account = 0; account < count; account++) this.open(account)
    this.settle(Array.from({ length: count }, (_, n) => n))
  }
  open(account: number): void {
    const { draws } = this
    const margin = 10 ** draws.between(0, 5)
    this.perp.setCollateral(account, units(margin))
    for (let n = draws.integer(1, 2); n > 0; n--) {
      const market = draws.integer(0, MARKETS - 1)
      const { priceE18, fundingE18 } = this.markets[market] as PerpMarket
      const size = units((margin * draws.between(0.5, 14)) / (Number(priceE18) / 1e18)) * (draws.chance(0.5) ? 1n : -1n)
      const held = draws.chance(0.05) ? 0n : size
      this.perp.setPosition(account, market, held, -(size * priceE18) / E18, fundingE18)
      this.sizes.set(`${account}:${market}`, held)
    }
  }
  step(): number[] {
    const { draws } = this
    const width = 10 ** draws.between(-6, -1)
    this.markets = this.markets.map(({ priceE18, fundingE18 }) => ({
      priceE18: draws.chance(0.3) ? priceE18 : (priceE18 * units(1 + draws.between(-width, width))) / E18,
      fundingE18: draws.chance(0.7)
        ? fundingE18
        : fundingE18 + (this.scaled(priceE18) * BigInt(Math.floor(draws.between(-1, 1) * width * 1e8))) / 10n ** 9n,
    }))
    if (!draws.chance(0.3)) return []
    const account = draws.integer(0, this.count - 1)
    this.open(account)
    return [account]
  }
  private scaled(amountE18: bigint): bigint {
    return this.isCurie ? (amountE18 * (86_400n << 96n)) / E18 : amountE18
  }
  settle(dirty: readonly number[]): readonly number[] {
    return this.book.settle(this.perp.at(this.markets), 0, dirty, this.perp)
  }
  naiveDeltaE18(market: number): bigint {
    return [...this.sizes].reduce((sum, [of, size]) => (of.endsWith(`:${market}`) ? sum + size : sum), 0n)
  }
  expectExact(): void {
    for (let account = 0; account < this.count; account++)
      if (this.perp.status.get(account) !== perpStatus(this.perp.figures(account))) throw new Error(`account ${account} was missed`)
  }
}

describe('perpetual margin', () => {
  const one = (sizeE18: bigint, quoteE18: bigint, collateralE18: bigint) => {
    const store = new Store()
    const perp = new PerpBook(store, 'perp', 62_500n)
    perp.setCollateral(0, collateralE18)
    perp.setPosition(0, 0, sizeE18, quoteE18, 2n * E18)
    return (priceE18: bigint, fundingE18 = 2n * E18) => {
      perp.at([{ priceE18, fundingE18 }])
      return perp.figures(0)
    }
  }

  test('a long of 2 at 100 with 20: value 20, requirement 12.5; a fall of 5 takes 10; funding of 1 a unit takes 2', () => {
    const at = one(2n * E18, -200n * E18, 20n * E18)
    expect(at(100n * E18)).toEqual({ valueE18: 20n * E18, requirementE18: (125n * E18) / 10n })
    expect(at(95n * E18).valueE18).toBe(10n * E18)
    expect(at(100n * E18, 3n * E18).valueE18).toBe(18n * E18)
  })

  test('a short gains by a fall and is paid funding; what does not divide is cut off towards zero', () => {
    const at = one(-2n * E18, 200n * E18, 20n * E18)
    expect(at(95n * E18).valueE18).toBe(30n * E18)
    expect(at(100n * E18, 3n * E18).valueE18).toBe(22n * E18)
    expect(one(-1n, 0n, 0n)(E18 + 1n).valueE18).toBe(-1n)
  })

  test('as Curie counts: funding in 2^-96 a day, truncated twice; dust is nothing; the value is floored to 6 decimals, below zero too', () => {
    const of = (sizeE18: bigint, collateralE18: bigint, fundingE18: bigint) => {
      const perp = new PerpBook(new Store(), 'perp', 62_500n, curieRules(6))
      perp.setCollateral(0, collateralE18)
      perp.setPosition(0, 0, sizeE18, 0n, 0n)
      perp.at([{ priceE18: E18, fundingE18 }])
      return perp.figures(0).valueE18
    }
    expect(of(E18, 0n, 86_400n << 96n)).toBe(0n)
    expect(of(E18, 0n, 2n * (86_400n << 96n))).toBe(-E18)
    expect(of(9n, E18, 0n)).toBe(E18)
    expect([of(0n, E18 + 10n ** 12n - 1n, 0n), of(0n, -1n, 0n), of(0n, -(10n ** 12n), 0n)]).toEqual([E18, -(10n ** 12n), -(10n ** 12n)])
    expect([of(10n ** 16n, 10n ** 12n - 1n, (86_400n << 96n) - 1n), of(-(10n ** 16n), 0n, 0n)]).toEqual([10n ** 12n, -(10n ** 16n)])
  })

  test('edge: at the requirement exactly it is healthy, one unit below it is not; below zero it is bad debt', () => {
    const of = (valueE18: bigint): number => perpStatus({ valueE18, requirementE18: 10n })
    expect([of(10n), of(9n), of(0n), of(-1n)]).toEqual([STATUS.healthy, STATUS.under, STATUS.under, STATUS.badDebt])
  })

  test.each([false, true])(
    'misses nobody: after every move of prices and funding, statuses equal those of computing everybody (Curie: %s)',
    (isCurie) => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const market = new Market(new Draws(seed), 40, isCurie)
          for (let n = 0; n < 100; n++) {
            market.expectExact()
            market.settle(market.step())
          }
          market.expectExact()
        }),
        { numRuns: 25 },
      )
    },
  )

  test('computes few: a thousand accounts, moves of a thousandth', () => {
    const market = new Market(new Draws(3), 1_000)
    let computed = 0
    for (let n = 0; n < 20; n++) {
      market.markets = market.markets.map((m) => ({ ...m, priceE18: (m.priceE18 * (n % 2 === 0 ? 1001n : 999n)) / 1000n }))
      computed += market.settle([]).length
    }
    market.expectExact()
    expect(computed).toBeLessThan(20 * 400)
  })

  test('net delta is the sum of signed sizes, added up one by one; undo law: all bytes equal', () => {
    const market = new Market(new Draws(9), 30)
    const states = Array.from({ length: 25 }, () => {
      const state = { mark: market.store.mark(), dump: market.store.dump() }
      market.settle(market.step())
      for (let n = 0; n < MARKETS; n++) expect(market.perp.netDeltaE18(n)).toBe(market.naiveDeltaE18(n))
      return state
    })
    for (const { mark, dump } of states.toReversed()) {
      market.store.undoTo(mark)
      expect(market.store.dump()).toEqual(dump)
    }
    const fresh = new PerpBook(new Store(), 'p', 1n)
    fresh.setPosition(0, 1, 5n, 0n, 0n)
    fresh.setPosition(1, 1, -8n, 0n, 0n)
    fresh.setPosition(0, 1, 2n, 0n, 0n)
    expect([fresh.netDeltaE18(0), fresh.netDeltaE18(1)]).toEqual([0n, -6n])
  })
})
