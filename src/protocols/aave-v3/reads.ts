// The views that a block makes us ask. In the first block: the whole pool, in four rounds. Later: only what an event says changed.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { addressOf, addressWord, arrayOf, callOf, topicAt, wordAt } from '../../core/words.ts'
import { hasTopic, logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { TOPIC, VIEW } from './abi.ts'
import { configPart } from './config-bits.ts'
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
    return venue === undefined ? undefined : addressOf(columns[view].get(venue))
  }
  return { provider, oracle: named('oracle'), configurator: named('configurator') }
}

/** Assets to be read whole: all in the first block, later those that a ReserveInitialized names. */
export function newAssets(world: World, pool: Hex, logs: readonly Log[], answers: Answers): readonly Hex[] {
  const { configurator } = known(world, pool, answers)
  if (world.venues.find(pool) === undefined) return (arrayOf(answers.get(call.reservesList(pool))) ?? []).map(addressOf)
  const named = logsOf(logs, configurator)
    .filter((log) => log.topics[0] === TOPIC.reserveInitialized)
    .map(({ topics }) => topicAt(topics, 1))
  return [...new Set(named.filter((word) => word !== undefined).map(addressOf))]
}

/** Markets whose configuration an event of the configurator may have changed; the asset is its first topic or first word. */
export function reconfigured(world: World, pool: Hex, logs: readonly Log[], answers: Answers): readonly Hex[] {
  const { configurator } = known(world, pool, answers)
  const named = logsOf(logs, configurator).flatMap(({ topics, data }) => [topicAt(topics, 1), wordAt(data, 0)])
  const assets = named.filter((word) => word !== undefined).map(addressOf)
  return [...new Set(assets)].filter((asset) => findMarket(world, pool, asset) !== undefined)
}

/** Categories that are new to us or that an event says changed. */
export function eModesToRead(world: World, pool: Hex, logs: readonly Log[], answers: Answers): readonly number[] {
  const categories = new Set<number>()
  const add = (category: number): void => {
    if (category !== 0 && world.eModes.find(`${pool}:${category}`) === undefined) categories.add(category)
  }
  for (const asset of newAssets(world, pool, logs, answers))
    add(configPart(wordAt(answers.get(call.reserveData(pool, asset)), RESERVE.config) ?? 0n, 'eMode'))
  for (const asset of reconfigured(world, pool, logs, answers))
    add(configPart(wordAt(answers.get(call.configuration(pool, asset)), 0) ?? 0n, 'eMode'))
  const { configurator } = known(world, pool, answers)
  for (const log of logsOf(logs, configurator)) {
    const category = log.topics[0] === TOPIC.eModeCategory ? topicAt(log.topics, 1) : undefined
    if (category !== undefined && category <= 255n) categories.add(Number(category))
  }
  return [...categories].sort((a, b) => a - b)
}

/** Every asset of the pool, known before or new in this block. */
export function allAssets(world: World, pool: Hex, logs: readonly Log[], answers: Answers): readonly Hex[] {
  const venue = world.venues.find(pool)
  const before = venue === undefined ? [] : marketsOf(world, venue).map((row) => addressOf(world.markets.columns.asset.get(row)))
  return [...new Set([...before, ...newAssets(world, pool, logs, answers)])]
}

/** Assets by whose price a category is valued. AaveOracle treats the category's source as an asset. */
export function eModeSources(world: World, pool: Hex, logs: readonly Log[], answers: Answers): readonly Hex[] {
  const venue = world.venues.find(pool)
  const words = venue === undefined ? [] : eModesOf(world, venue).map((row) => world.eModes.columns.priceSource.get(row))
  for (const category of eModesToRead(world, pool, logs, answers))
    words.push(wordAt(answers.get(call.eMode(pool, category)), EMODE.priceSource) ?? 0n)
  return [...new Set(words.filter((word) => word !== 0n).map(addressOf))]
}

/** Do this block's prices have to be asked for? */
export function pricesMayMove(world: World, pool: Hex, logs: readonly Log[], answers: Answers): boolean {
  const venue = world.venues.find(pool)
  if (venue === undefined || newAssets(world, pool, logs, answers).length > 0) return true
  const { oracle, provider } = known(world, pool, answers)
  if (hasTopic(logs, TOPIC.answerUpdated) || logsOf(logs, oracle).length > 0 || logsOf(logs, provider).length > 0) return true
  if (answers.all.some(({ data }) => data === VIEW.latestRound)) return true
  // a source that nobody watches can move without a trace, and so can one that values a category
  return (
    marketsOf(world, venue).some((row) => world.markets.columns.feed.get(row) === 0) || eModeSources(world, pool, logs, answers).length > 0
  )
}

/** As they are in the logs, each once. */
const updatedReserves = (logs: readonly Log[]): ReadonlySet<Hex | undefined> =>
  new Set(logs.filter(({ topics }) => topics[0] === TOPIC.reserveData).map(({ topics }) => topics[1]))

/** Calls wanted now, given the answers so far; the caller drops those already answered. */
export function poolReads(world: World, pool: Hex, logs: readonly Log[], answers: Answers): readonly Call[] {
  const venue = world.venues.find(pool)
  const wanted: Call[] = []
  const { provider, oracle } = known(world, pool, answers)
  const oldProvider = venue === undefined ? undefined : provider
  if (venue === undefined) wanted.push(call.revision(pool), call.provider(pool), call.reservesList(pool))
  if (provider !== undefined && (venue === undefined || logsOf(logs, oldProvider).length > 0)) {
    wanted.push(call.revision(pool), ...PROVIDER_VIEWS.map((view) => call.named(provider, view)))
  }
  const fresh = newAssets(world, pool, logs, answers)
  for (const asset of fresh) {
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
  for (const asset of reconfigured(world, pool, logs, answers)) wanted.push(call.configuration(pool, asset))
  for (const category of eModesToRead(world, pool, logs, answers)) wanted.push(call.eMode(pool, category))
  for (const topic of updatedReserves(logsOf(logs, pool))) {
    const asset = addressOf(wordAt(topic, 0) ?? 0n)
    const market = findMarket(world, pool, asset)
    if (market !== undefined) wanted.push(call.cash(asset, addressOf(world.markets.columns.aToken.get(market))))
  }
  if (oracle === undefined) return wanted
  wanted.push(...oracleReads(world, pool, logs, answers, oracle))
  return wanted
}

function oracleReads(world: World, pool: Hex, logs: readonly Log[], answers: Answers, oracle: Hex): readonly Call[] {
  const wanted: Call[] = []
  const venue = world.venues.find(pool)
  const moved = venue === undefined || oracle !== addressOf(world.venues.columns.oracle.get(venue))
  const assets = allAssets(world, pool, logs, answers)
  const resourced = moved || logsOf(logs, oracle).length > 0 ? assets : newAssets(world, pool, logs, answers)
  if (moved) wanted.push(call.baseUnit(oracle))
  for (const asset of resourced) wanted.push(call.sourceOf(oracle, asset))
  if (!pricesMayMove(world, pool, logs, answers) || assets.length === 0) return wanted
  const all = call.prices(oracle, assets)
  wanted.push(all)
  // one asset without a price makes the whole answer revert: then each is asked for alone
  if (answers.get(all) === null) for (const asset of assets) wanted.push(call.price(oracle, asset))
  for (const source of eModeSources(world, pool, logs, answers)) wanted.push(call.price(oracle, source))
  return wanted
}
