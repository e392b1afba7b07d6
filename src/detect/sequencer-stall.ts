// A rollup has posted nothing to its parent for longer than it ever does: what is on it cannot be proved or withdrawn meanwhile.
import { z } from 'zod'
import { rollups } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const INTERVALS = 50

const params = z.strictObject({
  /** So many times the longest of its last 50 intervals. */
  longestFactor: z.number().min(1).default(2),
  /** Never less than this, seconds: outputs come each hour at most. */
  floorS: z.number().positive().default(3_600),
  /** Intervals to be seen first. */
  minIntervals: z.number().int().min(1).max(INTERVALS).default(10),
  /** While it lasts it is told again after so many seconds. */
  repeatS: z.number().positive().default(3_600),
})

export const sequencerStall = defineDetector({
  id: 'sequencer-stall',
  title: 'Rollup posts nothing',
  maturity: 'test',
  threat:
    'Between two posts the rollup is what its operator says: a halt, a fork or a theft of the operator shows on the parent as silence.',
  catches:
    'No batch or output on the parent chain for twice the longest of the last 50 intervals and an hour; high if forced transactions came since the last post. Ronin 2022-03-23 and rollup halts: what a counterpart chain sees of them.',
  misses: 'A rollup that posts what is wrong; posts in blobs or calldata without an event (the OP Stack tells its outputs only).',
  falsePositives: ['a change of the contract that it posts to', 'a parent chain so dear that the operator waits'],
  runbook: 'docs/runbooks/sequencer-stall.md',
  source: 'endpoint',
  basis: 'chain',
  on: rollups,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { intervals: ring({ size: INTERVALS }), seen: ring({ size: 1 }), toldAtS: ring({ size: 1 }) },
  check(rollup, { intervals, seen, toldAtS }, { longestFactor, floorS, minIntervals, repeatS }, block) {
    const { postedAtS, queuedAtS, posts } = rollup
    if (!(postedAtS > 0)) return undefined
    const last = seen.get(0)
    if (last !== postedAtS) {
      const told = (toldAtS.get(0) ?? 0) > 0
      if (last !== undefined && postedAtS > last && !told) intervals.push(postedAtS - last)
      if (told) toldAtS.push(0)
      seen.push(postedAtS)
    }
    if (intervals.length < minIntervals) return undefined
    let longest = 0
    for (let ago = 0; ago < intervals.length; ago++) longest = Math.max(longest, intervals.get(ago) ?? 0)
    const limitS = Math.max(longestFactor * longest, floorS)
    const ageS = block.timeS - postedAtS
    const beforeS = toldAtS.get(0) ?? 0
    if (!(ageS > limitS) || (beforeS > 0 && block.timeS - beforeS < repeatS)) return undefined
    toldAtS.push(block.timeS)
    const forced = queuedAtS > postedAtS
    return {
      severity: forced ? 'high' : 'medium',
      summary: `nothing posted for ${ageS} s, ${limitS} s would be long for it${forced ? '; people put transactions in by force meanwhile' : ''}`,
      evidence: { ageS, limitS, longest, posts, postedAtS, queuedAtS, rollupChainId: rollup.rollupChainId },
    }
  },
})
