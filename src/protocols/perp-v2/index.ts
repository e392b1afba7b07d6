// Perpetual Protocol v2: markets on virtual Uniswap v3 pools, margin accounts to the last digit, open interest, funding, insurance.
// Run for real: Curie 2.8.4 (@perp/curie-contract). Deployments that answer otherwise are refused. Known gaps: accounts opened before the
// first block watched are unknown until an event names them; funding settled to exactly zero leaves no event, so the next check may
// find one unit of difference in an account of dust size.
import type { GuardStep, Hex } from '../../core/flow.ts'
import { entryId } from '../../core/guard-entry.ts'
import { addressSubject } from '../../core/subject.ts'
import { addressOf } from '../../core/words.ts'
import type { Protocol, Watch } from '../../state/protocol.ts'
import {
  chains,
  perpAccounts,
  perpClusters,
  perpFlows,
  perpLevels,
  perpMarkets,
  perpPositions,
  perpTrades,
  perpVenues,
  venues,
} from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { ACTIONS } from './actions.ts'
import { applyBlock } from './apply.ts'
import { BooksOf } from './book.ts'
import { findVenue, marketsOf } from './keys.ts'
import { perpReads } from './reads.ts'
import { type PerpSpec, type PerpV2Config, specOf } from './spec.ts'

export function perpV2(config: PerpV2Config): Protocol {
  const spec = specOf(config)
  const { clearingHouse } = spec
  const books = new BooksOf(clearingHouse)
  const entries = (config.guard?.entries ?? []).map(({ action, entry, subjects }) => ({
    action,
    id: entryId(entry),
    subjects: new Set(subjects),
  }))
  const offered = new Set<string>(entries.map(({ action }) => action))
  return {
    id: `perp-v2:${config.chainId}:${clearingHouse}`,
    writes: [venues, perpVenues, perpMarkets, perpAccounts, perpPositions, perpClusters, perpLevels, perpTrades, perpFlows, chains],
    watches: (world) => watches(world, spec),
    reads: (world, block, sofar) => sofar.missing(perpReads(world, spec, block, sofar)),
    apply: (world, block, answers) => applyBlock(world, spec, books, block, answers),
    actions: Object.fromEntries(Object.entries(ACTIONS).filter(([name]) => offered.has(name))),
    /** `market`: a row of `perpMarkets`. */
    steps(world, action, market): readonly GuardStep[] {
      const venue = findVenue(world, clearingHouse)
      if (venue === undefined || world.perpMarkets.columns.perpVenue.get(market) !== venue + 1) return []
      const base = addressSubject(addressOf(world.perpMarkets.columns.baseToken.get(market)))
      return entries
        .filter((entry) => entry.action === action && (entry.subjects.has(base) || entry.subjects.has(NO_SUBJECT)))
        .map(({ id, subjects }) => ({ entry: id, subject: subjects.has(base) ? base : NO_SUBJECT, step: 0, action, market }))
    },
  }
}

/** Of what is set for the whole exchange. */
const NO_SUBJECT: Hex = addressSubject('0x0000000000000000000000000000000000000000')

function watches(world: World, { clearingHouse, followPayers }: PerpSpec): readonly Watch[] {
  const venue = findVenue(world, clearingHouse)
  if (venue === undefined) return [{ address: clearingHouse }]
  const { columns } = world.perpVenues
  const at = (column: 'vault' | 'exchange' | 'accountBalance' | 'registry' | 'config' | 'settlementToken'): Hex =>
    addressOf(columns[column].get(venue))
  return [
    { address: clearingHouse },
    { address: at('vault') },
    { address: at('exchange') },
    { address: at('accountBalance') },
    { address: at('registry') },
    { address: at('config') },
    ...(followPayers ? [{ address: at('settlementToken'), topics: [TOPIC.transfer] }] : []),
    ...marketsOf(world, venue).map((row) => ({
      address: addressOf(world.perpMarkets.columns.baseToken.get(row)),
      topics: [TOPIC.statusUpdated],
    })),
  ]
}
