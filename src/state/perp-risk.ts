// How an exchange of perpetuals is judged: all its markets pay out of one vault, so what one of them misprices can drain it.
import type { ActionName } from '../core/flow.ts'
import type { Candidate, Risk } from './risk.ts'
import type { World } from './world.ts'

/** A mark further than this from the index is displaced; Curie itself lets trades move it by 10 %. */
export const DISPLACED_MARK = 0.05
/** Likewise an index from the independent feed of the same price. */
const DISPLACED_INDEX = 0.05

export const perpRisk: Risk = {
  marketsOf: (world, venue) =>
    Array.from({ length: world.perpMarkets.count }, (_, row) => row).filter(
      (row) => world.perpMarkets.columns.venue.get(row) === venue + 1,
    ),
  marketKey: (world, market) => world.perpMarkets.keyOf(market),
  // what is set for the whole exchange names nobody: any of its markets stands for it
  marketNamed: (world, venue, subject) =>
    BigInt(subject) === 0n ? perpRisk.marketsOf(world, venue)[0] : world.perpMarkets.find(`${world.venues.keyOf(venue)}:${subject}`),
  isPricedBy(world, market, feedKey) {
    const feed = world.perpMarkets.columns.feed.get(market)
    return feed > 0 && world.feeds.keyOf(feed - 1) === feedKey
  },
  isDisplaced: (world, market) => gapOf(world, market) > DISPLACED_MARK || indexGapOf(world, market) > DISPLACED_INDEX,
  isLoosened: () => false,
  givesAway: (world, market) => perpRisk.isDisplaced(world, market),
  lossUsd(world, venue, { suspects }, steps) {
    const vaultUsd = vaultOf(world, venue)
    const inForce = (action: ActionName, market: number) => steps.some((step) => step.action === action && step.market === market)
    const anywhere = (action: ActionName) => steps.some((step) => step.action === action)
    const takeUsd = suspects.reduce((sum, market) => {
      if (inForce('stopSwaps', market)) return sum
      const { longUsd, shortUsd, depthDownUsd, depthUpUsd } = world.perpMarkets.at(market)
      const grows = !inForce('tightenSpread', market) && !anywhere('stopDeposits')
      const open = Math.max(longUsd, shortUsd) + (grows ? Math.max(depthDownUsd, depthUpUsd) : 0)
      return sum + open * Math.max(gapOf(world, market), indexGapOf(world, market))
    }, 0)
    return Math.min(vaultUsd, takeUsd)
  },
  narrow(world, venue, { suspects }) {
    const all = perpRisk.marketsOf(world, venue)
    const whole = (action: ActionName): readonly Candidate[] =>
      all.slice(0, 1).map((market) => ({ id: `${action}(all)`, action, on: [market] }))
    const one = (action: ActionName, market: number): Candidate => ({
      id: `${action}(${world.perpMarkets.keyOf(market).split(':')[1]})`,
      action,
      on: [market],
    })
    return [
      ...suspects.map((market) => one('tightenSpread', market)),
      ...whole('capFunding'),
      ...whole('stopDeposits'),
      ...suspects.map((market) => one('stopSwaps', market)),
    ]
  },
  wide: (world, venue) => [{ id: 'stopSwaps(all)', action: 'stopSwaps', on: perpRisk.marketsOf(world, venue) }],
  disruptionUsdPerHour(world, market, effect, cost) {
    const traders = tradersOf(world, market)
    return (
      (effect.opensPosition === 'no' ? traders * cost.borrows : 0) +
      (effect.supplies === 'no' ? traders * cost.supplies : 0) +
      (effect.repays === 'no' ? traders * cost.repays : 0) +
      (effect.withdraws === 'no' ? traders * cost.withdraws : 0)
    )
  },
  liquidatedUsd(world, market) {
    const { longUsd, shortUsd } = world.perpMarkets.at(market)
    return longUsd + shortUsd
  },
}

/** Share by which the mark stands off the index. */
function gapOf(world: World, market: number): number {
  const { mark, index } = world.perpMarkets.at(market)
  return index > 0 && mark > 0 ? Math.abs(mark / index - 1) : 0
}

/** Share by which the index stands off the second feed of the price that it follows. */
function indexGapOf(world: World, market: number): number {
  const feed = world.perpMarkets.columns.feed.get(market) - 1
  const second = feed < 0 ? 0 : world.feeds.columns.secondPrice.get(feed)
  const { index } = world.perpMarkets.at(market)
  return second > 0 && index > 0 ? Math.abs(index / second - 1) : 0
}

function vaultOf(world: World, venue: number): number {
  const row = world.perpVenues.find(world.venues.keyOf(venue))
  return row === undefined ? 0 : world.perpVenues.columns.vaultUsd.get(row)
}

/** Accounts with a position there. */
function tradersOf(world: World, market: number): number {
  const { perpMarket, sizeE18 } = world.perpPositions.columns
  let traders = 0
  for (let row = 0; row < world.perpPositions.count; row++) if (perpMarket.get(row) === market + 1 && sizeE18.get(row) !== 0n) traders++
  return traders
}
