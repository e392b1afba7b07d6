// The views that a block makes us ask. In the first block: the whole pool, in four rounds. Later: only what an event says changed.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { addressOf, addressWord, arrayOf, callOf, topicAt, wordAt } from '../../core/words.ts'
import { NONE } from '../../decode/log-words.ts'
import { topic0Of } from '../../decode/word-log.ts'
import { hasTopic, logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { TOPIC, VIEW } from './abi.ts'
import { configPart } from './config-bits.ts'
import type { Kept } from './kept.ts'
import { eModesOf, findMarket, marketsOf } from './keys.ts'

export const PROVIDER_VIEWS = ['oracle', 'configurator', 'dataProvider', 'aclManager', 'oracleSentinel'] as const

export const call = {
  revision: (pool: Hex) => callOf(pool, VIEW.revision),
  provider: (pool: Hex) => callOf(pool, VIEW.provider),
  reservesList: (pool: Hex) => callOf(pool, VIEW.reservesList),
  reserveData: (pool: Hex, asset: Hex) => callOf(pool, VIEW.reserveData, addressWord(asset)),
  configuration: (pool: Hex, asset: Hex) => callOf(pool, VIEW.configuration, addressWord(asset)),
  eMode: (pool: Hex, category: number) => callOf(pool, VIEW.eMode, BigInt(category)),
  accountData: (pool: Hex, account: Hex) => callOf(pool, VIEW.accountData, addressWord(account)),
  named: (provider: Hex, view: (typeof PROVIDER_VIEWS)[number]) => callOf(provider, VIEW[view]),
  baseUnit: (oracle: Hex) => callOf(oracle, VIEW.baseUnit),
  sourceOf: (oracle: Hex, asset: Hex) => callOf(oracle, VIEW.sourceOf, addressWord(asset)),
  price: (oracle: Hex, asset: Hex) => callOf(oracle, VIEW.price, addressWord(asset)),
  prices: (oracle: Hex, assets: readonly Hex[]) => callOf(oracle, VIEW.prices, 32n, BigInt(assets.length), ...assets.map(addressWord)),
  cash: (asset: Hex, aToken: Hex) => callOf(asset, VIEW.balanceOf, addressWord(aToken)),
  scaledTotal: (token: Hex) => callOf(token, VIEW.scaledTotal),
  stableSupply: (token: Hex) => callOf(token, VIEW.stableSupply),
} as const

/** Words of Pool.getReserveData (DataTypes.ReserveData, v3.0). */
export const RESERVE = {
  config: 0,
  liquidityIndex: 1,
  liquidityRate: 2,
  variableIndex: 3,
  variableRate: 4,
  updatedAtS: 6,
  aToken: 8,
  stableDebt: 9,
  variableDebt: 10,
} as const
/** Words of Pool.getEModeCategoryData: a struct with a string comes behind an offset. */
export const EMODE = { ltv: 1, threshold: 2, bonus: 3, priceSource: 4 } as const

/** What of the pool is known after the block's answers so far: the tables' words, else the answers'. */
export interface Known {
  readonly provider: Hex | undefined
  readonly oracle: Hex | undefined
  readonly configurator: Hex | undefined
}

export function known(world: World, pool: Hex, answers: Answers): Known {
  const venue = world.venues.find(pool)
  const { columns } = world.venues
  const providerWord = wordAt(answers.get(call.provider(pool)), 0) ?? (venue === undefined ? undefined : columns.provider.get(venue))
  const provider = providerWord === undefined ? undefined : addressOf(providerWord)
  const named = (view: 'oracle' | 'configurator'): Hex | undefined => {
    const answered = provider && wordAt(answers.get(call.named(provider, view)), 0)
    if (answered !== undefined) return addressOf(answered)
    return venue === undefined ? undefined : columns[view].address(venue)
  }
  return { provider, oracle: named('oracle'), configurator: named('configurator') }
}

/** What a block's reads are about, given the answers so far: worked out once, before the tables change, since it depends on what was known. */
export interface Plan extends Known {
  /** Assets to be read whole: all in the first block, later those that a ReserveInitialized names. */
  readonly fresh: readonly Hex[]
  /** Assets of markets whose configuration an event of the configurator may have changed. */
  readonly reconfigured: readonly Hex[]
  /** Categories that are new to us or that an event says changed. */
  readonly eModes: readonly number[]
  /** Every asset of the pool, known before or new in this block. */
  readonly assets: readonly Hex[]
  /** Assets by whose price a category is valued. AaveOracle treats the category's source as an asset. */
  readonly sources: readonly Hex[]
}

export function planOf(world: World, pool: Hex, logs: readonly Log[], answers: Answers): Plan {
  const venue = world.venues.find(pool)
  const contracts = known(world, pool, answers)
  const said = logsOf(logs, contracts.configurator)
  const fresh = venue === undefined ? (arrayOf(answers.get(call.reservesList(pool))) ?? []).map(addressOf) : initialized(said)
  const reconfigured = reconfiguredBy(world, pool, said)
  const eModes = eModesToRead(world, pool, said, fresh, reconfigured, answers)
  const markets = venue === undefined ? [] : marketsOf(world, venue)
  const before = markets.map((row) => world.markets.columns.asset.address(row))
  const assets = fresh.length === 0 ? before : [...new Set([...before, ...fresh])]
  const words = venue === undefined ? [] : eModesOf(world, venue).map((row) => world.eModes.columns.priceSource.get(row))
  for (const category of eModes) words.push(wordAt(answers.get(call.eMode(pool, category)), EMODE.priceSource) ?? 0n)
  const sources = [...new Set(words.filter((word) => word !== 0n).map(addressOf))]
  return { ...contracts, fresh, reconfigured, eModes, assets, sources }
}

const addressesOf = (words: readonly (bigint | undefined)[]): readonly Hex[] => [
  ...new Set(words.filter((word) => word !== undefined).map(addressOf)),
]

const initialized = (said: readonly Log[]): readonly Hex[] =>
  addressesOf(said.filter((log) => topic0Of(log) === TOPIC.reserveInitialized).map(({ topics }) => topicAt(topics, 1)))

/** The asset is an event's first topic or first word. */
const reconfiguredBy = (world: World, pool: Hex, said: readonly Log[]): readonly Hex[] =>
  addressesOf(said.flatMap(({ topics, data }) => [topicAt(topics, 1), wordAt(data, 0)])).filter(
    (asset) => findMarket(world, pool, asset) !== undefined,
  )

function eModesToRead(
  world: World,
  pool: Hex,
  said: readonly Log[],
  fresh: readonly Hex[],
  reconfigured: readonly Hex[],
  answers: Answers,
): readonly number[] {
  const categories = new Set<number>()
  const add = (category: number): void => {
    if (category !== 0 && world.eModes.find(`${pool}:${category}`) === undefined) categories.add(category)
  }
  for (const asset of fresh) add(configPart(wordAt(answers.get(call.reserveData(pool, asset)), RESERVE.config) ?? 0n, 'eMode'))
  for (const asset of reconfigured) add(configPart(wordAt(answers.get(call.configuration(pool, asset)), 0) ?? 0n, 'eMode'))
  for (const log of said) {
    const category = topic0Of(log) === TOPIC.eModeCategory ? topicAt(log.topics, 1) : undefined
    if (category !== undefined && category <= 255n) categories.add(Number(category))
  }
  return [...categories].sort((a, b) => a - b)
}

/** Do this block's prices have to be asked for? */
function pricesMayMove(world: World, venue: number | undefined, logs: readonly Log[], answers: Answers, plan: Plan): boolean {
  if (venue === undefined || plan.fresh.length > 0 || hasTopic(logs, TOPIC.answerUpdated)) return true
  if (logsOf(logs, plan.oracle).length > 0 || logsOf(logs, plan.provider).length > 0) return true
  if (answers.all.some(({ data }) => data === VIEW.latestRound)) return true
  // a source that nobody watches can move without a trace, and so can one that values a category
  return plan.sources.length > 0 || marketsOf(world, venue).some((row) => world.markets.columns.feed.get(row) === 0)
}

/** Markets in the order in which the logs name them, each once. */
function updatedMarkets(world: World, pool: Hex, logs: readonly Log[], { words, markets }: Kept): ReadonlySet<number> {
  const venue = world.venues.find(pool) ?? -1
  const updated = new Set<number>()
  for (const log of logs) {
    if (topic0Of(log) !== TOPIC.reserveData) continue
    const asset = words.look(log).topic(1)
    if (asset === NONE) continue
    const market = markets.find(venue + 1, words.lanes, asset) ?? findMarket(world, pool, addressOf(words.bigint(asset)))
    if (market !== undefined) updated.add(market)
  }
  return updated
}

/** Calls wanted now, given the answers so far; the caller drops those already answered. */
export function poolReads(world: World, pool: Hex, kept: Kept, logs: readonly Log[], answers: Answers): readonly Call[] {
  const venue = world.venues.find(pool)
  const wanted: Call[] = []
  const plan = planOf(world, pool, logs, answers)
  const { provider, oracle } = plan
  if (venue === undefined) wanted.push(call.revision(pool), call.provider(pool), call.reservesList(pool))
  if (provider !== undefined && (venue === undefined || logsOf(logs, provider).length > 0)) {
    wanted.push(call.revision(pool), ...PROVIDER_VIEWS.map((view) => call.named(provider, view)))
  }
  for (const asset of plan.fresh) {
    const data = answers.get(call.reserveData(pool, asset))
    const token = (word: number): Hex | undefined => {
      const found = wordAt(data, word)
      return found === undefined ? undefined : addressOf(found)
    }
    wanted.push(call.reserveData(pool, asset))
    const [aToken, stable, variable] = [token(RESERVE.aToken), token(RESERVE.stableDebt), token(RESERVE.variableDebt)]
    if (aToken && stable && variable)
      wanted.push(call.cash(asset, aToken), call.scaledTotal(aToken), call.scaledTotal(variable), call.stableSupply(stable))
  }
  for (const asset of plan.reconfigured) wanted.push(call.configuration(pool, asset))
  for (const category of plan.eModes) wanted.push(call.eMode(pool, category))
  const { asset, aToken } = world.markets.columns
  for (const market of updatedMarkets(world, pool, logsOf(logs, pool), kept))
    wanted.push(call.cash(asset.address(market), aToken.address(market)))
  if (oracle !== undefined) wanted.push(...oracleReads(world, venue, logs, answers, plan, oracle))
  return wanted
}

function oracleReads(
  world: World,
  venue: number | undefined,
  logs: readonly Log[],
  answers: Answers,
  plan: Plan,
  oracle: Hex,
): readonly Call[] {
  const wanted: Call[] = []
  const moved = venue === undefined || oracle !== world.venues.columns.oracle.address(venue)
  const resourced = moved || logsOf(logs, oracle).length > 0 ? plan.assets : plan.fresh
  if (moved) wanted.push(call.baseUnit(oracle))
  for (const asset of resourced) wanted.push(call.sourceOf(oracle, asset))
  if (!pricesMayMove(world, venue, logs, answers, plan) || plan.assets.length === 0) return wanted
  const all = call.prices(oracle, plan.assets)
  wanted.push(all)
  // one asset without a price makes the whole answer revert: then each is asked for alone
  if (answers.get(all) === null) for (const asset of plan.assets) wanted.push(call.price(oracle, asset))
  for (const source of plan.sources) wanted.push(call.price(oracle, source))
  return wanted
}
