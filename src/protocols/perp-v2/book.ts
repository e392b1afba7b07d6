// The account book of an exchange: accounts whose value is linear in prices are watched by triggers, the others by asking.
import type { Hex } from '../../core/flow.ts'
import { AccountBook, type Margin, type Weighed } from '../../state/account-book.ts'
import { curieRules, PerpBook, type PerpMarket } from '../../state/book/perp-margin.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { marketsOf } from './keys.ts'

export interface Books {
  readonly perp: PerpBook
  readonly book: AccountBook
}

/** Columns and heaps of a world are found by name; what is kept here are handles, and the ratio that they were made for. */
export class BooksOf {
  private readonly known = new WeakMap<World, Books>()

  constructor(private readonly clearingHouse: Hex) {}

  in(world: World, venue: number): Books {
    const { columns } = world.perpVenues
    const ratio = BigInt(columns.mmRatioPpm.get(venue))
    const before = this.known.get(world)
    if (before?.perp.mmRatioPpm === ratio) return before
    const perp = new PerpBook(world.store, `perp.${this.clearingHouse}`, ratio, curieRules(columns.settlementDecimals.get(venue)))
    const made = { perp, book: new AccountBook(world.store, `book.${this.clearingHouse}`) }
    this.known.set(world, made)
    return made
  }
}

/** Where a market's sum of funding stood when we first saw it: the book counts from there, so that its numbers stay small. */
export const fundingBase = (world: World) => world.store.column('perp.fundingBase', 'word')

/** Markets as the book wants them, by their number. */
export function pricesOf(world: World, venue: number): readonly PerpMarket[] {
  const { columns } = world.perpMarkets
  const base = fundingBase(world)
  return marketsOf(world, venue).map((row) => ({
    priceE18: columns.markE18.get(row),
    fundingE18: signed(columns.fundingX96.get(row)) - signed(base.get(row)),
  }))
}

/** What the book can hold. */
const LIMIT = 1n << 127n
export const fits = (value: bigint): boolean => value < LIMIT && -value < LIMIT

export class PerpMargin implements Margin {
  constructor(
    private readonly perp: PerpBook,
    private readonly isAsked: (account: number) => boolean,
  ) {}
  weigh(account: number, dirty: boolean): Weighed {
    return this.isAsked(account) ? this.perp.asleep(account) : this.perp.weigh(account, dirty)
  }
}
