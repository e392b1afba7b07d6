// Questions to the account book that don't look through its accounts: who is under water, and what would be if prices were others.
import { BadDataError } from '../../core/errors.ts'
import type { U32Column } from '../../store/column.ts'
import type { Store } from '../../store/store.ts'
import { type AccountBook, STATUS } from '../account-book.ts'

/** Accounts under their threshold or with bad debt, in order of row. Costs as much as there are such accounts. */
export const underWater = (book: AccountBook, status: U32Column): readonly number[] =>
  book.unsettled().filter((account) => status.get(account) !== STATUS.healthy)

/**
 * What `look` finds once it has written other prices and settled the book; all that it wrote is undone. As exact as the book, and costs
 * what the move itself would. Between blocks only: an undo forgets which rows the present block has touched.
 * @throws BadDataError if the journal is off, as it is while history is folded: nothing could be undone
 */
export function supposing<T>(store: Store, look: () => T): T {
  if (!store.journal.on)
    throw new BadDataError({ from: 'the account book', what: 'a hypothesis', got: 'a journal that is off', want: 'one to undo it' })
  const mark = store.mark()
  try {
    return look()
  } finally {
    store.undoTo(mark)
  }
}
