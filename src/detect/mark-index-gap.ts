// A perpetual's own price stands apart from the index that it should follow: somebody moves the market's pool, or the index is wrong.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { perpMarkets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isDue } from './perp-told.ts'

const params = z.strictObject({
  /** Gaps above this many times the market's usual gap fire. */
  maxSigmas: z.number().positive().default(8),
  /** A premium of so much is paid for by funding within days and is everyday life. Perp v2 refuses makers at 1,000. */
  floorBps: z.number().positive().default(250),
  /** A gap that became usual widens its limit to so many floors at most. */
  widestTimes: z.number().min(1).default(4),
  /** Gaps above so many times their limit are critical and fire at first sight: what a pool pushed in one transaction looks like. */
  grossTimes: z.number().min(1).default(3),
})

export const markIndexGap = defineDetector({
  id: 'mark-index-gap',
  title: 'Perpetual against its index',
  maturity: 'test',
  threat:
    'A virtual pool can be pushed like any other: profits are booked at its price and paid out of the collateral of all (PerpPair, 2026-04-05).',
  catches:
    "The mark, or the pool's own price, further from the index than 8 times the market's usual gap and 250 bps, in two blocks running or three times as far at once, for as long as it stands.",
  misses:
    'A mark that follows a false index; a gap under 2.5 %; a push and its reversal within one block; markets whose pool is not watched are judged by the mark alone.',
  falsePositives: ['an index that stands still while the world moves', 'a rush to one side that arbitrage needs some blocks to answer'],
  runbook: 'docs/runbooks/mark-index-gap.md',
  source: 'exchange',
  basis: 'chain',
  on: perpMarkets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { gaps: ewmaVolatility({ halfLifeRows: 500 }), sampled: ring({ size: 1 }), over: ring({ size: 1 }) },
  check(market, { gaps, sampled, over }, { maxSigmas, floorBps, widestTimes, grossTimes }, block) {
    const { status, mark, spot, index } = market
    if (status !== 0 || !(index > 0) || !(mark > 0)) return undefined
    const markGap = ln(mark / index)
    const spotGap = spot > 0 ? ln(spot / index) : 0
    const gap = Math.abs(spotGap) > Math.abs(markGap) ? spotGap : markGap
    const floor = floorBps / 10_000
    const limit = gaps.ready ? Math.min(Math.max(maxSigmas * gaps.sigma, floor), widestTimes * floor) : floor
    const isOver = Math.abs(gap) > limit
    const wasOver = over.get(0) === 1
    if (isOver !== wasOver) over.push(isOver ? 1 : 0)
    if (!isOver) {
      if (isDue(sampled, block.timeS)) gaps.push(gap)
      return undefined
    }
    const isGross = Math.abs(gap) > grossTimes * limit
    if (!wasOver && !isGross) return undefined
    return {
      severity: isGross ? 'critical' : Math.abs(markGap) > limit ? 'high' : 'medium',
      summary: `${gap === markGap ? 'mark' : 'pool'} ${percent(gap)} ${gap > 0 ? 'over' : 'under'} the index (limit ${percent(limit)})`,
      evidence: { mark, spot, index, markGap, spotGap, limit, usual: gaps.sigma },
    }
  },
})

const percent = (gap: number): string => `${(Math.abs(gap) * 100).toFixed(1)} %`
