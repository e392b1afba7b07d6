// One account, or several that the same hand pays for, holds so much of a perpetual that it is the market.
import { z } from 'zod'
import { perpClusters, perpMarkets } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isTold } from './perp-told.ts'

const params = z.strictObject({
  /** Of all takers on its side: three who share a side evenly hold a third each. */
  maxShareBps: z.number().positive().max(10_000).default(3_500),
  /** And as much as so many times what the pool absorbs of it: a large part of a small thing hurts nobody. */
  minDepthTimes: z.number().nonnegative().default(0.5),
  minUsd: z.number().nonnegative().default(250_000),
  /** From this part on, and where it is more than the pool absorbs, high. */
  highShareBps: z.number().positive().max(10_000).default(6_000),
  worseTimes: z.number().min(1).default(1.25),
})

export const accountConcentration = defineDetector({
  id: 'account-concentration',
  title: 'One hand holds the market',
  maturity: 'test',
  threat:
    'Who holds most of a side sets its price and leaves its loss to the others; one hand often has many accounts (dYdX YFI 2023-11-17, JELLY 2025-03-26).',
  catches:
    'An account, or accounts whose collateral the same address paid for, with over 35 % of a side, 250,000 USD or more, and half of what the pool absorbs.',
  misses:
    'Accounts funded from an exchange or a mixer each by itself; a share that grows only since the others leave, until the account itself does something; accounts from before the first block watched.',
  falsePositives: ['a market maker that hedges elsewhere', 'a vault or router that trades for many people', 'young markets'],
  runbook: 'docs/runbooks/account-concentration.md',
  source: 'accounts',
  basis: 'chain',
  on: perpClusters,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { told: ring({ size: 1 }), toldAtS: ring({ size: 1 }) },
  check(cluster, { told, toldAtS }, params, block, view) {
    const { longUsd, shortUsd, longShare, shortShare, perpMarket, accounts } = cluster
    const { depthDownUsd, depthUpUsd } = perpMarket === 0 ? NO_DEPTH : view.at(perpMarkets, perpMarket - 1)
    const isLong = !(shortUsd > longUsd)
    const [usd, share, depthUsd] = isLong ? [longUsd, longShare, depthDownUsd] : [shortUsd, shortShare, depthUpUsd]
    const isLarge = usd >= params.minUsd && usd > params.minDepthTimes * depthUsd
    const limit = params.maxShareBps / 10_000
    // it is judged by its share: worse is a larger one
    if (!isTold({ told, toldAtS }, isLarge ? share : 0, limit, { worseTimes: params.worseTimes, repeatS: 0 }, block.timeS)) return undefined
    const who = accounts > 1 ? `${accounts} accounts of one payer` : 'one account'
    return {
      severity: share >= params.highShareBps / 10_000 && usd > depthUsd ? 'high' : 'medium',
      summary: `${who}: ${(share * 100).toFixed(0)} % of all ${isLong ? 'longs' : 'shorts'}, ${usd.toFixed(0)} USD; the pool absorbs ${depthUsd.toFixed(0)} USD`,
      evidence: { share, usd, depthUsd, accounts, longUsd, shortUsd, longShare, shortShare, limit },
    }
  },
})

const NO_DEPTH = { depthDownUsd: 0, depthUpUsd: 0 } as const
