// A young collateral grows within a day to a size that nobody could sell: what nobody knew last month is what loans are backed by.
import { z } from 'zod'
import { markets } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { venueSums } from './venue-sums.ts'

const HOURS = 24

const params = z.strictObject({
  /** Young: days since it was seen with nothing supplied. A month, as listings' first caps are reviewed. */
  maxAgeDays: z.number().positive().default(30),
  /** Grown to so many times its supply of a day ago. */
  growthTimes: z.number().min(1).default(5),
  /** Lendable cash of the venue that it could take, 1/10,000: less does no harm. */
  floorShareBps: z.number().positive().default(100),
  /** From this part on the severity is high: it could take half of what there is. */
  highShareBps: z.number().positive().default(5_000),
  /** Told again when its supply is over so many times the one told last. */
  worseTimes: z.number().min(1).default(2),
})

export const borrowAgainstNew = defineDetector({
  id: 'borrow-against-new',
  title: 'Young collateral grows fast',
  maturity: 'test',
  threat: 'An asset made for the purpose is listed, pumped and lent against before anybody has sold any of it.',
  catches:
    'A collateral listed within a month whose supply is five times that of a day ago, worth at its LTV more than floorShareBps of what the venue lends and more than watched pools pay for it. Drift 2026-04-01 (fake CVT), Cork 2025-05-28 (odd market creation).',
  misses:
    'A venue that is all new; markets that had supply when first seen; patient growth; an old asset that is pumped (liquidity-depth).',
  falsePositives: ['an honest listing with incentives whose exchanges are not watched'],
  runbook: 'docs/runbooks/borrow-against-new.md',
  source: 'pool',
  basis: 'chain',
  on: markets,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { bornS: ring({ size: 1 }), hours: ring({ size: HOURS + 1 }), sampled: ring({ size: 1 }), told: ring({ size: 1 }) },
  check(market, { bornS, hours, sampled, told }, params, block, view) {
    const { suppliedUsd, ltvBps, pools, depthUsd, venue, scaledSupply } = market
    // a listing in a venue that has suppliers already: where all of it is new, nothing is young beside the rest
    if (bornS.get(0) === undefined)
      bornS.push(scaledSupply === 0n && !(suppliedUsd > 0) && venueSums(view, venue).suppliedUsd > 0 ? block.timeS : 0)
    const born = bornS.get(0) ?? 0
    if (born === 0 || block.timeS - born > params.maxAgeDays * 86_400 || venue === 0 || !Number.isFinite(suppliedUsd)) return undefined
    const hour = Math.floor(block.timeS / 3_600)
    const last = sampled.get(0) ?? hour - 1
    const dayAgo = hour - last >= HOURS ? (hours.get(0) ?? 0) : (hours.get(HOURS - Math.max(hour - last, 0)) ?? 0)
    if (hour > last) {
      const held = hours.get(0) ?? 0 // hours without a change are as the one before
      for (let missed = Math.min(hour - last - 1, HOURS); missed > 0; missed--) hours.push(held)
      hours.push(suppliedUsd)
      sampled.push(hour)
    }
    const { lendableUsd } = venueSums(view, venue)
    const takeable = (suppliedUsd * ltvBps) / 10_000
    const share = takeable / lendableUsd
    const thin = pools === 0 || takeable > depthUsd
    const before = told.get(0) ?? 0
    if (
      !(share > params.floorShareBps / 10_000) ||
      !thin ||
      !(suppliedUsd > dayAgo * params.growthTimes) ||
      !(suppliedUsd > before * params.worseTimes)
    )
      return undefined
    told.push(suppliedUsd)
    const ageS = block.timeS - born
    return {
      severity: share >= params.highShareBps / 10_000 ? 'high' : 'medium',
      summary: `${suppliedUsd.toFixed(0)} USD of a collateral listed ${(ageS / 86_400).toFixed(1)} days ago, ${dayAgo.toFixed(0)} a day ago; pools absorb ${depthUsd.toFixed(0)}`,
      evidence: { suppliedUsd, dayAgo, takeable, share, lendableUsd, depthUsd, pools, ltvBps, ageS },
    }
  },
})
