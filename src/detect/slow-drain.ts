// Cash leaves a market for days, each hour under every threshold: summed up, it is no chance.
import { z } from 'zod'
import { flows, markets } from '../state/tables.ts'
import { cusum, ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { OUTFLOW_SIGN } from './outflow-rate.ts'

/** A sample each six hours: days of a drain are a dozen of them, and a day's rhythm is in every four. */
const STEP_S = 21_600

const params = z.strictObject({
  /** Steps quieter than this part of the cash are all the same: or a market at rest would find any flow strange. */
  floorSigmaBps: z.number().positive().default(50),
  /** Since the sum began to rise, this part of the cash must have left. */
  floorShareBps: z.number().positive().default(2_000),
  /** From this part on the severity is high: what is left cannot pay half of the suppliers. */
  highShareBps: z.number().positive().default(5_000),
})

export const slowDrain = defineDetector({
  id: 'slow-drain',
  title: 'Market drains over days',
  maturity: 'test',
  threat: 'Who knows the thresholds stays under them; suppliers who know more than others leave without a word.',
  catches:
    'Net outflow of each six hours, in usual deviations less a half, summed up (CUSUM) over 6, while more than floorShareBps of the cash left since the sum began. Stream xUSD 2025-11-03 and Venus THE 2026-03-15 built up for days to weeks.',
  misses: 'The first five days of a market; a drain whose pace is the usual one; value that leaves by no protocol event.',
  falsePositives: ['a market that goes out of fashion', 'incentives that end', 'a holiday after a busy week'],
  runbook: 'docs/runbooks/slow-drain.md',
  source: 'pool',
  basis: 'chain',
  on: flows,
  wake: 'touched',
  subject: 'market',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    steps: ring({ size: 1 }),
    net: ring({ size: 1 }),
    lost: ring({ size: 1 }),
    usual: ewmaVolatility({ halfLifeRows: 40 }),
    drift: cusum({ slack: 0.5, limit: 6 }),
  },
  check(flow, { steps, net, lost, usual, drift }, { floorSigmaBps, floorShareBps, highShareBps }, block, view) {
    const sign = OUTFLOW_SIGN[flow.kind] ?? 0
    if (sign === 0 || flow.market === 0 || !Number.isFinite(flow.usd)) return undefined
    const step = Math.floor(block.timeS / STEP_S)
    const before = net.get(0) ?? 0
    if (steps.get(0) === step) {
      net.push(before + sign * flow.usd)
      return undefined
    }
    const isFirst = steps.get(0) === undefined
    steps.push(step)
    net.push(sign * flow.usd)
    if (isFirst) return undefined
    const { cashUsd } = view.at(markets, flow.market - 1)
    const share = before / (cashUsd + Math.max(before, 0))
    if (!Number.isFinite(share)) return undefined
    const deviation = share / Math.max(usual.sigma, floorSigmaBps / 10_000)
    if (usual.ready) drift.push(deviation)
    const lostUsd = drift.up > 0 ? (lost.get(0) ?? 0) + before : 0
    lost.push(lostUsd)
    if (drift.shift !== 1 && Math.abs(deviation) <= 3) usual.push(share)
    const lostShare = lostUsd / (cashUsd + lostUsd)
    if (drift.shift !== 1 || !(lostShare > floorShareBps / 10_000)) return undefined
    return {
      severity: lostShare >= highShareBps / 10_000 ? 'high' : 'medium',
      summary: `${(lostShare * 100).toFixed(1)} % of the cash left over days, ${lostUsd.toFixed(0)} USD; the last six hours took ${(share * 100).toFixed(2)} %`,
      evidence: { lostUsd, cashUsd, lostShare, share, sum: drift.up, usual: usual.sigma },
    }
  },
})
