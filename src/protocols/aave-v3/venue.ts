// What reads say goes into the tables: the pool and its contracts, its reserves, their configuration, categories and prices.
import { toFloat } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf, addressWord, arrayOf, wordAt, wordsOf } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { writeConfig } from './config-bits.ts'
import { findMarket, marketsOf } from './keys.ts'
import { call, EMODE, known, PROVIDER_VIEWS, RESERVE } from './reads.ts'

/** Markets and categories whose accounts must all be computed again. */
export interface Reconfigured {
  readonly markets: Set<number>
  readonly eModes: Set<number>
}

/** The venue's row; undefined while the pool has not answered. */
export function writeVenue(world: World, pool: Hex, answers: Answers): number | undefined {
  const { provider } = known(world, pool, answers)
  const revision = wordAt(answers.get(call.revision(pool)), 0)
  if (provider === undefined) return undefined
  const venue = world.venues.rowOf(pool)
  const { columns } = world.venues
  columns.chainId.set(venue, world.chainId)
  columns.pool.set(venue, addressWord(pool))
  columns.provider.set(venue, addressWord(provider))
  if (revision !== undefined) columns.revision.set(venue, Number(revision & 0xffff_ffffn))
  for (const view of PROVIDER_VIEWS) {
    const word = wordAt(answers.get(call.named(provider, view)), 0)
    if (word !== undefined) columns[view].set(venue, word)
  }
  const baseUnit = wordAt(answers.get(call.baseUnit(columns.oracle.address(venue))), 0)
  if (baseUnit !== undefined && baseUnit !== 0n) columns.baseUnit.set(venue, baseUnit)
  return venue
}

/** Reserves that are new in this block, as they are when it ends. */
export function writeNewMarkets(
  world: World,
  pool: Hex,
  venue: number,
  assets: readonly Hex[],
  answers: Answers,
  changed: Reconfigured,
): void {
  const { columns } = world.markets
  for (const asset of assets) {
    const words = wordsOf(answers.get(call.reserveData(pool, asset)), 11)
    if (!words) continue
    const word = (n: number): bigint => words[n] as bigint
    const market = world.markets.rowOf(`${pool}:${asset}`)
    columns.venue.set(market, venue + 1)
    columns.asset.set(market, addressWord(asset))
    columns.aToken.set(market, word(RESERVE.aToken))
    columns.stableDebtToken.set(market, word(RESERVE.stableDebt))
    columns.variableDebtToken.set(market, word(RESERVE.variableDebt))
    columns.liquidityIndex.set(market, word(RESERVE.liquidityIndex))
    columns.liquidityRate.set(market, word(RESERVE.liquidityRate))
    columns.variableIndex.set(market, word(RESERVE.variableIndex))
    columns.variableRate.set(market, word(RESERVE.variableRate))
    columns.updatedAtS.set(market, Number(word(RESERVE.updatedAtS)))
    if (writeConfig(world, market, word(RESERVE.config))) changed.markets.add(market)
  }
}

/** Totals of new reserves, last of all: logs of the same block are already in them. */
export function writeNewTotals(world: World, pool: Hex, assets: readonly Hex[], answers: Answers): void {
  const { columns } = world.markets
  for (const asset of assets) {
    const market = findMarket(world, pool, asset)
    if (market === undefined) continue
    const total = (token: bigint): bigint => wordAt(answers.get(call.scaledTotal(addressOf(token))), 0) ?? 0n
    columns.scaledSupply.set(market, total(columns.aToken.get(market)))
    columns.scaledDebt.set(market, total(columns.variableDebtToken.get(market)))
    const stable = wordsOf(answers.get(call.stableSupply(columns.stableDebtToken.address(market))), 4)
    if (stable) writeStableTotal(world, market, stable[1] as bigint, stable[2] as bigint)
  }
}

/** A market's stable debt, of which the tables have no column: for figures only. */
export const stableTotal = (world: World) => ({
  total: world.store.column('aave.stableTotal', 'word'),
  rate: world.store.column('aave.stableRate', 'word'),
})

