// Aave v3 pools: markets, margin accounts and flows from events with exact scaled balances; configuration and prices by reading.
// Run for real: v3.0 (@aave/core-v3 1.19.3, POOL_REVISION 1). Other revisions are refused. Known gap: accounts opened before the first
// block watched are known only by what they did since.
import type { GuardActionName, GuardStep, Hex } from '../../core/flow.ts'
import { entryId } from '../../core/guard-entry.ts'
import { addressSubject } from '../../core/subject.ts'
import { addressOf } from '../../core/words.ts'
import type { Protocol, Watch } from '../../state/protocol.ts'
import { accounts, authorityChanges, chains, eModes, flows, markets, positions, venues } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { ACTIONS, LIQUIDATE } from './actions.ts'
import { applyBlock } from './apply.ts'
import type { AaveGuardEntry } from './entries.ts'
import { Kept } from './kept.ts'
import { marketsOf } from './keys.ts'
import { poolReads } from './reads.ts'
import { checkReads } from './self-check.ts'
import { creditUsd, poolWatchpoints } from './watchpoints.ts'

export interface AaveV3Config {
  readonly chainId: number
  readonly pool: Hex
  /** Undefined: we only watch. */
  readonly guard?: { readonly entries: readonly AaveGuardEntry[] }
  /** Whether accounts can be relieved through a Liquidator. */
  readonly liquidates?: boolean
}

const SCALED_TOPICS = [TOPIC.mint, TOPIC.burn]
const ATOKEN_TOPICS = [...SCALED_TOPICS, TOPIC.transfer, TOPIC.balanceTransfer]
const STABLE_TOPICS = [TOPIC.stableMint, TOPIC.stableBurn]

export function aaveV3(config: AaveV3Config): Protocol {
  const pool = config.pool.toLowerCase() as Hex
  const entries = (config.guard?.entries ?? []).map(({ action, entry }) => ({
    action,
    id: entryId(entry),
    assets: new Set(entry.args[0]?.values ?? []),
  }))
  const offered = new Set(entries.map(({ action }) => action))
  const worlds = new WeakMap<World, Kept>()
  const keptFor = (world: World): Kept => {
    let kept = worlds.get(world)
    if (!kept) {
      kept = new Kept(world, pool)
      worlds.set(world, kept)
    }
    return kept
  }
  return {
    id: `aave-v3:${config.chainId}:${pool}`,
    // of chains whether the contract agrees with the book
    writes: [venues, markets, eModes, accounts, positions, flows, authorityChanges, chains],
    watches: (world) => watches(world, pool),
    reads: (world, { number, logs }, sofar) =>
      sofar.missing([...poolReads(world, pool, keptFor(world), logs, sofar), ...checkReads(world, pool, number)]),
    apply: (world, block, answers) => applyBlock(world, pool, keptFor(world), block, answers),
    watchpoints: (world) => poolWatchpoints(world, pool),
    creditUsd: (world, market, parameters) => creditUsd(world, pool, market, parameters),
    actions: {
      ...Object.fromEntries(Object.entries(ACTIONS).filter(([name]) => offered.has(name as GuardActionName))),
      ...(config.liquidates ? { liquidate: LIQUIDATE } : {}),
    },
    steps(world, action, market): readonly GuardStep[] {
      const asset = world.markets.columns.asset.get(market)
      const venue = world.venues.find(pool)
      if (venue === undefined || world.markets.columns.venue.get(market) !== venue + 1) return []
      return entries
        .filter((entry) => entry.action === action && entry.assets.has(asset))
        .map(({ id }) => ({ entry: id, subject: addressSubject(addressOf(asset)), step: 0, action, market }))
    },
  }
}

function watches(world: World, pool: Hex): readonly Watch[] {
  const venue = world.venues.find(pool)
  if (venue === undefined) return [{ address: pool }]
  const { provider, oracle, configurator } = world.venues.columns
  const contracts = [provider, oracle, configurator].map((column) => ({ address: column.address(venue) }))
  const tokens = marketsOf(world, venue).flatMap((market) => {
    const { aToken, variableDebtToken, stableDebtToken } = world.markets.columns
    return [
      { address: aToken.address(market), topics: ATOKEN_TOPICS },
      { address: variableDebtToken.address(market), topics: SCALED_TOPICS },
      { address: stableDebtToken.address(market), topics: STABLE_TOPICS },
    ]
  })
  return [{ address: pool }, ...contracts, ...tokens]
}
