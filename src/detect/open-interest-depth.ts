// More is open in a perpetual than its pool, or its whole asset, could absorb: whoever has to close it closes at nobody's price.
import { z } from 'zod'
import { perpMarkets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isDue, isTold } from './perp-told.ts'

const params = z.strictObject({
  /** One side's open interest over what the pool takes of it within its band: above this it cannot be unwound there. */
  maxDepthTimes: z.number().positive().default(1.5),
  /** Within so many times its usual ratio a market is as it always was: low. */
  usualTimes: z.number().min(1).default(1.25),
  /** Part of the asset's market capitalisation: YFI had 0.2 % before 2023-11-17 and 15 % on the day, JELLY about all of it. */
  maxCapBps: z.number().positive().default(500),
  /** Told again when worse by this, and every so many seconds while it is over twice as usual. */
  worseTimes: z.number().min(1).default(1.5),
  repeatS: z.number().positive().default(600),
})

export const openInterestDepth = defineDetector({
  id: 'open-interest-depth',
  title: 'Open interest beyond its market',
  maturity: 'test',
  threat:
    'Positions larger than the market behind them cannot be liquidated at the price that margin is computed with; the rest is bad debt (dYdX YFI 2023-11-17, Mango 2022-10-11, Hyperliquid JELLY 2025-03-26).',
  catches:
    "Longs (shorts) above 1.5 times what the market's own pool pays (takes) within its band; or above 5 % of the asset's market capitalisation, where the config says how much there is of it.",
  misses:
    'Depth that leaves within the block; positions elsewhere in the same asset; assets whose supply the config does not say; markets whose pool is not watched.',
  falsePositives: ['makers who move their ranges, for the time between', 'a circulating supply in the config that has grown since'],
  runbook: 'docs/runbooks/open-interest-depth.md',
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
    const { pool, status, longUsd, shortUsd, depthDownUsd, depthUpUsd, marketCapUsd, bandBps } = market
    if (status !== 0) return undefined
    const openUsd = Math.max(longUsd, shortUsd)
    const ratio = pool === 0 ? 0 : Math.max(over(longUsd, depthDownUsd), over(shortUsd, depthUpUsd))
    const capShare = marketCapUsd > 0 ? openUsd / marketCapUsd : 0
    const capLimit = params.maxCapBps / 10_000
    // how far beyond either limit, 1 is at it
    const excess = Math.max(ratio / params.maxDepthTimes, capShare / capLimit)
    const isUsual = usual.ready && excess <= params.usualTimes * usual.sigma
    const isStrange = !usual.ready || excess > 2 * usual.sigma
    if (!(usual.ready && isStrange) && isDue(sampled, block.timeS)) usual.push(excess)
    if (!isTold({ told, toldAtS }, excess, 1, { worseTimes: params.worseTimes, repeatS: isStrange ? params.repeatS : 0 }, block.timeS))
      return undefined
    const byCap = capShare > capLimit
    return {
      severity: isUsual ? 'low' : byCap || excess > 4 ? 'high' : 'medium',
      summary: byCap
        ? `${openUsd.toFixed(0)} USD open on one side: ${(capShare * 100).toFixed(1)} % of the whole asset (limit ${(capLimit * 100).toFixed(1)} %)`
        : `${openUsd.toFixed(0)} USD open on one side: ${ratio.toFixed(1)} times what the pool absorbs within ${bandBps} bps`,
      evidence: { longUsd, shortUsd, depthDownUsd, depthUpUsd, marketCapUsd, ratio, capShare, usual: usual.sigma },
    }
  },
})

/** No depth at all is infinitely little, but only for what is there. */
const over = (amount: number, depth: number): number => (amount > 0 ? amount / depth : 0)
