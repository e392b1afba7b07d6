// The insurance fund of an exchange pays more than it ever does, or less is in it than accounts already owe: what comes next falls on all.
import { z } from 'zod'
import { perpVenues } from '../state/tables.ts'
import { ewmaVolatility, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isDue, isTold } from './perp-told.ts'

const params = z.strictObject({
  /** What left within an hour above this many times its usual size fires. */
  maxSigmas: z.number().positive().default(6),
  /** Part of the fund that may always leave in an hour. */
  floorShareBps: z.number().positive().default(1_000),
  /** From this part on the severity is high: dYdX paid some 40 % of its fund in the hour of YFI. */
  highShareBps: z.number().positive().default(3_000),
  /** Smaller sums are left alone, USD. */
  minUsd: z.number().nonnegative().default(1_000),
})

export const insuranceDrain = defineDetector({
  id: 'insurance-drain',
  title: 'Insurance fund drains',
  maturity: 'test',
  threat:
    'The fund stands between a trader without collateral and everybody else’s: when it is empty, liquidations with bad debt are refused and losses are shared (dYdX YFI 2023-11-17, Hyperliquid 2025-03-12).',
  catches:
    'More than 10 % of the fund, and 6 times its usual hour, gone within an hour; or a fund that is smaller than the bad debt of accounts that wait, in each block.',
  misses: 'A fund that was always too small; a slow drain below 10 % an hour; bad debt of accounts from before the first block watched.',
  falsePositives: ['fees above the threshold that are paid out to their beneficiary', 'the owner moves the fund'],
  runbook: 'docs/runbooks/insurance-drain.md',
  source: 'pool',
  basis: 'chain',
  on: perpVenues,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    had: ring({ size: 1 }),
    out: rateInWindow({ windowS: 3_600, buckets: 12 }),
    usual: ewmaVolatility({ halfLifeRows: 200 }),
    sampled: ring({ size: 1 }),
    told: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(venue, { had, out, usual, sampled, told, toldAtS }, params, block) {
    const { insuranceUsd, badDebtUsd, openInterestUsd } = venue
    const before = had.get(0)
    if (before !== insuranceUsd) had.push(insuranceUsd)
    if (before !== undefined && before !== insuranceUsd) out.push(block.timeS, before - insuranceUsd)
    const outUsd = out.sum(block.timeS)
    const share = outUsd > 0 ? outUsd / Math.max(insuranceUsd + outUsd, outUsd) : 0
    const limit = Math.max(usual.ready ? params.maxSigmas * usual.sigma : 0, params.floorShareBps / 10_000)
    const drains = share > limit && outUsd >= params.minUsd
    if (!drains && isDue(sampled, block.timeS)) usual.push(share)
    const uncoveredUsd = badDebtUsd - Math.max(insuranceUsd, 0)
    const isUncovered = uncoveredUsd >= params.minUsd && uncoveredUsd > 0
    const isNew = isTold({ told, toldAtS }, drains ? share : 0, 0, { worseTimes: 1.1, repeatS: 0 }, block.timeS)
    if (!isUncovered && !isNew) return undefined
    return {
      severity: isUncovered ? 'critical' : share >= params.highShareBps / 10_000 ? 'high' : 'medium',
      summary: isUncovered
        ? `bad debt of ${badDebtUsd.toFixed(0)} USD, ${insuranceUsd.toFixed(0)} USD in the fund`
        : `${(share * 100).toFixed(1)} % of the fund left within an hour (usual limit ${(limit * 100).toFixed(1)} %)`,
      evidence: { insuranceUsd, outUsd, share, limit, badDebtUsd, uncoveredUsd, openInterestUsd },
    }
  },
})
