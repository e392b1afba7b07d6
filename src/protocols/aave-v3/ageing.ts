// How many aged accounts each market has, kept as they change: disruption is counted in accounts that an attacker can't have made just now.
import type { World } from '../../state/world.ts'
import { findPosition, marketOfLeg, positionsOf, SIDE, sideOfLeg } from './keys.ts'

const AGED_S = 7 * 86_400
const SUPPLIER = 1
const INDEBTED = 2
const MIXED = 4
const BORROWER = 8

/** Accounts that turned seven days old; rows come in order of first sight, so a pointer finds them. */
export function ripen(world: World, pool: string, venue: number, timeS: number): readonly number[] {
  const pointer = world.store.column(`aave.ripe.${pool}`, 'u32')
  const { columns, count } = world.accounts
  const ripe: number[] = []
  let row = pointer.get(0)
  for (; row < count && columns.firstSeenS.get(row) + AGED_S <= timeS; row++) {
    if (columns.venue.get(row) !== venue + 1) continue
    columns.aged.set(row, 1)
    ripe.push(row)
  }
  pointer.set(0, row)
  return ripe
}

/** Counts an account's positions anew: what each counted for before is kept beside it. */
export function countAged(world: World, account: number): void {
  if (world.accounts.columns.aged.get(account) !== 1) return
  const { columns } = world.positions
  const rows = [...positionsOf(world, account)]
  const holds = (row: number): boolean => columns.amount.get(row) !== 0n
  const owes = (row: number): boolean => sideOfLeg(columns.leg.get(row)) >= SIDE.variable && holds(row) && !counted(row)
  const backs = (row: number): boolean => sideOfLeg(columns.leg.get(row)) === SIDE.collateral && holds(row)
  // an account that owes in a market at both rates is one borrower there
  const counted = (row: number): boolean => {
    const leg = columns.leg.get(row)
    if (sideOfLeg(leg) !== SIDE.stable) return false
    const variable = findPosition(world, account, marketOfLeg(leg), SIDE.variable)
    return variable !== undefined && holds(variable)
  }
  const indebted = rows.some(owes)
  const collaterals = rows.filter(backs).length
  for (const row of rows) {
    let counts = owes(row) ? BORROWER : 0
    if (backs(row)) counts |= SUPPLIER | (indebted ? INDEBTED : 0) | (indebted && collaterals > 1 ? MIXED : 0)
    recount(world, row, counts)
  }
}

function recount(world: World, position: number, counts: number): void {
  const counted = world.store.column('aave.counted', 'u32')
  const before = counted.get(position)
  if (before === counts) return
  counted.set(position, counts)
  const market = marketOfLeg(world.positions.columns.leg.get(position))
  const { agedSuppliers, agedIndebted, agedMixed, agedBorrowers } = world.markets.columns
  for (const [bit, column] of [
    [SUPPLIER, agedSuppliers],
    [INDEBTED, agedIndebted],
    [MIXED, agedMixed],
    [BORROWER, agedBorrowers],
  ] as const) {
    const change = (counts & bit ? 1 : 0) - (before & bit ? 1 : 0)
    if (change !== 0) column.set(market, column.get(market) + change)
  }
}
