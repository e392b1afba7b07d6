// Lyra's option markets, Avalon release: liquidity, greeks, boards, strikes, positions, trades and payouts. Other releases are refused.
// Run for real: @lyrafinance/protocol 0.1.3-alpha, with the package's own stand-in for Synthetix. Known gap: boards that were settled, and
// positions that were closed, before the first block watched are known only as far as a position still open refers to them.
import type { Hex } from '../../core/flow.ts'
import type { Protocol, Watch } from '../../state/protocol.ts'
import { boards, optionMarkets, optionPayouts, optionPositions, optionTrades, strikes, venues } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { applyMarket, type MarketSpec } from './apply.ts'
import type { LyraGuardEntry } from './entries.ts'
import { partsOf } from './parts.ts'
import { marketReads } from './reads.ts'
import { offered, stepsOn } from './steps.ts'

export interface LyraConfig {
  readonly chainId: number
  /** The OptionMarket. */
  readonly market: Hex
  /** Proxy of an independent feed of the base asset's price. */
  readonly feed?: Hex
  /** Undefined: we only watch. */
  readonly guard?: { readonly entries: readonly LyraGuardEntry[] }
}

export function lyra(config: LyraConfig): Protocol {
  const market = config.market.toLowerCase() as Hex
  const feed = config.feed?.toLowerCase() as Hex | undefined
  const spec: MarketSpec = { market, ...(feed === undefined ? {} : { feed }) }
  const entries = config.guard?.entries ?? []
  return {
    id: `lyra:${config.chainId}:${market}`,
    writes: [venues, optionMarkets, boards, strikes, optionPositions, optionTrades, optionPayouts],
    watches: (world) => watches(world, market),
    reads: (world, block, sofar) => sofar.missing(marketReads(world, market, block, sofar)),
    apply: (world, block, answers) => applyMarket(world, spec, block, answers),
    actions: offered(entries),
    /** `market`: a row of `boards`. */
    steps: (world, action, board) => stepsOn(world, market, entries, action, board),
  }
}

const TOPICS = {
  market: [
    TOPIC.boardCreated,
    TOPIC.boardFrozen,
    TOPIC.boardIvSet,
    TOPIC.boardSettled,
    TOPIC.strikeAdded,
    TOPIC.strikeSkewSet,
    TOPIC.trade,
  ],
  pool: [TOPIC.boardSettlement, TOPIC.settlementSent, TOPIC.insolventSettlements, TOPIC.poolParameters, TOPIC.hedgerChanged],
  cache: [TOPIC.strikeCache, TOPIC.boardCache, TOPIC.boardCacheRemoved, TOPIC.cacheParameters, TOPIC.collateralParameters],
  token: [TOPIC.positionUpdated, TOPIC.transfer],
  collateral: [TOPIC.positionSettled],
  exchange: [TOPIC.marketPaused, TOPIC.globalPaused],
} as const

function watches(world: World, market: Hex): readonly Watch[] {
  const row = world.optionMarkets.find(market)
  if (row === undefined) return [{ address: market, topics: TOPICS.market }]
  const { liquidityPool, greekCache, optionToken, shortCollateral, exchange } = partsOf(world, row)
  return [
    { address: market, topics: TOPICS.market },
    { address: liquidityPool, topics: TOPICS.pool },
    { address: greekCache, topics: TOPICS.cache },
    { address: optionToken, topics: TOPICS.token },
    { address: shortCollateral, topics: TOPICS.collateral },
    { address: exchange, topics: TOPICS.exchange },
  ]
}
