// What all accounts of a market together gain when its asset rises: supplied less borrowed, from the market's own totals.
import { rayMul } from '../../core/exact.ts'
import type { World } from '../../state/world.ts'
import type { HealthAt } from './health.ts'
import { marketOfLeg, SIDE, sideOfLeg } from './keys.ts'
import { stableTotal } from './venue.ts'

export interface NetDelta {
  /** The token's smallest units. Totals are rounded once where accounts are rounded each: half a unit an account apart at most. */
  readonly supplied: bigint
  /** Stable debt as of its last change: its interest since then is left to the next one. */
  readonly borrowed: bigint
  /** Supplied less borrowed; negative: more is owed than is here. */
  readonly net: bigint
  /** The same at the market's price, USD E8, cut off towards zero. */
  readonly netE8: bigint
}

/** At the moment of `health`, with interest up to then. Costs the same whatever the number of accounts. */
export function netDelta(world: World, health: HealthAt, market: number): NetDelta {
  const { income, debtIndex, priceE8, unit } = health.market(market)
  const { scaledSupply, scaledDebt } = world.markets.columns
  const supplied = rayMul(scaledSupply.get(market), income)
  const borrowed = rayMul(scaledDebt.get(market), debtIndex) + stableTotal(world).total.get(market)
  const net = supplied - borrowed
  return { supplied, borrowed, net, netE8: (net * priceE8) / unit }
}

/**
 * Which share of each market's supply the accounts hold that we know, by market row; 1 for a market without any. Below 1: accounts from
 * before the first block watched have not moved since. One step a position.
 */
export function knownShares(world: World): readonly number[] {
  const { positions, markets } = world
  const { leg, amount } = positions.columns
  const held = new Array<bigint>(markets.count).fill(0n)
  for (let row = 0; row < positions.count; row++) {
    const side = sideOfLeg(leg.get(row))
    if (side !== SIDE.supply && side !== SIDE.collateral) continue
    const market = marketOfLeg(leg.get(row))
    held[market] = (held[market] as bigint) + amount.get(row)
  }
  return held.map((known, market) => {
    const all = markets.columns.scaledSupply.get(market)
    return all === 0n ? 1 : Number((known * 1_000_000n) / all) / 1e6
  })
}
