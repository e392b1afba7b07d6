// What the markets of one venue come to together: their collateral is shared, so a part is judged against the whole.
import { markets } from '../state/tables.ts'
import type { View } from './define.ts'

export interface VenueSums {
  readonly suppliedUsd: number
  /** Cash of the markets that lend: active, neither frozen nor paused, enabled for borrowing. */
  readonly lendableUsd: number
}

/** `venue` refers to a row: row + 1. Figures that are no numbers count for nothing: one bad market must not hide the others. */
export function venueSums(view: View, venue: number): VenueSums {
  let suppliedUsd = 0
  let lendableUsd = 0
  const count = view.count(markets)
  for (let row = 0; row < count; row++) {
    const market = view.at(markets, row)
    if (market.venue !== venue) continue
    if (Number.isFinite(market.suppliedUsd)) suppliedUsd += market.suppliedUsd
    const lends = market.active === 1 && market.borrowing === 1 && market.frozen === 0 && market.paused === 0
    if (lends && Number.isFinite(market.cashUsd)) lendableUsd += market.cashUsd
  }
  return { suppliedUsd, lendableUsd }
}
