// What a queued operation must not move unseen of a pool: prices, their sources, parameters, cash, and the accounts that owe most.
import type { Hex, Watchpoint } from '../../core/flow.ts'
import { addressOf, wordAt } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import { type ConfigPart, configPart } from './config-bits.ts'
import { marketsOf } from './keys.ts'
import { call } from './reads.ts'

/** An account's view is dear (some 200,000 gas), and the largest debts are what matters. */
const MOST_ACCOUNTS = 24

export function poolWatchpoints(world: World, pool: Hex): readonly Watchpoint[] {
  const venue = world.venues.find(pool)
  if (venue === undefined) return []
  const oracle = addressOf(world.venues.columns.oracle.get(venue))
  const markets = marketsOf(world, venue).flatMap((row): readonly Watchpoint[] => {
    const subject = world.markets.keyOf(row)
    const asset = addressOf(world.markets.columns.asset.get(row))
    const aToken = addressOf(world.markets.columns.aToken.get(row))
    return [
      { kind: 'price', subject, name: 'price', call: call.price(oracle, asset) },
      { kind: 'source', subject, name: 'price source', call: call.sourceOf(oracle, asset) },
      { kind: 'parameter', subject, name: 'parameters', call: call.configuration(pool, asset) },
      { kind: 'cash', subject, name: 'cash', call: call.cash(asset, aToken) },
    ]
  })
  const accounts = largestDebts(world, venue).map(
    (row): Watchpoint => ({
      kind: 'account',
      subject: world.accounts.keyOf(row),
      name: 'account',
      call: call.accountData(pool, addressOf(world.accounts.columns.account.get(row))),
    }),
  )
  return [...markets, ...accounts]
}

/**
 * With its supply cap filled, or by whoever brings enough of it where there is none; never more than the other markets can lend. What is
 * supplied now does not count: the cap is what governance says may come.
 */
export function creditUsd(world: World, pool: Hex, market: string, parameters: Hex): number | undefined {
  const row = market.startsWith(`${pool}:`) ? world.markets.find(market) : undefined
  const config = wordAt(parameters, 0)
  if (row === undefined || config === undefined) return undefined
  const part = (name: ConfigPart): number => configPart(config, name)
  if (part('active') === 0 || part('frozen') === 1 || part('ltvBps') === 0) return 0
  const { columns } = world.markets
  const lendableUsd = marketsOf(world, columns.venue.get(row) - 1).reduce(
    (sum, other) => sum + (other === row ? 0 : columns.cashUsd.get(other)),
    0,
  )
  const cap = part('supplyCap')
  if (cap === 0) return lendableUsd
  return Math.min((cap * columns.price.get(row) * part('ltvBps')) / 10_000, lendableUsd)
}

/** As the accounts were when last computed; rows decide between equal ones. */
function largestDebts(world: World, venue: number): readonly number[] {
  const { columns, count } = world.accounts
  const owing: { readonly row: number; readonly debt: bigint }[] = []
  for (let row = 0; row < count; row++) {
    const debt = columns.venue.get(row) === venue + 1 ? columns.debtE8.get(row) : 0n
    if (debt > 0n) owing.push({ row, debt })
  }
  owing.sort((a, b) => (a.debt === b.debt ? a.row - b.row : a.debt > b.debt ? -1 : 1))
  return owing.slice(0, MOST_ACCOUNTS).map(({ row }) => row)
}
