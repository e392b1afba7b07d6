// How much of a pool's debt nobody covers, and how much could be liquidated and isn't: sums kept as accounts change, never recounted.
import { toFloat } from '../../core/exact.ts'
import { STATUS } from '../../state/account-book.ts'
import { FLOW } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { marketOfLeg, marketsOf, positionsOf } from './keys.ts'

/** Accounts that owe less are nobody's business, USD. */
const DUST_USD = 100

/** `computed`: the accounts whose figures are new in this block. */
export function keepSolvency(world: World, venue: number, computed: readonly number[]): void {
  const badBefore = world.store.column('aave.accountBadUsd', 'f64')
  const openBefore = world.store.column('aave.accountLiquidatableUsd', 'f64')
  const { badDebtUsd, liquidatableUsd, unattendedBlocks } = world.venues.columns
  let bad = badDebtUsd.get(venue)
  let open = liquidatableUsd.get(venue)
  for (const account of computed) {
    const { collateralE8, debtE8, status } = world.accounts.at(account)
    const debtUsd = toFloat(debtE8, 8)
    const owes = debtUsd >= DUST_USD
    const badNow = owes && status === STATUS.badDebt ? toFloat(debtE8 - collateralE8, 8) : 0
    const openNow = owes && status === STATUS.under ? debtUsd : 0
    bad += badNow - badBefore.get(account)
    open += openNow - openBefore.get(account)
    badBefore.set(account, badNow)
    openBefore.set(account, openNow)
  }
  // sums of floats that come and go leave crumbs
  badDebtUsd.set(venue, bad < 1 ? 0 : bad)
  liquidatableUsd.set(venue, open < 1 ? 0 : open)
  const excused = liquidatedIn(world, venue) || allClosed(world, venue)
  unattendedBlocks.set(venue, liquidatableUsd.get(venue) === 0 || excused ? 0 : Math.min(unattendedBlocks.get(venue) + 1, 1_000_000))
}

/** Is each account that could be liquidated kept from it by a paused market of its own? Then nobody can be missed. */
function allClosed(world: World, venue: number): boolean {
  const { paused } = world.markets.columns
  if (!marketsOf(world, venue).some((market) => paused.get(market) === 1)) return false
  const { status, venue: venueOf } = world.accounts.columns
  const { leg } = world.positions.columns
  for (let row = 0; row < world.accounts.count; row++) {
    if (status.get(row) !== STATUS.under || venueOf.get(row) !== venue + 1) continue
    if (![...positionsOf(world, row)].some((position) => paused.get(marketOfLeg(leg.get(position))) === 1)) return false
  }
  return true
}

function liquidatedIn(world: World, venue: number): boolean {
  const { columns, count } = world.flows
  for (let row = 0; row < count; row++) if (columns.kind.get(row) === FLOW.liquidation && columns.venue.get(row) === venue + 1) return true
  return false
}
