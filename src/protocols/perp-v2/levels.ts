// Which notional would be liquidated at which mark: kept as sums by levels half a percent apart, changed only when a position is.
import { ln } from '../../core/math.ts'
import { AHEAD_BPS } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { signed } from '../../store/column.ts'
import { positionsOf } from './keys.ts'

const LN_STEP = ln(1.005)
/** No price is a level that high; a position without one is at none. */
const NONE = 1_000_000

const levelOf = (price: number): number => (price > 0 && price < Number.POSITIVE_INFINITY ? Math.floor(ln(price) / LN_STEP) : NONE)

/** By position row: what it adds to which level. */
const added = (world: World) => ({
  level: world.store.column('perp.level', 'f64'),
  usd: world.store.column('perp.levelUsd', 'f64'),
})
/** By market row: the level that its figures were added up at, and whether a level changed since. */
const summed = (world: World) => ({
  at: world.store.column('perp.aheadLevel', 'f64'),
  stale: world.store.column('perp.aheadStale', 'u32'),
})

/** Price at which each position of the account alone would bring it to its requirement, by floats; and its place among the levels. */
export function keepLevels(world: World, account: number, mmRatio: number, isLinear: boolean): void {
  const { perpPositions, perpMarkets, perpAccounts } = world
  const { valueUsd, notionalUsd } = perpAccounts.at(account)
  const surplus = valueUsd - mmRatio * notionalUsd
  for (const row of positionsOf(world, account)) {
    const market = perpPositions.columns.perpMarket.get(row) - 1
    const size = Number(signed(perpPositions.columns.sizeE18.get(row))) / 1e18
    const mark = perpMarkets.columns.mark.get(market)
    const slope = size > 0 ? size * (1 - mmRatio) : size * (1 + mmRatio)
    const price = isLinear && size !== 0 ? mark - surplus / slope : 0
    perpPositions.columns.liquidationPrice.set(row, Number.isFinite(price) && price > 0 ? price : 0)
    // whoever is past it already is counted at the mark
    const level = price > 0 ? (size > 0 ? Math.min(levelOf(price), levelOf(mark)) : Math.max(levelOf(price), levelOf(mark))) : NONE
    place(world, row, market, level, size * mark)
  }
}

function place(world: World, position: number, market: number, level: number, usd: number): void {
  const { level: levels, usd: sums } = added(world)
  const [before, had] = [levels.get(position), sums.get(position)]
  const now = level === NONE || !Number.isFinite(usd) ? 0 : usd
  if (before === level && had === now) return
  add(world, market, before, had, -1)
  add(world, market, level, now, 1)
  levels.set(position, level)
  sums.set(position, now)
  summed(world).stale.set(market, 1)
}

/** Longs are over zero, shorts below. */
function add(world: World, market: number, level: number, usd: number, times: 1 | -1): void {
  if (usd === 0) return
  const row = world.perpLevels.rowOf(`${world.perpMarkets.keyOf(market)}:${level}`)
  const { columns } = world.perpLevels
  columns.perpMarket.set(row, market + 1)
  columns.level.set(row, level)
  const column = usd > 0 ? columns.longUsd : columns.shortUsd
  column.set(row, Math.max(0, column.get(row) + times * Math.abs(usd)))
}

/** The market's `down...Usd` and `up...Usd`: added up anew only when its level or one of its positions' has changed. */
export function writeAhead(world: World, market: number): void {
  const { columns } = world.perpMarkets
  const mark = columns.mark.get(market)
  const { at, stale } = summed(world)
  const here = levelOf(mark)
  if (here === NONE || (at.get(market) === here && stale.get(market) === 0)) return
  at.set(market, here)
  stale.set(market, 0)
  const key = world.perpMarkets.keyOf(market)
  const usdAt = (level: number, side: 'longUsd' | 'shortUsd'): number => {
    const row = world.perpLevels.find(`${key}:${level}`)
    return row === undefined ? 0 : world.perpLevels.columns[side].get(row)
  }
  let [down, up, atDown, atUp] = [0, 0, here, here]
  for (const bps of AHEAD_BPS) {
    const [low, high] = [levelOf(mark * (1 - bps / 10_000)), levelOf(mark * (1 + bps / 10_000))]
    while (atDown >= low) down += usdAt(atDown--, 'longUsd')
    while (atUp <= high) up += usdAt(atUp++, 'shortUsd')
    columns[`down${bps}Usd`].set(market, down)
    columns[`up${bps}Usd`].set(market, up)
  }
}
