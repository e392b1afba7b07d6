// What a vault says it manages grew or shrank on paper, over an hour, by more than it ever earns or loses: nothing came in, nothing was paid.
import { z } from 'zod'
import { vaultSteps } from '../state/tables.ts'
import { ewmaVolatility, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Paper gains of an hour above this many times the vault's usual hour fire. */
  maxSigmas: z.number().positive().default(6),
  /** Part of the assets that may always be booked in an hour: a week's income at fifty per cent a year. */
  floorBps: z.number().positive().default(100),
  /** So many floors until the usual hour is known: before that only what no income is. */
  coldTimes: z.number().min(1).default(5),
  /** From this part on it is critical: GMX v1's AUM grew by a third. */
  criticalBps: z.number().positive().default(2_000),
  minUsd: z.number().nonnegative().default(10_000),
})

export const aumWithoutFlows = defineDetector({
  id: 'aum-without-flows',
  title: 'Assets under management moved on paper',
  maturity: 'test',
  threat:
    "A vault's own bookkeeping is the price that it redeems at: a wrong average, a wrong mark or a false report pays out what is not there.",
  catches:
    'Gains or losses of an hour that no flow, no transfer into the vault and no move of marks explains, above 6 times the usual hour and 1 % of the assets: GMX v1 2025-07-09, Makina 2026-01-20, Stream 2025-11-03 when its loss is booked.',
  misses:
    'Assets that were sent in (`donation`, `share-price-jump`); under 1 % an hour; a loss that nobody books; the first 250 samples of five minutes unless over 5 %.',
  falsePositives: ['a true loss or income that is booked at once', 'a position that is marked anew after a long time'],
  runbook: 'docs/runbooks/aum-without-flows.md',
  source: 'pool',
  basis: 'chain',
  on: vaultSteps,
  wake: 'touched',
  subject: 'vault',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    paper: rateInWindow({ windowS: 3_600, buckets: 12 }),
    usual: ewmaVolatility({ halfLifeRows: 500 }),
    sampled: ring({ size: 1 }),
    told: ring({ size: 1 }),
  },
  check(step, { paper, usual, sampled, told }, { maxSigmas, floorBps, coldTimes, criticalBps, minUsd }, block) {
    const { gain, donated, assetsBefore, assetUsd, inAssets, outAssets } = step
    paper.push(block.timeS, gain - donated)
    const sum = paper.sum(block.timeS)
    const part = Math.abs(sum) / assetsBefore
    if (!(assetsBefore * assetUsd >= minUsd && Number.isFinite(part))) return undefined
    const floor = floorBps / 10_000
    const limit = usual.ready ? Math.max(maxSigmas * usual.sigma, floor) : coldTimes * floor
    if (!(part > limit)) {
      const slot = Math.floor(block.timeS / SAMPLE_S)
      if (sampled.get(0) !== slot) usual.push(part)
      sampled.push(slot)
      if ((told.get(0) ?? 0) > 0) told.push(0)
      return undefined
    }
    if (part <= WORSE_TIMES * (told.get(0) ?? 0)) return undefined // told, and no worse since
    told.push(part)
    return {
      severity: part >= criticalBps / 10_000 ? 'critical' : 'high',
      summary: `${sum > 0 ? 'grew' : 'shrank'} by ${(part * 100).toFixed(1)} % within an hour on paper (limit ${(limit * 100).toFixed(1)} %)`,
      evidence: { gain: sum, gainUsd: sum * assetUsd, part, limit, usual: usual.sigma, assetsBefore, inAssets, outAssets },
    }
  },
})

const SAMPLE_S = 300
/** Told again when worse by a tenth. */
const WORSE_TIMES = 1.1
