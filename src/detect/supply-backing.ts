// More of a token is out than what backs it allows, by its own history, or was minted than came in: somebody prints money.
import { z } from 'zod'
import { backings } from '../state/tables.ts'
import { ewmaVolatility, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Supply over backing above this many times its usual ratio fires; and so does minting above this many times what came in. */
  maxTimes: z.number().min(1).default(1.1),
  /** Minting of an hour that needs no backing in that hour: requests are filled later than they are paid. Part of the supply before. */
  floorShareBps: z.number().positive().default(500),
  /** And in USD, whichever is more. */
  floorUsd: z.number().positive().default(10_000),
})

export const supplyBacking = defineDetector({
  id: 'supply-backing',
  title: 'Supply without backing',
  maturity: 'test',
  threat: 'A minter whose key is stolen, or whose check is missing, makes tokens out of nothing and sells or borrows against them.',
  catches:
    'A supply above 1.1 times its usual multiple of its backing; minting within an hour above 1.1 times what came in by more than 5 % of the supply and 10,000 USD: Resolv USR 2026-03-22, Wormhole 2022-02-02 and Kelp 2026-04-18 on the side where the token is.',
  misses:
    'Backing that is false itself; backing that nobody watches counts as if it did not change; a mint under 5 % of the supply an hour that leaves the ratio within a tenth; the first 100 changes of the ratio (for that rule).',
  falsePositives: ['backing that moves to a holder that is not watched', 'a large mint that is paid for in another hour'],
  runbook: 'docs/runbooks/supply-backing.md',
  source: 'pool',
  basis: 'chain',
  on: backings,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    ratios: ewmaVolatility({ halfLifeRows: 200 }),
    minted: rateInWindow({ windowS: 3_600, buckets: 12 }),
    added: rateInWindow({ windowS: 3_600, buckets: 12 }),
    told: ring({ size: 1 }),
  },
  check(backing, { ratios, minted, added, told }, { maxTimes, floorShareBps, floorUsd }, block) {
    const { supplyUsd, backingUsd, mintedUsd, addedUsd } = backing
    minted.push(block.timeS, mintedUsd)
    added.push(block.timeS, addedUsd)
    const [mintedHourUsd, addedHourUsd] = [minted.sum(block.timeS), added.sum(block.timeS)]
    const ratio = backingUsd > 0 ? supplyUsd / backingUsd : supplyUsd > 0 ? Number.MAX_VALUE : 0
    const usual = ratios.sigma
    const isThin = ratios.ready && ratio > maxTimes * usual && supplyUsd > floorUsd
    const free = Math.max(((supplyUsd - mintedHourUsd) * floorShareBps) / 10_000, floorUsd)
    const isPrinted = mintedHourUsd > maxTimes * Math.max(addedHourUsd, 0) + free
    if (!isThin && !isPrinted) {
      ratios.push(ratio)
      if ((told.get(0) ?? 0) > 0) told.push(0)
      return undefined
    }
    if (supplyUsd <= WORSE_TIMES * (told.get(0) ?? 0)) return undefined // told, and no worse since
    told.push(supplyUsd)
    return {
      severity: 'critical',
      summary: isPrinted
        ? `${mintedHourUsd.toFixed(0)} USD minted within an hour, ${addedHourUsd.toFixed(0)} USD of backing came in`
        : `supply is ${ratio.toPrecision(4)} times its backing (usually ${usual.toPrecision(4)})`,
      evidence: { supplyUsd, backingUsd, ratio, usual, mintedHourUsd, addedHourUsd },
    }
  },
})

/** Told again when worse by a tenth. */
const WORSE_TIMES = 1.1
