// A market's figures as the block leaves them, from what was read: spot, liquidity, net greeks, hedge, breaker; then its boards at expiry.
import type { Hex } from '../../core/flow.ts'
import { addressWord, wordAt, wordsOf } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { call } from './abi.ts'
import { writeRules } from './collateral.ts'
import { rowsOf } from './keys.ts'
import type { Parts } from './parts.ts'
import { hedgerFrom, hedgerOf } from './reads.ts'
import { float, signedFloat } from './write.ts'

/** Of getLpParams, exact. */
const limits = (world: World) => world.store.column('lyra.breakerLimits', 'word')
const LIMIT = { freeShare: 0, ivVariance: 1, skewVariance: 2, count: 3 } as const
const LP_PARAMETER = { freeShare: 4, ivVariance: 6, skewVariance: 7, count: 14 } as const
const RATE_WORD = 9

export function writeParameters(world: World, row: number, { liquidityPool, greekCache }: Parts, answers: Answers): void {
  const { columns } = world.optionMarkets
  const pool = wordsOf(answers.get(call.poolParameters(liquidityPool)), LP_PARAMETER.count)
  if (pool) {
    for (const name of ['freeShare', 'ivVariance', 'skewVariance'] as const) {
      const limit = pool[LP_PARAMETER[name]] as bigint
      limits(world).set(row * LIMIT.count + LIMIT[name], limit)
      columns[`${name}Limit`].set(row, float(limit))
    }
    const hedger = hedgerFrom(liquidityPool, answers)
    columns.hedger.set(row, hedger === undefined ? 0n : addressWord(hedger))
  }
  const rate = wordAt(answers.get(call.cacheParameters(greekCache)), RATE_WORD)
  const rules = wordsOf(answers.get(call.collateralParameters(greekCache)), 8)
  if (rate === undefined || !rules) return
  columns.rate.set(row, signedFloat(rate))
  // the contract's struct begins with the least collateral in quote
  writeRules(world, row, rules, signedFloat(rate))
}

/** The independent feed, before any trade of the block is written down. */
export function writeFeed(world: World, row: number, feed: Hex | undefined): void {
  const at = feed === undefined ? undefined : world.feeds.find(feed)
  if (at === undefined) return
  const { columns } = world.optionMarkets
  columns.feed.set(row, at + 1)
  columns.feedPrice.set(row, world.feeds.columns.price.get(at))
  columns.feedUpdatedAtS.set(row, world.feeds.columns.updatedAtS.get(at))
}

