// Which nonce comes next: the lowest that is neither used nor promised, so that no gap ever holds up what stands behind it.
import type { StoredTransaction } from '../record/intent.ts'
import type { Bid } from './fees.ts'

export interface FreeNonce {
  readonly nonce: number
  /** The highest that we bid on this nonce before; a new bid must beat it where the old one may still be in a pool. */
  readonly before: Bid | undefined
  readonly inPool: boolean
}

/**
 * All free nonces in order.
 * A nonce below the pending count is in the pool: free only if what is there is ours and given up.
 * @param mined transactions of the account that are mined; @param pending the same with those in the node's pool
 * @param ours all that we signed for nonces from `mined` on
 */
export function* freeNonces(mined: number, pending: number, ours: readonly StoredTransaction[]): Generator<FreeNonce, never> {
  for (let nonce = mined; ; nonce++) {
    const here = ours.filter((transaction) => transaction.nonce === nonce)
    if (here.some(({ state }) => state === 'live')) continue
    const inPool = nonce < pending
    if (inPool && here.length === 0) continue
    yield { nonce, before: highestBid(here), inPool }
  }
}

export function highestBid(transactions: readonly Bid[]): Bid | undefined {
  return transactions.reduce<Bid | undefined>((best, { maxFeePerGas, priorityFeePerGas }) => {
    if (best === undefined) return { maxFeePerGas, priorityFeePerGas }
    return {
      maxFeePerGas: maxFeePerGas > best.maxFeePerGas ? maxFeePerGas : best.maxFeePerGas,
      priorityFeePerGas: priorityFeePerGas > best.priorityFeePerGas ? priorityFeePerGas : best.priorityFeePerGas,
    }
  }, undefined)
}
