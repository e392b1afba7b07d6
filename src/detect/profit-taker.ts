// Somebody ends one transaction far richer than anybody does, and the venue is poorer by it: the end of every theft, however it was done.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { valueFlows } from '../state/tables.ts'
import { quantile } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** A gain above so many times what 19 of 20 gains stay under fires: liquidators and arbitrage differ among themselves by about ten times. */
  usualTimes: z.number().min(1).default(20),
  /** Smaller gains than this never fire, USD: what an attack has to bring to be worth its gas and its risk. */
  floorUsd: z.number().positive().default(50_000),
  /** Part of the gain that the venue must have lost: the rest came from elsewhere. */
  minShareBps: z.number().min(0).max(10_000).default(5_000),
})

export const profitTaker = defineDetector({
  id: 'profit-taker',
  title: 'Far richer after one transaction',
  maturity: 'test',
  threat:
    'A bug that nobody knows of pays whoever finds it (Euler 2023-03-13, Cream yUSD 2021-10-27, Balancer v2 2025-11-03): all that is certain is that value left and nothing came back.',
  catches:
    "An account that gains, in all tokens of known price and native value together, more than usualTimes the venue's usual gain and more than floorUsd in one transaction, at least half of it the venue's loss.",
  misses:
    'Tokens without a known price; a theft in many small parts; gains left in the protocol as shares or margin that the config does not name as tokens; the first 200 gains.',
  falsePositives: [
    'a large withdrawal where the receipt token is not named in the config',
    'a large borrow where the debt token is not named',
    'a very large liquidation',
  ],
  runbook: 'docs/runbooks/profit-taker.md',
  source: 'trace',
  basis: 'chain',
  on: valueFlows,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { gains: quantile({ share: 0.95, least: 1, most: 1e12 }) },
  check(flow, { gains }, { usualTimes, floorUsd, minShareBps }) {
    const { gainUsd, outUsd } = flow
    if (!(gainUsd > 0)) return undefined
    const limit = Math.max(floorUsd, usualTimes * gains.value)
    if (!gains.ready || !(gainUsd > limit)) {
      gains.push(gainUsd)
      return undefined
    }
    // not pushed: what is out of all measure must not become the measure
    if (!(outUsd * 10_000 >= gainUsd * minShareBps)) return undefined
    return {
      severity: 'high',
      summary: `${addressOf(flow.account)} gains ${Math.round(gainUsd)} USD (usual limit ${Math.round(limit)}), the venue loses ${Math.round(outUsd)}`,
      evidence: { txIndex: flow.txIndex, account: addressOf(flow.account), gainUsd, limitUsd: limit, outUsd, sender: flow.sender },
    }
  },
})
