// One side of a perpetual pays the other more than it ever does: the market is far from its index for long, or somebody keeps it there.
import { z } from 'zod'
import { perpMarkets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isDue, isTold } from './perp-told.ts'

const params = z.strictObject({
  /** Rates above this many times the market's usual rate fire, once it has a history. */
  maxSigmas: z.number().positive().default(8),
  /** A day: such rates are paid in lively markets, and cost a position of ten times its margin a tenth of it. */
  floorBpsADay: z.number().positive().default(100),
  /** Who pays so little in sum is left alone, USD a day. */
  minUsdADay: z.number().nonnegative().default(1_000),
  worseTimes: z.number().min(1).default(1.5),
  repeatS: z.number().positive().default(3_600),
})

export const fundingExtreme = defineDetector({
  id: 'funding-extreme',
  title: 'Extreme funding',
  maturity: 'test',
  threat:
    'Funding takes margin from one side by the second; whoever holds the pool away from its index lives off it, and those who pay are liquidated.',
  catches:
    "A rate above 8 times the market's usual one and 1 % a day, after 100 samples of five minutes; at any time one at the most that the exchange allows. At the begin, when worse by a half, every hour.",
  misses: 'The first 8 hours, but for the cap; a rate that grows as slowly as its own history; what is paid in sum below 1,000 USD a day.',
  falsePositives: ['a squeeze in the asset itself, on all exchanges at once', 'an index that lags while the market is right'],
  runbook: 'docs/runbooks/funding-extreme.md',
  source: 'exchange',
  basis: 'chain',
  on: perpMarkets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    usual: ewmaVolatility({ halfLifeRows: 200 }),
    sampled: ring({ size: 1 }),
    told: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(market, { usual, sampled, told, toldAtS }, params, block) {
    const { status, fundingPerDay, longUsd, shortUsd, maxFundingPpm, markTwap, indexTwap } = market
    if (status !== 0) return undefined
    const rate = Math.abs(fundingPerDay)
    const most = maxFundingPpm / 1_000_000
    const isCapped = most > 0 && rate >= most * AT_CAP
    const floor = params.floorBpsADay / 10_000
    const limit = usual.ready ? Math.max(params.maxSigmas * usual.sigma, floor) : Number.POSITIVE_INFINITY
    const paidUsd = rate * (fundingPerDay > 0 ? longUsd : shortUsd)
    const isOver = (rate > limit || isCapped) && paidUsd >= params.minUsdADay
    if (!isOver && isDue(sampled, block.timeS)) usual.push(fundingPerDay)
    if (!isTold({ told, toldAtS }, isOver ? rate : 0, 0, params, block.timeS)) return undefined
    return {
      severity: isCapped ? 'high' : 'medium',
      summary: `${fundingPerDay > 0 ? 'longs' : 'shorts'} pay ${(rate * 100).toFixed(2)} % a day${isCapped ? ', the most that is allowed' : ''}, ${paidUsd.toFixed(0)} USD in sum`,
      evidence: { fundingPerDay, most, limit, usual: usual.sigma, paidUsd, longUsd, shortUsd, markTwap, indexTwap },
    }
  },
})

/** The cap is reached within rounding. */
const AT_CAP = 0.999
