// A market loses cash faster than it ever does: what a drain looks like from the pool's side, whatever its cause.
import { z } from 'zod'
import { FLOW, flows, markets } from '../state/tables.ts'
import { ewmaVolatility, rateInWindow } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Net outflow of the last hour above this many times its usual size fires. */
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
  threat: 'Somebody takes the market\'s cash: by borrowing against worthless collateral, by a stolen role, by a bug.',
  catches: 'Net borrows and withdrawals of an hour above maxSigmas of the market\'s usual hour and above floorShareBps of its cash.',
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
  memory: { net: rateInWindow({ windowS: 3_600, buckets: 12 }), usual: ewmaVolatility({ halfLifeRows: 500 }) },
  check(flow, { net, usual }, { maxSigmas, floorShareBps, highShareBps }, block, view) {
    const sign = SIGN[flow.kind] ?? 0
    if (sign === 0 || flow.market === 0) return undefined
    net.push(block.timeS, sign * flow.usd)
    if (sign < 0) return undefined
    const { cashUsd, price } = view.at(markets, flow.market - 1)
    const outUsd = net.sum(block.timeS)
    const hadUsd = cashUsd + outUsd
    if (outUsd <= 0 || hadUsd <= 0) return undefined
    const share = outUsd / hadUsd
    const limit = Math.max(maxSigmas * usual.sigma, floorShareBps / 10_000)
    if (share <= limit) {
      usual.push(share)
      return undefined
    }
    return {
      severity: share >= highShareBps / 10_000 ? 'high' : 'medium',
      summary: `${(share * 100).toFixed(1)} % of the cash left within an hour (usual limit ${(limit * 100).toFixed(1)} %)`,
      evidence: { outUsd, cashUsd, share, limit, price },
    }
  },
})

/** Cash leaves with withdrawals and borrows and comes back with supplies and repayments. */
const SIGN: Readonly<Record<number, number>> = { [FLOW.withdraw]: 1, [FLOW.borrow]: 1, [FLOW.supply]: -1, [FLOW.repay]: -1, [FLOW.liquidation]: -1 }
