// A rate that pays in steps made one that fits neither its cadence nor its sizes: a reward is told from a manipulation by its history.
import { z } from 'zod'
import { vaultSteps } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** A step above so many times what the usual growth makes of the time since the last one fires. */
  maxTimes: z.number().positive().default(4),
  /** Time counts up to so many usual intervals: a token that pays daily may miss a week and make up for it. */
  catchUpTimes: z.number().min(1).default(7),
  /** A rise of so much always may be: ten days of staking at four per cent a year. */
  floorUpBps: z.number().positive().default(10),
  /** A fall of so much always may be: rounding and small slashings. */
  floorDownBps: z.number().positive().default(5),
  /** Larger steps are `share-price-jump`'s. */
  ceilingUpBps: z.number().positive().default(300),
  ceilingDownBps: z.number().positive().default(100),
  /** Changes under this are drips, not steps, and have no cadence: flows round by as much. */
  dustBps: z.number().nonnegative().default(0.01),
  /** A step of so many limits is high. */
  highTimes: z.number().min(1).default(10),
  minUsd: z.number().nonnegative().default(1_000),
})

export const navStep = defineDetector({
  id: 'nav-step',
  title: 'Rate step out of its history',
  maturity: 'test',
  threat:
    'The rate of a staking token or the NAV of a vault is a price that others lend at: a step that nobody earned is a small oracle attack.',
  catches:
    'A step of a rate above 4 times what its usual growth makes of the time since the last step (at most 7 usual intervals), and 10 bps; a fall above 4 times its usual falls and 5 bps: Lodestar 2022-12-10, Makina 2026-01-20 where they come in small steps.',
  misses: 'The first 20 steps; steps over 3 % up or 1 % down; a vault that always was irregular; an income that is wrong but steady.',
  falsePositives: [
    'an airdrop or a bonus paid to holders',
    'a first slashing',
    'a reward rate that really changed more than fourfold at once',
  ],
  runbook: 'docs/runbooks/nav-step.md',
  source: 'pool',
  basis: 'chain',
  on: vaultSteps,
  wake: 'touched',
  subject: 'vault',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    /** Growth a second, and fall a second (0 at a rise). */
    growth: ewmaVolatility({ halfLifeRows: 40 }),
    falls: ewmaVolatility({ halfLifeRows: 40 }),
    intervals: ewmaVolatility({ halfLifeRows: 40 }),
    lastAtS: ring({ size: 1 }),
  },
  check(nav, { growth, falls, intervals, lastAtS }, params, block) {
    const { priceBefore, priceAfter, assetsBefore, assetUsd } = nav
    if (!(priceBefore > 0 && assetsBefore * assetUsd >= params.minUsd)) return undefined
    const step = priceAfter / priceBefore - 1
    if (!(Math.abs(step) > params.dustBps / 10_000)) return undefined
    const last = lastAtS.get(0)
    lastAtS.push(block.timeS)
    if (last === undefined || !(block.timeS > last)) return undefined
    if (step > params.ceilingUpBps / 10_000 || step < -params.ceilingDownBps / 10_000) return undefined
    const elapsedS = block.timeS - last
    const ready = growth.ready
    const countedS = Math.min(elapsedS, params.catchUpTimes * intervals.sigma)
    const expected = (step > 0 ? growth : falls).sigma * countedS
    const limit = Math.max(params.maxTimes * expected, (step > 0 ? params.floorUpBps : params.floorDownBps) / 10_000)
    if (!ready || !(Math.abs(step) > limit)) {
      growth.push(Math.max(step, 0) / elapsedS)
      falls.push(Math.max(-step, 0) / elapsedS)
      intervals.push(elapsedS)
      return undefined
    }
    const bps = (part: number): string => `${(part * 10_000).toFixed(1)} bps`
    return {
      severity: Math.abs(step) > params.highTimes * limit ? 'high' : 'medium',
      summary: `a step of ${step > 0 ? '+' : '-'}${bps(Math.abs(step))} ${elapsedS} s after the last one (limit ${bps(limit)})`,
      evidence: { priceBefore, priceAfter, step, elapsedS, usualIntervalS: intervals.sigma, expected, limit, assetsBefore, assetUsd },
    }
  },
})
