// Transactions forced on a rollup wait, or come in a crowd: people go around a sequencer that does not take them.
import { z } from 'zod'
import { rollups } from '../state/tables.ts'
import { quantile, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { samplePeak, spoilPeak } from './peaks.ts'

const HOUR_S = 3_600

const params = z.strictObject({
  /** So many times what 99 % of its hours stay under, for the wait and for the number. */
  times: z.number().min(1).default(3),
  /** A wait never counts below this, seconds: sequencers take messages once they are final, some 15 minutes. */
  floorWaitS: z.number().positive().default(3_600),
  /** A wait from which on anybody may soon include them: half of Nitro's day, all of the OP Stack's window. */
  highWaitS: z.number().positive().default(43_200),
  /** Fewer within an hour are no crowd. */
  floorCount: z.number().positive().default(50),
  /** While it lasts it is told again after so many seconds. */
  repeatS: z.number().positive().default(3_600),
})

export const forcedTransactions = defineDetector({
  id: 'forced-transactions',
  title: 'Forced transactions wait or crowd',
  maturity: 'test',
  threat:
    'A sequencer that leaves out repayments or withdrawals has people liquidated; the way around it is slow, and shows on the parent.',
  catches:
    'The oldest forced transaction that waits, above three times the usual wait and an hour (where the rollup tells what it took); more of them within an hour than three times the 99 % quantile and 50. No incident of the list had this as its lead.',
  misses:
    'Whether a transaction was executed on the rollup; censorship that nobody goes around; the wait on the OP Stack, which tells only what was put in.',
  falsePositives: ['a bridge or an airdrop that sends many deposits', 'a parent chain that is slow to be final'],
  runbook: 'docs/runbooks/forced-transactions.md',
  source: 'endpoint',
  basis: 'chain',
  on: rollups,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    seen: ring({ size: 1 }),
    rate: rateInWindow({ windowS: HOUR_S, buckets: 12 }),
    counts: quantile({ share: 0.99, least: 0.5, most: 1e7 }),
    waits: quantile({ share: 0.99, least: 1, most: 1e7 }),
    steps: ring({ size: 1 }),
    peaks: ring({ size: 1 }),
    waitSteps: ring({ size: 1 }),
    waitPeaks: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(rollup, { seen, rate, counts, waits, steps, peaks, waitSteps, waitPeaks, toldAtS }, params, block) {
    const { queued, waitingSinceS, rollupChainId } = rollup
    const before = seen.get(0)
    if (before !== queued) seen.push(queued)
    if (before !== undefined && before > 0 && queued > before) rate.push(block.timeS, queued - before)
    const count = rate.sum(block.timeS)
    const waitS = waitingSinceS > 0 ? block.timeS - waitingSinceS : 0
    const step = Math.floor(block.timeS / HOUR_S)
    const waitLimitS = Math.max(waits.ready ? params.times * waits.value : 0, params.floorWaitS)
    const countLimit = Math.max(params.times * counts.value, params.floorCount)
    const waitsLong = waitS > waitLimitS
    const crowds = counts.ready && count > countLimit
    if (waitsLong) spoilPeak(waits, waitSteps, waitPeaks, step)
    else samplePeak(waits, waitSteps, waitPeaks, step, waitS)
    if (crowds) spoilPeak(counts, steps, peaks, step)
    else samplePeak(counts, steps, peaks, step, count)
    if ((!waitsLong && !crowds) || block.timeS - (toldAtS.get(0) ?? 0) < params.repeatS) return undefined
    toldAtS.push(block.timeS)
    return {
      severity: waitS > params.highWaitS ? 'high' : waitsLong ? 'medium' : 'low',
      summary: waitsLong
        ? `a forced transaction has waited for ${waitS} s, ${waitLimitS.toFixed(0)} s would be long`
        : `${count} transactions were forced within an hour; 99 % of its hours have under ${counts.value.toFixed(1)}`,
      evidence: { waitS, waitLimitS, count, countLimit, queued, taken: rollup.taken, rollupChainId },
    }
  },
})
