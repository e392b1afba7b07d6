// More cash leaves in ten minutes than in all but a hundredth of this market's own ten minutes: for markets that are usually quiet.
import { z } from 'zod'
import { flows, markets } from '../state/tables.ts'
import { quantile, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { OUTFLOW_SIGN } from './outflow-rate.ts'
import { samplePeak, spoilPeak } from './peaks.ts'

const WINDOW_S = 600

const params = z.strictObject({
  /** So many times what 99 % of the market's windows stay under. */
  times: z.number().min(1).default(3),
  /** Part of the cash that may always leave in ten minutes: a fifth of what outflow-rate allows an hour. */
  floorShareBps: z.number().positive().default(200),
  /** From this part on the severity is high: at that pace all is gone within the hour. */
  highShareBps: z.number().positive().default(2_000),
})

export const outflowQuantile = defineDetector({
  id: 'outflow-quantile',
  title: 'Market loses more than it does in ninety-nine windows of a hundred',
  maturity: 'test',
  threat: 'A drain that is paced under a fixed share is still far from what a quiet market does.',
  catches:
    "Net borrows and withdrawals of ten minutes above three times the 99 % quantile of the market's own windows and 2 % of its cash. Nomad 2022-08-01 and Kelp rsETH 2026-04-18 (46 minutes in which lending losses could be cut).",
  misses:
    'The first thousand windows of a market; a drain in one transaction, seen only when done; one slower than 2 % in ten minutes (slow-drain).',
  falsePositives: ['a large supplier of a quiet market who leaves', 'a migration that was announced'],
  runbook: 'docs/runbooks/outflow-quantile.md',
  source: 'pool',
  basis: 'chain',
  on: flows,
  wake: 'touched',
  subject: 'market',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    net: rateInWindow({ windowS: WINDOW_S, buckets: 10 }),
    usual: quantile({ share: 0.99, least: 1e-6, most: 10 }),
    steps: ring({ size: 1 }),
    peaks: ring({ size: 1 }),
  },
  check(flow, { net, usual, steps, peaks }, { times, floorShareBps, highShareBps }, block, view) {
    const sign = OUTFLOW_SIGN[flow.kind] ?? 0
    if (sign === 0 || flow.market === 0) return undefined
    net.push(block.timeS, sign * flow.usd)
    if (sign < 0) return undefined
    const outUsd = net.sum(block.timeS)
    const { cashUsd } = view.at(markets, flow.market - 1)
    const share = outUsd / (cashUsd + outUsd)
    const step = Math.floor(block.timeS / WINDOW_S)
    const limit = Math.max(times * usual.value, floorShareBps / 10_000)
    if (!(outUsd > 0 && usual.ready && share > limit)) {
      samplePeak(usual, steps, peaks, step, share > 0 ? share : 0)
      return undefined
    }
    spoilPeak(usual, steps, peaks, step)
    return {
      severity: share >= highShareBps / 10_000 ? 'high' : 'medium',
      summary: `${(share * 100).toFixed(1)} % of the cash left within ten minutes; 99 % of its windows stay under ${(usual.value * 100).toFixed(2)} %`,
      evidence: { outUsd, cashUsd, share, limit, quantile: usual.value, windows: usual.rows },
    }
  },
})
