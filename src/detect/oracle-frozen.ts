// A market's price does not move at all while exchanges have left it: a hard-coded or dead oracle, of whatever kind.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { markets, pools } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector, type View } from './define.ts'

const params = z.strictObject({
  /** Exchanges so far from the price, all the time: no live feed waits for more than 2 %. */
  floorBps: z.number().positive().default(500),
  /** For so long, seconds, without one change of the price: any live feed had its round by then. */
  frozenS: z.number().positive().default(1_800),
  /** Past so many times the floor it is critical: more than any liquidation bonus. */
  grossTimes: z.number().min(1).default(4),
})

export const oracleFrozen = defineDetector({
  id: 'oracle-frozen',
  title: 'Price stands still while the market leaves it',
  maturity: 'test',
  threat: 'Collateral is valued at a constant after its market fell: whoever holds it borrows against nothing.',
  catches:
    "A market's price that has not changed by one unit for half an hour in which the deepest watched pool's average was more than floorBps away; sources without a feed too. Stream xUSD 2025-11-03, Resolv USR 2026-03-22.",
  misses: 'Assets without a watched pool; a price that is moved a little now and then (oracle-deviation); a pool that is as wrong.',
  falsePositives: [
    'a pool that somebody holds away from the market for half an hour',
    'an asset whose redemption value is known and whose pool is thin',
  ],
  runbook: 'docs/runbooks/oracle-frozen.md',
  source: 'exchange',
  basis: 'chain',
  on: markets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { prices: ring({ size: 1 }), apartSinceS: ring({ size: 1 }) },
  check(market, { prices, apartSinceS }, { floorBps, frozenS, grossTimes }, block, view) {
    if (market.pools === 0) return undefined
    const { price } = market
    const sinceS = apartSinceS.get(0) ?? 0
    const changed = prices.get(0) !== price
    if (changed) prices.push(price)
    const exchange = price > 0 ? exchangePrice(view, market.asset) : 0
    const gap = exchange > 0 ? ln(exchange / price) : 0
    const isApart = Math.abs(gap) > floorBps / 10_000
    if (!isApart || changed) {
      const begins = isApart ? block.timeS : 0
      if (sinceS !== begins) apartSinceS.push(begins)
      return undefined
    }
    if (sinceS === 0) {
      apartSinceS.push(block.timeS)
      return undefined
    }
    const ageS = block.timeS - sinceS
    if (!(ageS > frozenS)) return undefined
    const gross = Math.abs(gap) > (grossTimes * floorBps) / 10_000
    return {
      severity: gap > 0 ? 'medium' : gross ? 'critical' : 'high',
      summary: `the price has been exactly ${price} for ${ageS} s in which exchanges stood ${gap < 0 ? 'below' : 'above'} it, now at ${exchange}`,
      evidence: { price, exchange, gap, ageS, suppliedUsd: market.suppliedUsd, ltvBps: market.ltvBps },
    }
  },
})

/** Average of the deepest watched pool of the asset; 0: none says anything. */
function exchangePrice(view: View, asset: bigint): number {
  let deepest = -1
  let price = 0
  const count = view.count(pools)
  for (let row = 0; row < count; row++) {
    const pool = view.at(pools, row)
    const said = pool.twapPrice > 0 ? pool.twapPrice : pool.price
    if (pool.base !== asset || !(said > 0) || !(pool.depthDownUsd > deepest)) continue
    deepest = pool.depthDownUsd
    price = said
  }
  return price
}