export function writeStableTotal(world: World, market: number, total: bigint, averageRate: bigint): void {
  const columns = stableTotal(world)
  columns.total.set(market, total)
  columns.rate.set(market, averageRate)
}

/** Configuration, cash and price sources, as far as they were read. */
export function writeMarkets(
  world: World,
  pool: Hex,
  venue: number,
  assets: readonly Hex[],
  answers: Answers,
  changed: Reconfigured,
): void {
  const { columns } = world.markets
  for (const asset of assets) {
    const config = wordAt(answers.get(call.configuration(pool, asset)), 0)
    const market = findMarket(world, pool, asset)
    if (config !== undefined && market !== undefined && writeConfig(world, market, config)) changed.markets.add(market)
  }
  for (const market of marketsOf(world, venue)) {
    const asset = columns.asset.address(market)
    const cash = wordAt(answers.get(call.cash(asset, columns.aToken.address(market))), 0)
    if (cash !== undefined) columns.cash.set(market, cash)
    const source = wordAt(answers.get(call.sourceOf(world.venues.columns.oracle.address(venue), asset)), 0)
    if (source !== undefined) columns.priceSource.set(market, source)
    columns.feed.set(market, (world.feeds.find(columns.priceSource.address(market)) ?? -1) + 1)
  }
}

export function writeEModes(
  world: World,
  pool: Hex,
  venue: number,
  categories: readonly number[],
  answers: Answers,
  changed: Reconfigured,
): void {
  for (const category of categories) {
    const data = answers.get(call.eMode(pool, category))
    const [ltv, threshold, bonus, source] = [EMODE.ltv, EMODE.threshold, EMODE.bonus, EMODE.priceSource].map((n) => wordAt(data, n))
    if (ltv === undefined || threshold === undefined || bonus === undefined || source === undefined) continue
    const row = world.eModes.rowOf(`${pool}:${category}`)
    const { columns } = world.eModes
    columns.venue.set(row, venue + 1)
    columns.category.set(row, category)
    columns.ltvBps.set(row, Number(ltv & 0xffffn))
    columns.thresholdBps.set(row, Number(threshold & 0xffffn))
    columns.bonusBps.set(row, Number(bonus & 0xffffn))
    columns.priceSource.set(row, source)
    changed.eModes.add(category)
  }
}

/** Prices as the pool's oracle answers them; one that reverts is 0: nobody can act at it. */
export function writePrices(
  world: World,
  pool: Hex,
  venue: number,
  assets: readonly Hex[],
  sources: readonly Hex[],
  answers: Answers,
  changed: Reconfigured,
): void {
  const oracle = world.venues.columns.oracle.address(venue)
  const unit = toFloat(world.venues.columns.baseUnit.get(venue), 0) || 1e8
  const together = arrayOf(answers.get(call.prices(oracle, assets)))
  for (const [n, asset] of assets.entries()) {
    const market = findMarket(world, pool, asset)
    const price = together?.[n] ?? alone(answers, oracle, asset)
    if (market === undefined || price === undefined) continue
    world.markets.columns.priceE8.set(market, price)
    world.markets.columns.price.set(market, Number(price) / unit)
  }
  for (let row = 0; row < world.eModes.count; row++) {
    const { columns } = world.eModes
    const source = columns.priceSource.get(row)
    if (columns.venue.get(row) !== venue + 1 || source === 0n || !sources.includes(addressOf(source))) continue
    const price = alone(answers, oracle, addressOf(source))
    if (price === undefined) continue
    // with a price or without: its accounts then depend on other lines
    if ((columns.priceE8.get(row) === 0n) !== (price === 0n)) changed.eModes.add(columns.category.get(row))
    columns.priceE8.set(row, price)
  }
}

function alone(answers: Answers, oracle: Hex, asset: Hex): bigint | undefined {
  const answer = answers.get(call.price(oracle, asset))
  return answer === null ? 0n : wordAt(answer, 0)
}
