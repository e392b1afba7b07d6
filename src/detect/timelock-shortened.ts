// A timelock's delay became shorter: the time in which anybody could have seen what is coming.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { addressOf } from '../core/words.ts'
import { authorityChanges, CHANGE, governed } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector, type View } from './define.ts'

export const timelockShortened = defineDetector({
  id: 'timelock-shortened',
  title: 'Delay of a timelock shortened',
  maturity: 'test',
  threat:
    'With no delay a captured vote is done before anyone reads it: Beanstalk (2022-04-17) fell to a proposal that could be executed after one day, in one transaction.',
  catches:
    'A delay under the longest that this timelock ever had: critical outside the governed path; high under `highShare` of the longest, medium under `mediumShare`, else low. Measured against the longest, so that small steps add up.',
  misses: 'Delays of single operations, which a timelock lets nobody shorten; timelocks that are not named; what is already queued.',
  falsePositives: ['a timelock that was set up with a careful delay and then given its usual one'],
  runbook: 'docs/runbooks/timelock-shortened.md',
  source: 'authority',
  basis: 'chain',
  on: governed,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params: z
    .strictObject({
      /** Half of the notice that people relied on is gone. */
      mediumShare: z.number().min(0).max(1).default(0.5),
      /** Of two days less than five hours are left: a night. */
      highShare: z.number().min(0).max(1).default(0.1),
    })
    .refine(({ highShare, mediumShare }) => highShare <= mediumShare, { message: 'want highShare at most mediumShare' }),
  memory: { longest: ring({ size: 1 }), told: ring({ size: 1 }) },
  check({ contract, delayS }, { longest, told }, { mediumShare, highShare }, _block, view) {
    if (!(delayS >= 0)) return undefined
    const most = longest.get(0)
    const before = told.get(0)
    if (before !== delayS) told.push(delayS)
    if (most === undefined || delayS > most) longest.push(delayS)
    if (most === undefined || before === undefined || !(delayS < before)) return undefined
    const isGoverned = governedChange(view, contract)
    const share = most > 0 ? delayS / most : 1
    return {
      severity: severityOf(isGoverned, share, mediumShare, highShare),
      summary: `the delay of ${addressOf(contract)} fell from ${before} s to ${delayS} s, its longest was ${most} s; ${isGoverned ? 'through governance' : 'outside the governed path'}`,
      evidence: { timelock: addressOf(contract), beforeS: before, afterS: delayS, longestS: most, governed: isGoverned ? 1 : 0 },
    }
  },
})

function severityOf(isGoverned: boolean, share: number, mediumShare: number, highShare: number): Severity {
  if (!isGoverned) return 'critical'
  return share < highShare ? 'high' : share < mediumShare ? 'medium' : 'low'
}

/** By the rows of this block's changes; without one of it nothing is known to excuse it. */
function governedChange(view: View, timelock: bigint): boolean {
  let found = false
  for (let row = 0; row < view.count(authorityChanges); row++) {
    const change = view.at(authorityChanges, row)
    if (change.change !== CHANGE.delay || change.contract !== timelock) continue
    if (change.governed === 0) return false
    found = true
  }
  return found
}
