// The positions of an account, as far as its list goes: a list that a bad row made endless ends all the same.

import { marketOfLeg, type Side, sideOfLeg } from '../state/legs.ts'
import { accounts, positions } from '../state/tables.ts'
import type { View } from './define.ts'

/** An Aave pool has at most 128 reserves, each with up to three rows. */
const MOST = 400

export interface Leg {
  readonly market: number
  readonly side: Side
  readonly amount: bigint
}

/** `account` is a row. Rows that are not there end the list. */
export function legsOf(view: View, account: number): readonly Leg[] {
  const legs: Leg[] = []
  if (account < 0 || account >= view.count(accounts)) return legs
  const count = view.count(positions)
  let { firstPosition: next } = view.at(accounts, account)
  for (let n = 0; next > 0 && next <= count && n < MOST; n++) {
    const { leg, amount, next: after } = view.at(positions, next - 1)
    if (leg > 0) legs.push({ market: marketOfLeg(leg), side: sideOfLeg(leg), amount })
    next = after
  }
  return legs
}
