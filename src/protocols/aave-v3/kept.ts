// What the adapter keeps for a world beside its tables: handles and indexes, all of which follow from the tables.
import type { Hex } from '../../core/flow.ts'
import { LogWords } from '../../decode/log-words.ts'
import { AccountBook } from '../../state/account-book.ts'
import { AddressIndex } from '../../state/address-index.ts'
import type { World } from '../../state/world.ts'

export class Kept {
  readonly book: AccountBook
  readonly accounts: AddressIndex
  readonly markets: AddressIndex
  /** Of the log under way. */
  readonly words = new LogWords()
  constructor({ store, accounts, markets }: World, pool: Hex) {
    // heaps of a world are found by name; the book only keeps their handles
    this.book = new AccountBook(store, `book.${pool}`)
    this.accounts = new AddressIndex(accounts, accounts.columns.venue, accounts.columns.account)
    this.markets = new AddressIndex(markets, markets.columns.venue, markets.columns.asset)
  }
}
