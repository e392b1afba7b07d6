// What the joint tail's variables are now, and how far from their boundary: in logarithms, so that a rise is a share of what was.
import type { TailVariable } from '../core/calibration.ts'
import { ln } from '../core/math.ts'
import type { World } from '../state/world.ts'

type Variable = Pick<TailVariable, 'kind' | 'subject'>

/** What rises when things go wrong; its rise over a horizon is the variable. undefined: not known now. */
export function levelOf(world: World, { kind, subject }: Variable): number | undefined {
  switch (kind) {
    case 'price-fall': {
      const price = feedOf(world, subject)?.price ?? 0
      return price > 0 ? -ln(price) : undefined
    }
    case 'oracle-deviation': {
      const { price = 0, secondPrice = 0 } = feedOf(world, subject) ?? {}
      return price > 0 && secondPrice > 0 ? Math.abs(ln(price / secondPrice)) : undefined
    }
    case 'depth-loss': {
      const row = world.markets.find(subject)
      const depthUsd = row === undefined ? 0 : world.markets.columns.depthUsd.get(row)
      return depthUsd > 0 ? -ln(depthUsd) : undefined
    }
    default:
      return kind satisfies never
  }
}

/**
 * How much the level may rise from here until the boundary; 0 or less: crossed. undefined: nothing rests on it now.
 * Price: a fall that takes an account from its liquidation threshold straight into bad debt, the bonus paid. Oracle: a price so wrong that
 * borrowing at full LTV and walking away pays. Depth: pools absorb less than can be borrowed against the asset.
 */
export function distanceOf(world: World, variable: Variable): number | undefined {
  const level = levelOf(world, variable)
  if (level === undefined) return undefined
  const { markets } = world
  if (variable.kind === 'depth-loss') {
    const row = markets.find(variable.subject) as number
    const borrowableUsd = borrowableOf(world, row)
    return borrowableUsd > 0 ? -level - ln(borrowableUsd) : undefined
  }
  const feed = (world.feeds.find(variable.subject) ?? -1) + 1
  let nearest: number | undefined
  for (let row = 0; row < markets.count; row++) {
    const { columns } = markets
    if (columns.feed.get(row) !== feed || columns.ltvBps.get(row) === 0) continue
    const byPrice = -ln((columns.thresholdBps.get(row) / 10_000) * Math.max(1, columns.bonusBps.get(row) / 10_000))
    const distance = variable.kind === 'price-fall' ? byPrice : -ln(columns.ltvBps.get(row) / 10_000) - level
    if (nearest === undefined || distance < nearest) nearest = distance
  }
  return nearest
}

const feedOf = (world: World, key: string): { readonly price: number; readonly secondPrice: number } | undefined => {
  const row = world.feeds.find(key)
  if (row === undefined) return undefined
  const { price, secondPrice } = world.feeds.columns
  return { price: price.get(row), secondPrice: secondPrice.get(row) }
}

/** As liquidity-depth has it: supply times LTV, at most what the venue's markets can lend. */
function borrowableOf(world: World, market: number): number {
  const { columns, count } = world.markets
  const venue = columns.venue.get(market)
  let lendableUsd = 0
  for (let row = 0; row < count; row++) {
    const lends =
      columns.venue.get(row) === venue &&
      columns.active.get(row) === 1 &&
      columns.borrowing.get(row) === 1 &&
      columns.frozen.get(row) === 0 &&
      columns.paused.get(row) === 0
    if (lends && Number.isFinite(columns.cashUsd.get(row))) lendableUsd += columns.cashUsd.get(row)
  }
  return Math.min((columns.suppliedUsd.get(market) * columns.ltvBps.get(market)) / 10_000, lendableUsd)
}
