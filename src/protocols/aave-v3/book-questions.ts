// Who of a pool is under water now, and who would be if one of its prices were another: exact, from the account book.
import type { Hex } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import { AccountBook, statusOf } from '../../state/account-book.ts'
import { supposing, underWater } from '../../state/book/answers.ts'
import type { World } from '../../state/world.ts'
import { AaveMargin, linesOf } from './book.ts'
import { type AccountData, HealthAt } from './health.ts'
import { marketsOf } from './keys.ts'

export interface AccountAt extends AccountData {
  readonly account: Hex
  /** One of STATUS. */
  readonly status: number
}

/** A pool after a block, at that block's time. */
export class AaveQuestions {
  private readonly book: AccountBook
  private readonly pool: string
  constructor(
    private readonly world: World,
    readonly venue: number,
    private readonly timeS: number,
  ) {
    this.pool = world.venues.keyOf(venue)
    // the book's state is in the world's columns, by name: this is one more handle to what the adapter keeps
    this.book = new AccountBook(world.store, `book.${this.pool}`)
  }

  /** In order of row, with their figures now. */
  underWater(): readonly AccountAt[] {
    return this.figures(new HealthAt(this.world, this.timeS))
  }

  /**
   * The same if the oracle said this of a market (no other market's price moves with it), and how many accounts had to be computed for it.
   * Accounts in an e-mode category with a price source of its own keep that price. Needs the journal on.
   */
  underWaterAt(market: number, priceE8: bigint): { readonly accounts: readonly AccountAt[]; readonly computed: number } {
    const { world, timeS, venue } = this
    return supposing(world.store, () => {
      world.markets.columns.priceE8.set(market, priceE8)
      const health = new HealthAt(world, timeS)
      const lines = linesOf(health, venue, marketsOf(world, venue))
      const computed = this.book.settle(lines, timeS, [], new AaveMargin(world, health, timeS)).length
      return { accounts: this.figures(health), computed }
    })
  }

  private figures(health: HealthAt): readonly AccountAt[] {
    const { account, status } = this.world.accounts.columns
    return underWater(this.book, status).map((row) => {
      const data = health.account(row)
      return { ...data, account: addressOf(account.get(row)), status: statusOf(data) }
    })
  }
}
