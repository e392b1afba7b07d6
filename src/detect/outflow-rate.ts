// A market loses cash faster than it ever does: what a drain looks like from the pool's side, whatever its cause.
import { z } from 'zod'
import { limitOf } from '../core/calibration.ts'
import { FLOW, flows, markets } from '../state/tables.ts'
import { ewmaVolatility, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Net outflow of the last hour above this many times its usual size fires. A calibration of the market takes the place of this and of the floor. */
  maxSigmas: z.number().positive().default(6),
  /** Part of the market's cash that may always leave in an hour. */
  floorShareBps: z.number().positive().default(1_000),
  /** From this part on the severity is high. */
  highShareBps: z.number().positive().default(4_000),
})

export const outflowRate = defineDetector({
  id: 'outflow-rate',
  title: 'Market drains',
  maturity: 'test',
  threat: "Somebody takes the market's cash: by borrowing against worthless collateral, by a stolen role, by a bug.",
  catches: "Net borrows and withdrawals of an hour above maxSigmas of the market's usual hour and above floorShareBps of its cash.",
  misses: 'A drain in one transaction, seen only when done; one slower than floorShareBps an hour; tokens that leave by no protocol event.',
  falsePositives: ['a whale that leaves', 'a launch elsewhere that pulls liquidity'],
  runbook: 'docs/runbooks/outflow-rate.md',
  source: 'pool',
  basis: 'chain',
  on: flows,
  wake: 'touched',
  subject: 'market',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { net: rateInWindow({ windowS: 3_600, buckets: 12 }), usual: ewmaVolatility({ halfLifeRows: 500 }), sampled: ring({ size: 1 }) },
  check(flow, { net, usual, sampled }, { maxSigmas, floorShareBps, highShareBps }, block, view) {
    const sign = OUTFLOW_SIGN[flow.kind] ?? 0
    if (sign === 0 || flow.market === 0) return undefined
    net.push(block.timeS, sign * flow.usd)
    if (sign < 0) return undefined
    const { cashUsd, price } = view.at(markets, flow.market - 1)
    const outUsd = net.sum(block.timeS)
    const hadUsd = cashUsd + outUsd
    const share = outUsd / hadUsd
    if (!(outUsd > 0 && share > 0)) return undefined // also where a figure isn't a number
    const calibrated = usual.ready ? view.calibrated('outflow-rate', view.name(markets, flow.market - 1)) : undefined
    const limit = calibrated
      ? limitOf(calibrated, usual.sigma)
      : Math.max(usual.ready ? maxSigmas * usual.sigma : 0, floorShareBps / 10_000)
    if (share <= limit) {
      // one sample a step of time: or a drain in many small flows would make itself the usual
      const slot = Math.floor(block.timeS / SAMPLE_S)
      if (sampled.get(0) !== slot) usual.push(share)
      sampled.push(slot)
      return undefined
    }
    return {
      severity: share >= highShareBps / 10_000 ? 'high' : 'medium',
      summary: `${(share * 100).toFixed(1)} % of the cash left within an hour (usual limit ${(limit * 100).toFixed(1)} %)`,
      evidence: { outUsd, cashUsd, share, limit, price },
      ...(calibrated && { calibrationHash: calibrated.calibrationHash }),
    }
  },
})

const SAMPLE_S = 300

/** Cash leaves with withdrawals and borrows and comes back with supplies and repayments. */
export const OUTFLOW_SIGN: Readonly<Record<number, number>> = {
  [FLOW.withdraw]: 1,
  [FLOW.borrow]: 1,
  [FLOW.supply]: -1,
  [FLOW.repay]: -1,
  [FLOW.liquidation]: -1,
}
