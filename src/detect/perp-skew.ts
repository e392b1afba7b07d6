// Takers of a perpetual stand nearly all on one side: makers, and behind them the insurance fund, hold the whole of the other.
import { z } from 'zod'
import { perpMarkets, perpVenues } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isDue, isTold } from './perp-told.ts'

const params = z.strictObject({
  /** (long - short) / (long + short): up to here a market that trends is as markets are, 1/10,000. */
  floorBps: z.number().positive().max(10_000).default(7_000),
  /** And up to so many times its own usual skew, but never beyond `mostBps`. */
  usualTimes: z.number().min(1).default(1.5),
  mostBps: z.number().positive().max(10_000).default(9_800),
  /** Under so much net notional a skew hurts nobody, USD. */
  minNetUsd: z.number().positive().default(100_000),
  /** A move of so much, 1/10,000, of the net that eats the insurance fund makes it high: a bad day of a large asset. */
  shockBps: z.number().positive().default(1_000),
  repeatS: z.number().positive().default(1_800),
})

export const perpSkew = defineDetector({
  id: 'perp-skew',
  title: 'Takers on one side',
  maturity: 'test',
  threat:
    'The other side of a one-sided market is its makers: a move against them empties them and the fund behind them (GMX v1 shorts 2025-07-09, Mango 2022-10-11).',
  catches:
    'A skew beyond 70 % and 1.5 times the market’s usual one, with 100,000 USD or more net; at the begin, when the net grew by a half, and every half hour while it stands.',
  misses:
    'Hedges that takers or makers hold elsewhere; accounts from before the first block watched; a market that has always been one-sided.',
  falsePositives: ['a young market with a few traders', 'basis trades whose other leg is on another exchange'],
  runbook: 'docs/runbooks/perp-skew.md',
  source: 'accounts',
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
  check(market, { usual, sampled, told, toldAtS }, params, block, view) {
    const { skew, longUsd, shortUsd, perpVenue } = market
    const netUsd = Math.abs(longUsd - shortUsd)
    const limit = Math.min(params.mostBps, Math.max(params.floorBps, usual.ready ? params.usualTimes * usual.sigma * 10_000 : 0)) / 10_000
    const isOver = Math.abs(skew) > limit && netUsd >= params.minNetUsd
    if (!isOver && isDue(sampled, block.timeS)) usual.push(skew)
    if (!isTold({ told, toldAtS }, isOver ? netUsd : 0, 0, { worseTimes: 1.5, repeatS: params.repeatS }, block.timeS)) return undefined
    const insuranceUsd = perpVenue === 0 ? 0 : view.at(perpVenues, perpVenue - 1).insuranceUsd
    const shockUsd = (netUsd * params.shockBps) / 10_000
    return {
      severity: shockUsd > insuranceUsd ? 'high' : 'medium',
      summary: `${(Math.abs(skew) * 100).toFixed(0)} % ${skew > 0 ? 'long' : 'short'}, ${netUsd.toFixed(0)} USD net (limit ${(limit * 100).toFixed(0)} %)`,
      evidence: { skew, longUsd, shortUsd, netUsd, shockUsd, insuranceUsd, limit, usual: usual.sigma },
    }
  },
})
