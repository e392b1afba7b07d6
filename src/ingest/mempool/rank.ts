// Which waiting transaction can do most harm, by what is known before it is simulated: that one is looked at first and shed last.
import type { Hex } from '../../core/flow.ts'

/** What ranking needs of a transaction. */
export interface Ranked {
  readonly from: Hex
  readonly to: Hex | null
  readonly gas: number
  readonly value: bigint
  readonly accessList: readonly Hex[]
}

export interface Known {
  /** Is it a contract that an adapter watches? */
  watched(address: Hex): boolean
  /** Does it hold a role, report a price, govern? */
  privileged(address: Hex): boolean
  /** Has it been called so often without touching what is watched that it is nothing new? */
  familiar(address: Hex): boolean
}

/** Less than this does no loan, no swap and no report: a plain borrow of Aave's takes 300,000, a transfer of tokens 65,000. */
export const LARGE_GAS = 250_000

/** 3: it calls what is watched. 2: whoever sent it may change what is watched. 1: a new or unknown contract with much gas. 0: the rest. */
export type Rank = 0 | 1 | 2 | 3

export function rankOf({ from, to, gas, accessList }: Ranked, known: Known): Rank {
  if ((to !== null && known.watched(to)) || accessList.some((address) => known.watched(address))) return 3
  if (known.privileged(from)) return 2
  if (gas >= LARGE_GAS && (to === null || !known.familiar(to))) return 1
  return 0
}
