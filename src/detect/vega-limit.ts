// The pool has sold (or bought) so much volatility that a jump of it alone would cost a large part of it.
import { z } from 'zod'
import { optionMarkets } from '../state/tables.ts'
import { quantile, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Points of volatility that it may jump by: a stress by convention, not a fit: calibrate it where a history of the asset's implied volatility is at hand. */
  jumpPoints: z.number().positive().default(20),
  /** What such a jump costs, share of the pool: who only sells what it can cover wholly bears some 2 % (a month at the money), so that this is more than selling can do. */
  floorShare: z.number().positive().default(0.05),
  /** The same as a multiple of what 99 % of the market's own blocks did not exceed. */
  usualTimes: z.number().min(1).default(2),
  /** However usual, a share above this fires, as high. */
  mostShare: z.number().positive().default(0.2),
  /** Told again when it grew by so much. */
  worseTimes: z.number().min(1).default(1.2),
})

export const vegaLimit = defineDetector({
  id: 'vega-limit',
  title: "An option pool's net vega",
  maturity: 'test',
  threat:
    'Nobody hedges a pool against volatility: whoever loads it with vega and then moves volatility, or knows that it will move, takes the difference.',
  catches:
    'A jump of volatility by 20 points, against the pool, that costs more than 5 % of it and twice what 99 % of its own blocks did not exceed, or more than 20 %: at the begin and when worse by a fifth.',
  misses: 'Vega of single expiries that cancel out in the sum and do not in the market; greeks that the pool caches late or wrongly.',
  falsePositives: ['a pool that is small beside its open interest by design', 'providers who withdraw after the interest was written'],
  runbook: 'docs/runbooks/vega-limit.md',
  source: 'pool',
  basis: 'chain',
  on: optionMarkets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { usual: quantile({ share: 0.99, least: 1e-6, most: 1e6 }), told: ring({ size: 1 }) },
  check(market, { usual, told }, { jumpPoints, floorShare, usualTimes, mostShare, worseTimes }) {
    const { netStdVega, nav, highestIv, netOptionValue } = market
    const lossUsd = Math.abs(netStdVega) * jumpPoints
    const share = lossUsd / nav
    if (!Number.isFinite(share)) return undefined
    const limit = usual.ready ? Math.min(Math.max(usualTimes * usual.value, floorShare), mostShare) : floorShare
    const before = told.get(0) ?? 0
    if (!(share > limit)) {
      usual.push(share)
      if (before > 0) told.push(0)
      return undefined
    }
    if (!(share > before * worseTimes)) return undefined
    told.push(share)
    // people's positions: where theirs gain by more volatility, the pool loses by it
    const way = netStdVega > 0 ? 'up' : 'down'
    return {
      severity: share > mostShare ? 'high' : 'medium',
      summary: `volatility ${way} by ${jumpPoints} points costs ${lossUsd.toFixed(0)}, ${(share * 100).toFixed(0)} % of the pool (limit ${(limit * 100).toFixed(0)} %)`,
      evidence: { netStdVega, jumpPoints, nav, share, limit, highestIv, netOptionValue },
    }
  },
})
