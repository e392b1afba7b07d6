// A market is busier than it ever is: a burst of events that excite each other, whatever they move.
import { z } from 'zod'
import { flows } from '../state/tables.ts'
import { intensity, quantile, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { samplePeak, spoilPeak } from './peaks.ts'

const STEP_S = 300

const params = z.strictObject({
  /** So many times the intensity that 99 % of the market's steps of five minutes stay under. */
  times: z.number().min(1).default(4),
  /** Fewer events than this within a few minutes are no burst. */
  floorEvents: z.number().positive().default(20),
  /** From so many times the limit on it is told as medium. */
  mediumTimes: z.number().min(1).default(4),
  /** While it lasts it is told again after so many seconds. */
  repeatS: z.number().positive().default(300),
})

export const volumeSpike = defineDetector({
  id: 'volume-spike',
  title: 'Burst of events in a market',
  maturity: 'test',
  threat: 'Loops, many small drains and runs show as a burst of events before their sum shows anywhere.',
  catches:
    'Intensity of supplies, loans, repayments and liquidations (each fades by half in five minutes, as the kernel of a Hawkes process) above four times the 99 % quantile of its own peaks and 20 events. Harvest 2020-10-26 (30 loops in 7 minutes), Nomad 2022-08-01 (hundreds of copies).',
  misses: 'One large transaction; a burst spread over many markets; the first thousand steps.',
  falsePositives: ['a launch of incentives', 'a crash in which all act at once', 'bots that farm points'],
  runbook: 'docs/runbooks/volume-spike.md',
  source: 'accounts',
  basis: 'chain',
  on: flows,
  wake: 'touched',
  subject: 'market',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    now: intensity({ halfLifeS: STEP_S }),
    usual: quantile({ share: 0.99, least: 0.01, most: 1e7 }),
    steps: ring({ size: 1 }),
    peaks: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(flow, { now, usual, steps, peaks, toldAtS }, { times, floorEvents, mediumTimes, repeatS }, block) {
    if (flow.market === 0) return undefined
    now.push(block.timeS)
    const value = now.value(block.timeS)
    const step = Math.floor(block.timeS / STEP_S)
    const limit = Math.max(times * usual.value, floorEvents)
    if (!(usual.ready && value > limit)) {
      samplePeak(usual, steps, peaks, step, value)
      return undefined
    }
    spoilPeak(usual, steps, peaks, step)
    if (block.timeS - (toldAtS.get(0) ?? 0) < repeatS) return undefined
    toldAtS.push(block.timeS)
    return {
      severity: value > mediumTimes * limit ? 'medium' : 'low',
      summary: `${value.toFixed(0)} events just now; 99 % of its steps stay under ${usual.value.toFixed(1)}`,
      evidence: { intensity: value, limit, quantile: usual.value, steps: usual.rows },
    }
  },
})
