// A market's prices and its sum of funding at the block's time, with Exchange's own arithmetic; open interest, depth and parameters.
import { toFloat } from '../../core/exact.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf, addressWord, wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { signed, unsigned } from '../../store/column.ts'
import { ask, firstTradedCall, settledCalls } from './abi.ts'
import { fundingBase } from './book.ts'
import type { AllContracts } from './contracts.ts'
import { findMarket, marketsOf, small } from './keys.ts'
import { windowOf } from './reads.ts'
import type { PerpSpec } from './spec.ts'

const E18 = 10n ** 18n
const PPM = 1_000_000n
const Q96 = 96n
export const STATUS_OF_MARKET = { open: 0, paused: 1, closed: 2 } as const

export interface Scope {
  readonly world: World
  readonly spec: PerpSpec
  readonly contracts: AllContracts
  readonly venue: number
  readonly timeS: number
  readonly answers: Answers
}

/** Writes what the block's answers say of a market. True if it opened, paused or closed. */
export function writeMarket(scope: Scope, base: Hex): boolean {
  const { world, contracts, answers } = scope
  const { clearingHouse, accountBalance } = contracts
  const known = findMarket(world, clearingHouse, base)
  const mark = wordAt(answers.get(ask(accountBalance, 'markPrice', base)), 0)
  // without a pool it is no market of this exchange; without a price nobody can have traded in it
  if (known === undefined && (mark === undefined || !wordAt(answers.get(ask(contracts.registry, 'pool', base)), 0))) return false
  const row = known ?? firstRow(scope, base)
  const moved = writeStatus(scope, base, row)
  writeParameters(scope, base, row)
  const { columns } = world.perpMarkets
  if (mark !== undefined) {
    columns.markE18.set(row, mark)
    columns.mark.set(row, toFloat(mark, 18))
  }
  const index = wordAt(answers.get(ask(base, 'indexPrice', 0)), 0)
  if (index !== undefined) {
    columns.indexE18.set(row, index)
    columns.index.set(row, toFloat(index, 18))
  }
  writeFunding(scope, base, row, known === undefined)
  return moved
}

function firstRow({ world, spec, contracts, venue, answers }: Scope, base: Hex): number {
  const ordinal = marketsOf(world, venue).length
  const row = world.perpMarkets.rowOf(`${contracts.clearingHouse}:${base}`)
  const { columns } = world.perpMarkets
  columns.venue.set(row, world.perpVenues.columns.venue.get(venue))
  columns.perpVenue.set(row, venue + 1)
  columns.ordinal.set(row, ordinal)
  columns.baseToken.set(row, addressWord(base))
  columns.poolAddress.set(row, wordAt(answers.get(ask(contracts.registry, 'pool', base)), 0) ?? 0n)
  const { feed } = spec.markets.get(base) ?? {}
  const feedRow = feed === undefined ? undefined : world.feeds.find(feed)
  if (feedRow !== undefined) columns.feed.set(row, feedRow + 1)
  return row
}

function writeStatus({ world, answers }: Scope, base: Hex, row: number): boolean {
  const [open, closed] = [wordAt(answers.get(ask(base, 'isOpen')), 0), wordAt(answers.get(ask(base, 'isClosed')), 0)]
  if (open === undefined || closed === undefined) return false
  const status = open !== 0n ? STATUS_OF_MARKET.open : closed !== 0n ? STATUS_OF_MARKET.closed : STATUS_OF_MARKET.paused
  const column = world.perpMarkets.columns.status
  if (column.get(row) === status) return false
  column.set(row, status)
  return true
}

function writeParameters({ world, contracts, answers }: Scope, base: Hex, row: number): void {
  const { columns } = world.perpMarkets
  const ticks = wordAt(answers.get(ask(contracts.exchange, 'maxTicks', base)), 0)
  if (ticks !== undefined) columns.maxTicksABlock.set(row, small(ticks))
  const spread = wordAt(answers.get(ask(contracts.registry, 'maxSpread', base)), 0)
  if (spread !== undefined) columns.maxSpreadPpm.set(row, small(spread))
  const pool = addressOf(columns.poolAddress.get(row))
  const reserveBase = wordAt(answers.get(ask(base, 'balanceOf', pool)), 0)
  if (reserveBase !== undefined) columns.reserveBaseE18.set(row, reserveBase)
  const reserveQuote = wordAt(answers.get(ask(contracts.quoteToken, 'balanceOf', pool)), 0)
  if (reserveQuote !== undefined) columns.reserveQuoteE18.set(row, reserveQuote)
}

