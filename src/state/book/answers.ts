// Questions to the account book that don't look through its accounts: who is under water, and who would be if prices were others.
import { BadDataError } from '../../core/errors.ts'
import type { U32Column } from '../../store/column.ts'
import type { Store } from '../../store/store.ts'
import { type AccountBook, STATUS } from '../account-book.ts'
import type { World } from '../world.ts'

/** Accounts under their threshold or with bad debt, in order of row. Costs as much as there are such accounts. */
export const underWater = (book: AccountBook, status: U32Column): readonly number[] =>
  book.unsettled().filter((account) => status.get(account) !== STATUS.healthy)

/**
 * Who would be under water after `settle`, which writes other prices and settles the book; all of it is undone. Exact, and costs what
 * the move itself would. Between blocks only: an undo forgets which rows the present block has touched.
 */
export function wouldBeUnderWater(store: Store, book: AccountBook, status: U32Column, settle: () => void): readonly number[] {
  if (!store.journal.on)
    throw new BadDataError({ from: 'the account book', what: 'a hypothesis', got: 'a journal that is off', want: 'one to undo it' })
  const mark = store.mark()
  try {
    settle()
    return underWater(book, status)
  } finally {
    store.undoTo(mark)
  }
}

/** What all accounts of a market together gain from a rise of its asset by its whole price, USD: supplied less borrowed. */
export function netExposureUsd(world: World, market: number): number {
  const { suppliedUsd, borrowedUsd } = world.markets.columns
  return suppliedUsd.get(market) - borrowedUsd.get(market)
}
