// Liquidations that are due don't happen, or a venue has lost more than it can shrug off: what a failing market looks like from inside.
import { z } from 'zod'
import { venues } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { venueSums } from './venue-sums.ts'

const params = z.strictObject({
  /** Debt that could be liquidated from this size on is worth a liquidator's while, and is missed; USD. */
  minUsd: z.number().positive().default(10_000),
  /** Blocks in a row without a liquidation from which on somebody should have come. */
  maxUnattendedBlocks: z.number().int().positive().default(3),
  /** Bad debt above this part of what the venue was supplied with is high. */
  highBadDebtBps: z.number().positive().default(10),
  /** And above this size, USD. */
  floorBadDebtUsd: z.number().positive().default(10_000),
})

export const marketSolvency = defineDetector({
  id: 'market-solvency',
  title: 'Liquidations fail, or bad debt',
  maturity: 'test',
  threat: 'A market stays solvent by its liquidators; when they cannot or will not act, each fall of the price is a loss of the suppliers.',
  catches:
    "Debt of 10,000 USD or more that nobody liquidates for 3 blocks, in each block while that stands; bad debt above 0.1 % of the venue's supply and 10,000 USD, once and again when it got worse by a tenth.",
  misses:
    "Everything is valued at the protocol's own prices: a false price hides bad debt. One liquidation, of whichever account, counts as attendance for the whole venue.",
  falsePositives: [
    'gas so dear that liquidating pays later',
    'liquidations that are closed: by a pause, ours included, or by the sentinel of a rollup',
    'collateral that no liquidator wants for the bonus, which is true and lasts',
  ],
  runbook: 'docs/runbooks/market-solvency.md',
  source: 'accounts',
  basis: 'chain',
  on: venues,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { sinceBlock: ring({ size: 1 }), attendedBadUsd: ring({ size: 1 }), told: ring({ size: 1 }) },
  check(venue, { sinceBlock, attendedBadUsd, told }, { minUsd, maxUnattendedBlocks, highBadDebtBps, floorBadDebtUsd }, block, view) {
    const { badDebtUsd, liquidatableUsd, unattendedBlocks } = venue
    // dust is unattended for ever: blocks count only from where it is worth a liquidator's while
    const waits = liquidatableUsd >= minUsd && unattendedBlocks > 0
    const before = sinceBlock.get(0) ?? 0
    const since = waits ? before || block.number : 0
    if (since !== before) sinceBlock.push(since)
    const missedBlocks = waits ? Math.min(unattendedBlocks, block.number - since + 1) : 0
    const isMissed = waits && missedBlocks >= maxUnattendedBlocks
    const attendedUsd = attendedBadUsd.get(0)
    if (attendedUsd === undefined || (!waits && attendedUsd !== badDebtUsd)) attendedBadUsd.push(badDebtUsd)
    const grownUsd = badDebtUsd - (attendedBadUsd.get(0) ?? 0)

    const { suppliedUsd } = venueSums(view, venue.row + 1)
    const limitUsd = Math.max((suppliedUsd * highBadDebtBps) / 10_000, floorBadDebtUsd)
    const toldUsd = told.get(0) ?? 0
    const isBad = badDebtUsd > limitUsd && badDebtUsd > toldUsd * 1.1
    if (isBad) told.push(badDebtUsd)
    else if (toldUsd > 0 && badDebtUsd <= limitUsd * REARM) told.push(0)
    if (!isMissed && !isBad) return undefined

    const parts = [
      ...(isMissed ? [`${liquidatableUsd.toFixed(0)} USD of debt could be liquidated and was not for ${missedBlocks} blocks`] : []),
      ...(isBad ? [`bad debt of ${badDebtUsd.toFixed(0)} USD`] : []),
    ]
    return {
      severity: isMissed && grownUsd >= minUsd ? 'critical' : 'high', // interest alone makes bad debt grow by cents
      summary: parts.join('; '),
      evidence: { liquidatableUsd, missedBlocks, unattendedBlocks, badDebtUsd, grownUsd, limitUsd, suppliedUsd },
    }
  },
})

/** Bad debt may begin anew only clearly below its limit, which moves with prices. */
const REARM = 0.8