/** False: spot or liquidity can't be had now (a rate is invalid), so all figures stay as they were. */
export function writeFigures(world: World, market: Hex, row: number, parts: Parts, timeS: number, answers: Answers): boolean {
  const { columns } = world.optionMarkets
  const spot = wordAt(answers.get(call.spot(parts.exchange, market)), 0)
  const liquidity = wordsOf(answers.get(call.liquidity(parts.liquidityPool)), 6)
  const price = wordsOf(answers.get(call.tokenPrice(parts.liquidityPool)), 3)
  const cache = wordsOf(answers.get(call.globalCache(parts.greekCache)), 8)
  const locked = wordsOf(answers.get(call.lockedCollateral(parts.liquidityPool)), 2)
  if (spot === undefined || !liquidity || !price || !cache || !locked) return false
  columns.spotE18.set(row, spot)
  columns.spot.set(row, float(spot))
  const [free, burnable, used, pendingDelta, usedDelta, nav] = liquidity as [bigint, bigint, bigint, bigint, bigint, bigint]
  columns.freeE18.set(row, free)
  columns.burnableE18.set(row, burnable)
  columns.usedCollateralE18.set(row, used)
  columns.pendingDeltaE18.set(row, pendingDelta)
  columns.usedDeltaE18.set(row, usedDelta)
  columns.navE18.set(row, nav)
  columns.free.set(row, float(free))
  columns.usedCollateral.set(row, float(used))
  columns.pendingDelta.set(row, float(pendingDelta))
  columns.usedDelta.set(row, float(usedDelta))
  columns.nav.set(row, float(nav))
  columns.lockedBaseE18.set(row, locked[1] as bigint)
  const [tokenPrice, stale, breakerUntil] = price as [bigint, bigint, bigint]
  columns.tokenPriceE18.set(row, tokenPrice)
  columns.cacheStale.set(row, stale === 0n ? 0 : 1)
  columns.breakerUntilS.set(row, Number(breakerUntil))
  const [cachedAt, priceLow, priceHigh, skewVariance, ivVariance, netDelta, netStdVega, netOptionValue] = cache as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  columns.cacheUpdatedAtS.set(row, Number(cachedAt))
  columns.cachePriceLow.set(row, float(priceLow))
  columns.cachePriceHigh.set(row, float(priceHigh))
  columns.skewVariance.set(row, float(skewVariance))
  columns.ivVariance.set(row, float(ivVariance))
  columns.netDeltaE18.set(row, netDelta)
  columns.netStdVegaE18.set(row, netStdVega)
  columns.netOptionValueE18.set(row, netOptionValue)
  columns.netDelta.set(row, signedFloat(netDelta))
  columns.netStdVega.set(row, signedFloat(netStdVega))
  columns.netOptionValue.set(row, signedFloat(netOptionValue))
  writeHedge(world, row, parts, answers)

  // as LiquidityPool._updateCBs judges: nothing while nobody holds an option
  const limit = (name: 'freeShare' | 'ivVariance' | 'skewVariance'): bigint => limits(world).get(row * LIMIT.count + LIMIT[name])
  const isOpen = used !== 0n || netOptionValue !== 0n
  const passed =
    ivVariance > limit('ivVariance') ||
    skewVariance > limit('skewVariance') ||
    (nav !== 0n && (free * 10n ** 18n) / nav < limit('freeShare'))
  columns.breakerDue.set(row, isOpen && passed && breakerUntil <= BigInt(timeS) ? 1 : 0)
  columns.updatedAtS.set(row, timeS)
  return true
}

function writeHedge(world: World, row: number, parts: Parts, answers: Answers): void {
  const { columns } = world.optionMarkets
  const hedger = hedgerOf(world, row, parts, answers)
  const word = (view: 'hedged' | 'hedgeTarget'): bigint => (hedger === undefined ? 0n : (wordAt(answers.get(call[view](hedger)), 0) ?? 0n))
  const [hedged, target] = [word('hedged'), word('hedgeTarget')]
  columns.hedgedE18.set(row, hedged)
  columns.hedgeTargetE18.set(row, target)
  columns.hedged.set(row, signedFloat(hedged))
  columns.hedgeTarget.set(row, signedFloat(target))
  const open = signed(columns.netDeltaE18.get(row)) - columns.lockedBaseE18.get(row) - signed(hedged)
  columns.unhedged.set(row, Number(open) / 1e18)
}

/** Before the block's own figures are written: what spot and feed were when a board ran out. */
export function writeExpiries(world: World, row: number, timeS: number, spotNow: number, feedNow: number): void {
  const { columns } = world.boards
  const { spot, feedPrice } = world.optionMarkets.columns
  for (const board of rowsOf(world.boards, row)) {
    const expiryS = columns.expiryS.get(board)
    if (timeS < expiryS || columns.spotAtExpiry.get(board) > 0 || columns.settledAtS.get(board) > 0) continue
    const isNow = timeS === expiryS
    columns.spotAtExpiry.set(board, isNow ? spotNow : spot.get(row) || spotNow)
    columns.feedAtExpiry.set(board, isNow ? feedNow : feedPrice.get(row) || feedNow)
  }
}

/** What detectors of strikes and of the whole market want of others. */
export function summarize(world: World, row: number): void {
  const market = world.optionMarkets.columns
  let [live, highest] = [0, 0]
  for (const board of rowsOf(world.boards, row)) {
    if (world.boards.columns.settled.get(board) === 1) continue
    live += 1
    highest = Math.max(highest, world.boards.columns.iv.get(board))
  }
  market.liveBoards.set(row, live)
  market.highestIv.set(row, highest)
}
