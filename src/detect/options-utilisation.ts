// What an option pool has left free runs out: providers can't leave, sellers can't be paid, nobody can hedge.
import { z } from 'zod'
import { optionMarkets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Free share of the pool, as a multiple of the share at which its own breaker trips. */
  breakerTimes: z.number().min(1).default(3),
  /** Free share for a pool without one: the same multiple of the 1 % at which Lyra's trips. */
  floorShare: z.number().min(0).max(1).default(0.03),
  /** What one block may take of the free part, as a multiple of the usual. */
  maxSigmas: z.number().positive().default(8),
  /** And at least so much of the pool: five such blocks would lock all of it. */
  jumpShare: z.number().positive().default(0.2),
})

export const optionsUtilisation = defineDetector({
  id: 'options-utilisation',
  title: 'Free liquidity of an option pool',
  maturity: 'test',
  threat:
    'A pool that is locked to the last by one trader: exits stop, what is left is priced for one buyer, and the hedge cannot be paid.',
  catches:
    "A free part under 3 times the share at which the pool's own breaker trips (3 % where it has none); the breaker's own condition met and the breaker not set; a fifth of the pool and 8 times the usual change locked within a block. Each once, and again after it was over.",
  misses: 'A pool that is emptied by withdrawals that the protocol allows (outflows); what is free by the books and cannot be sold.',
  falsePositives: ['a pool that is meant to be full, just before an expiry', 'one large honest trade into a small pool'],
  runbook: 'docs/runbooks/options-utilisation.md',
  source: 'pool',
  basis: 'chain',
  on: optionMarkets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { changes: ewmaVolatility({ halfLifeRows: 2_000 }), last: ring({ size: 1 }), low: ring({ size: 1 }) },
  check(market, { changes, last, low }, { breakerTimes, floorShare, maxSigmas, jumpShare }) {
    const { free, nav, freeShareLimit, breakerDue, breakerUntilS, usedCollateral, pendingDelta, usedDelta, liveBoards } = market
    const share = free / nav
    if (!(nav > 0) || !Number.isFinite(share)) return undefined
    const limit = freeShareLimit > 0 ? breakerTimes * freeShareLimit : floorShare
    const figures = { free, nav, share, limit, usedCollateral, pendingDelta, usedDelta, breakerUntilS }

    const before = last.get(0)
    const taken = before === undefined ? 0 : before - share
    if (before !== share) last.push(share)
    const jumpLimit = Math.max(maxSigmas * changes.sigma, jumpShare)
    const jumped = changes.ready && taken > jumpLimit
    if (before !== undefined && !jumped) changes.push(taken)

    // 0 enough, 1 little, 2 so little, or so much moved, that the breaker is due
    const now = breakerDue === 1 ? 2 : share < limit && liveBoards > 0 ? 1 : 0
    const told = low.get(0) ?? 0
    if (now !== told) low.push(now)
    if (now > told)
      return {
        severity: now === 2 ? 'high' : 'medium',
        summary:
          now === 2
            ? `its breaker is due and not set: anyone may call updateCBs (${percent(share)} free)`
            : `${percent(share)} of the pool is free (limit ${percent(limit)})`,
        evidence: { ...figures, breakerDue },
      }
    if (!jumped) return undefined
    return {
      severity: 'medium',
      summary: `${percent(taken)} of the pool locked in one block (limit ${percent(jumpLimit)}), ${percent(share)} is left`,
      evidence: { ...figures, taken, jumpLimit },
    }
  },
})

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