/** Exchange._getFundingGrowthGlobalAndTwaps, of an open market; of one that is not, the sum stays where it was settled. */
function writeFunding(scope: Scope, base: Hex, row: number, isNew: boolean): void {
  const { world, contracts, venue, timeS, answers } = scope
  const { exchange } = contracts
  const { columns } = world.perpMarkets
  const traded = wordAt(answers.get(firstTradedCall(exchange, base)), 0)
  if (traded !== undefined) columns.firstTradedAtS.set(row, small(traded))
  const [settledAt, growth] = settledCalls(exchange, base).map((call) => wordAt(answers.get(call), 0))
  if (settledAt !== undefined && growth !== undefined) {
    columns.settledAtS.set(row, small(settledAt))
    columns.settledX96.set(row, growth)
    if (isNew) fundingBase(world).set(row, growth)
  }
  const settled = signed(columns.settledX96.get(row))
  const windowS = windowOf(world, contracts, base, timeS, answers) ?? 0
  const root = wordAt(answers.get(ask(exchange, 'sqrtTwap', base, windowS)), 0)
  const index = wordAt(answers.get(ask(base, 'indexPrice', windowS)), 0)
  columns.fundingX96.set(row, unsigned(settled))
  columns.fundingPerDay.set(row, 0)
  if (root === undefined || index === undefined) return
  const marketX96 = (root * root) >> Q96
  const indexX96 = (index << Q96) / E18
  columns.twapWindowS.set(row, windowS)
  columns.markTwapE18.set(row, bounded((marketX96 * E18) >> Q96))
  columns.markTwap.set(row, toFloat((marketX96 * E18) >> Q96, 18))
  columns.indexTwapE18.set(row, index)
  columns.indexTwap.set(row, toFloat(index, 18))
  if (columns.status.get(row) !== STATUS_OF_MARKET.open) return
  const maxFundingPpm = world.perpVenues.columns.maxFundingPpm.get(venue)
  columns.maxFundingPpm.set(row, maxFundingPpm)
  const most = (indexX96 * BigInt(maxFundingPpm)) / PPM
  const apart = marketX96 - indexX96
  const premium = apart > most ? most : apart < -most ? -most : apart
  columns.fundingPerDay.set(row, indexX96 === 0n ? 0 : Number(premium) / Number(indexX96))
  const sinceS = columns.settledAtS.get(row) === 0 ? 0 : timeS - columns.settledAtS.get(row)
  columns.fundingX96.set(row, unsigned(bounded(settled + premium * BigInt(sinceS))))
}

/** What a word can hold with a sign; no real sum comes near. */
const MOST = (1n << 255n) - 1n
const bounded = (value: bigint): bigint => (value > MOST ? MOST : value < -MOST ? -MOST : value)

/** What follows from the block's prices and positions: USD of open interest, skew, the pool's depth. */
export function writeMarketFigures({ world, spec }: Scope, row: number): void {
  const { columns } = world.perpMarkets
  const [mark, index] = [columns.mark.get(row), columns.index.get(row)]
  const [long, short] = [toFloat(columns.longE18.get(row), 18), toFloat(columns.shortE18.get(row), 18)]
  columns.longUsd.set(row, long * mark)
  columns.shortUsd.set(row, short * mark)
  columns.skew.set(row, long + short > 0 ? (long - short) / (long + short) : 0)
  const supply = spec.markets.get(addressOf(columns.baseToken.get(row)))?.circulatingSupply ?? 0
  columns.marketCapUsd.set(row, supply * index)
  const pool = world.pools.find(addressOf(columns.poolAddress.get(row)))
  if (pool === undefined) return
  const of = world.pools.columns
  columns.pool.set(row, pool + 1)
  columns.spot.set(row, of.price.get(pool))
  columns.depthDownUsd.set(row, of.depthDownUsd.get(pool))
  columns.depthUpUsd.set(row, of.depthUpUsd.get(pool))
  columns.bandBps.set(row, of.bandBps.get(pool))
}
