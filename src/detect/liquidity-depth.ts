// More can be borrowed against an asset than exchanges pay for it: its price can be pushed for less than that brings in.
import { z } from 'zod'
import { limitOf } from '../core/calibration.ts'
import { markets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { venueSums } from './venue-sums.ts'

const params = z.strictObject({
  /** Borrowable over exchange depth: above this liquidators can't sell what they seize, and pushing the price pays. */
  maxRatio: z.number().positive().default(1.5),
  /** Told again when the ratio is over so many times the one told last. */
  worseTimes: z.number().min(1).default(1.5),
  /** Within so many times its usual ratio a market is as it always was: low. */
  usualTimes: z.number().min(1).default(1.25),
  /** Over so many times its usual ratio something is being done to it: told again and again while that stands. A calibration of the market takes its place. */
  strangeTimes: z.number().min(1).default(2),
  /** How often, seconds: under the time for which an incident stays open by itself. */
  repeatS: z.number().positive().default(60),
})

export const liquidityDepth = defineDetector({
  id: 'liquidity-depth',
  title: 'More borrowable than exchanges could absorb',
  maturity: 'test',
  threat: 'An asset whose market is thinner than what is lent against it: its price is cheap to push, and its collateral cannot be sold.',
  catches:
    "What can be borrowed against an asset now (its supply times LTV, at most the venue's lendable cash) above 1.5 times what the watched pools pay for it before its price falls by their band.",
  misses:
    'Depth on venues that are not watched, central exchanges above all; depth that is one owner and leaves within the block; assets without a watched pool.',
  falsePositives: [
    'an asset whose depth is mostly where we do not look: it is low, once it has been so for 250 samples of five minutes',
    'liquidity that is moved between pools, until the new pool is watched',
  ],
  runbook: 'docs/runbooks/liquidity-depth.md',
  source: 'exchange',
  basis: 'chain',
  on: markets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    usual: ewmaVolatility({ halfLifeRows: 500 }),
    sampled: ring({ size: 1 }),
    told: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(market, { usual, sampled, told, toldAtS }, { maxRatio, worseTimes, usualTimes, strangeTimes, repeatS }, block, view) {
    const { pools, venue, suppliedUsd, ltvBps, depthUsd } = market
    if (pools === 0 || venue === 0) return undefined
    const { lendableUsd } = venueSums(view, venue)
    const borrowableUsd = Math.min((suppliedUsd * ltvBps) / 10_000, lendableUsd)
    const ratio = borrowableUsd / depthUsd
    const usualRatio = usual.sigma
    const isUsual = usual.ready && ratio <= usualTimes * usualRatio
    const calibrated = usual.ready ? view.calibrated('liquidity-depth', view.name(markets, market.row)) : undefined
    const isStrange = usual.ready && ratio > (calibrated ? limitOf(calibrated, usualRatio) : strangeTimes * usualRatio)
    const slot = Math.floor(block.timeS / SAMPLE_S)
    if (!isStrange && sampled.get(0) !== slot) {
      usual.push(ratio)
      sampled.push(slot)
    }
    const before = told.get(0) ?? 0
    if (!(ratio > maxRatio)) {
      if (before > 0 && ratio <= maxRatio * REARM) told.push(0)
      return undefined
    }
    const worse = ratio > before * worseTimes // also when it begins
    const lasts = isStrange && block.timeS - (toldAtS.get(0) ?? 0) >= repeatS
    if (!worse && !lasts) return undefined
    if (worse) told.push(ratio)
    toldAtS.push(block.timeS)
    const evidence = { borrowableUsd, depthUsd, ratio, maxRatio, usualRatio, ltvBps, suppliedUsd, lendableUsd }
    const said = `${borrowableUsd.toFixed(0)} USD can be borrowed against it, pools absorb ${depthUsd.toFixed(0)} USD: ${ratio.toFixed(1)} times`
    const by = calibrated && { calibrationHash: calibrated.calibrationHash }
    return isUsual
      ? { severity: 'low', summary: `${said}, as usual`, evidence, ...by }
      : { severity: 'medium', summary: said, evidence, ...by }
  },
})

const SAMPLE_S = 300

/** It has ended, and may begin anew, only clearly below the limit: or one at the limit would begin in every other block. */
const REARM = 0.8
