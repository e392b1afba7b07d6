// Who wins the block when an attacker and the nodes want the same one: the nodes' fee never changes, the attackers' does.
import type { PlannedTx } from '../../src/scenario.ts'
import { FEES } from '../fees.ts'
import { uniform } from '../random.ts'

/** `half`: a fair coin for each block, keyed by the seed, so that the unguarded run has the same blocks as the guarded one. */
export type Ordering = 'won' | 'half' | 'lost'

export function ordered(tx: PlannedTx, ordering: Ordering, seed: number, block: number): PlannedTx {
  if (tx.party !== 'attacker' || !isLost(ordering, seed, block)) return tx
  return { ...tx, maxFeePerGas: tx.maxFeePerGas + FEES.overNodes }
}

function isLost(ordering: Ordering, seed: number, block: number): boolean {
  return ordering === 'lost' || (ordering === 'half' && uniform('ordering', seed, block) < 0.5)
}
