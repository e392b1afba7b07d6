// A pool's shares lost value by exact arithmetic: a swap took more than its curve allows, or less is held than is owed.
import { z } from 'zod'
import { POOL_LOSS, poolLosses } from '../state/tables.ts'
import { rateInWindow } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Losses of an hour up to this are dust, USD: a token that takes a fee on transfers, a rounding that is the wrong way. */
  floorUsd: z.number().nonnegative().default(100),
  /** From this size on it is critical, USD: what an attacker's gas and time are worth. */
  criticalUsd: z.number().positive().default(10_000),
})

export const poolInvariant = defineDetector({
  id: 'pool-invariant',
  title: 'Pool invariant broken',
  maturity: 'test',
  threat:
    'A rounding, a fork with a wrong constant, a double count: a swap leaves the pool with less than its curve says, and is repeated until it is empty.',
  catches:
    'Losses of an hour above 100 USD: value a share that fell in a swap, a mint or a burn; liquidity in range that is not what crossed ticks make of it (KyberSwap 2023-11-22); a manager that holds less than its pools are owed; a reserve that shrank without a swap. The kind of Balancer 2025-11-03 and Bunni 2025-09, whose pools have no adapter yet.',
  misses: 'Pools of other kinds than are watched; a hook that pays out of its own balances; a loss in one transaction, seen when done.',
  falsePositives: ['a token that rebases downwards in a pair, with a call of `sync`', 'a token that takes a fee when the pair pays it out'],
  runbook: 'docs/runbooks/pool-invariant.md',
  source: 'exchange',
  basis: 'chain',
  on: poolLosses,
  wake: 'touched',
  subject: 'pool',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { lost: rateInWindow({ windowS: 3_600, buckets: 12 }) },
  check(loss, { lost }, { floorUsd, criticalUsd }, block) {
    const { kind, lostE18, lostUsd } = loss
    if (!(lostUsd > 0)) return undefined
    lost.push(block.timeS, lostUsd)
    const lostHourUsd = lost.sum(block.timeS)
    if (!(lostHourUsd > floorUsd)) return undefined
    const by = NAMES[kind] ?? 'an unknown change'
    return {
      severity: kind === POOL_LOSS.sync ? 'medium' : lostHourUsd >= criticalUsd ? 'critical' : 'high',
      summary: `${by} took ${lostUsd.toFixed(0)} USD from the pool's owners, ${lostHourUsd.toFixed(0)} USD within an hour`,
      evidence: { kind: by, lostE18, lostUsd, lostHourUsd },
    }
  },
})

const NAMES: Readonly<Record<number, string>> = {
  [POOL_LOSS.swap]: 'a swap',
  [POOL_LOSS.liquidity]: 'liquidity that came or went',
  [POOL_LOSS.sync]: 'a reserve that shrank without a swap',
  [POOL_LOSS.owed]: 'less held than owed',
}
