// The pool bears more of the market's moves than its hedger covers, or than it could pay to cover.
import { z } from 'zod'
import { optionMarkets } from '../state/tables.ts'
import { quantile, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Value of the uncovered delta, share of the pool: at a quarter a move of 10 % costs the pool 2.5 %. */
  floorShare: z.number().positive().default(0.25),
  /** The same as a multiple of what 99 % of the market's own blocks did not exceed. */
  usualTimes: z.number().min(1).default(2),
  /** However usual, a share above this fires: a move of 10 % costs a tenth of the pool. */
  mostShare: z.number().positive().default(1),
  /** How long it must stand, seconds: five minutes, since a keeper that hedges at once needs some blocks. Above `mostShare` none. */
  holdS: z.number().nonnegative().default(300),
  /** Told again when it grew by so much. */
  worseTimes: z.number().min(1).default(1.2),
})

export const deltaLimit = defineDetector({
  id: 'delta-limit',
  title: "An option pool's uncovered delta",
  maturity: 'test',
  threat:
    'Trades that push the pool far to one side before a move that the trader knows of or makes; a hedger that cannot or does not act.',
  catches:
    "People's net delta less locked base and hedge, at spot, above a quarter of the pool and twice what 99 % of its own blocks did not exceed, for 300 s; or above all of it, or more than the pool could pay to hedge while over the quarter, at once.",
  misses: 'Deltas that the pool caches wrongly; a one-sided book that is wound up within 300 s; gamma: the delta that a move will make.',
  falsePositives: ['a hedger that waits out its own interaction delay after a large honest trade', 'a pool that hedges elsewhere'],
  runbook: 'docs/runbooks/delta-limit.md',
  source: 'pool',
  basis: 'chain',
  on: optionMarkets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { usual: quantile({ share: 0.99, least: 1e-6, most: 1e6 }), sinceS: ring({ size: 1 }), told: ring({ size: 1 }) },
  check(market, { usual, sinceS, told }, { floorShare, usualTimes, mostShare, holdS, worseTimes }, block) {
    const { unhedged, spot, nav, free, pendingDelta, netDelta, hedged, hedgeTarget } = market
    const openUsd = Math.abs(unhedged) * spot
    const share = openUsd / nav
    if (!Number.isFinite(share)) return undefined // no pool, or no price
    const limit = usual.ready ? Math.min(Math.max(usualTimes * usual.value, floorShare), mostShare) : floorShare
    const payable = free + pendingDelta
    const unpayable = openUsd > payable && share > floorShare
    const began = sinceS.get(0) ?? 0
    const before = told.get(0) ?? 0
    if (!(share > limit || unpayable)) {
      usual.push(share)
      if (began > 0) sinceS.push(0)
      if (before > 0) told.push(0)
      return undefined
    }
    if (began === 0) sinceS.push(block.timeS)
    const gross = unpayable || share > mostShare
    if (!gross && block.timeS - (began || block.timeS) < holdS) return undefined
    if (!(share > before * worseTimes)) return undefined
    told.push(share)
    return {
      severity: gross ? 'high' : 'medium',
      summary: `${unhedged.toFixed(2)} base uncovered, ${(share * 100).toFixed(0)} % of the pool (limit ${(limit * 100).toFixed(0)} %)${unpayable ? '; more than it could pay to hedge' : ''}`,
      evidence: { unhedged, spot, nav, share, limit, netDelta, hedged, hedgeTarget, payable },
    }
  },
})
