// A contract that was made only now moves a lot through the venue: exploits are written for one use, and used at once.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { transactions } from '../state/tables.ts'
import { quantile } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Younger contracts are fresh: 1,800 blocks are six hours of 12 s; Euler's was 24 minutes old, Balancer's v2 attack ran in a constructor. */
  maxAgeBlocks: z.int().min(0).default(1_800),
  /** Value through the venue above so many times what 19 of 20 transactions stay under. */
  usualTimes: z.number().min(1).default(2),
  /** Smaller than this never fires, USD. */
  floorUsd: z.number().positive().default(50_000),
})

export const freshContract = defineDetector({
  id: 'fresh-contract',
  title: 'Fresh contract with much value',
  maturity: 'test',
  threat:
    'An attack contract is made minutes before its use, or in the same transaction (Euler 2023-03-13, Balancer v2 2025-11-03, Radiant 2024-01-02).',
  catches:
    "A transaction in which a contract at most maxAgeBlocks old calls the venue, and more than usualTimes the venue's usual value, and floorUsd, goes through the venue in either direction.",
  misses:
    'Contracts made longer ago, or before we watched; contracts that were forgotten because 32,768 others came (an attacker can see to that by making some thousands); value of unknown price; borrowed old contracts.',
  falsePositives: [
    'a smart wallet that is made with its first deposit',
    'a new vault that is funded on its first day',
    'routers that are deployed anew and used at once',
  ],
  runbook: 'docs/runbooks/fresh-contract.md',
  source: 'trace',
  basis: 'chain',
  on: transactions,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { through: quantile({ share: 0.95, least: 1, most: 1e12 }) },
  check(tx, { through }, { maxAgeBlocks, usualTimes, floorUsd }) {
    const { throughUsd, callerKnown, callerAgeBlocks, outUsd } = tx
    if (tx.status === 0 || !(throughUsd > 0)) return undefined
    const limit = Math.max(floorUsd, usualTimes * through.value)
    const isFresh = callerKnown === 1 && callerAgeBlocks <= maxAgeBlocks
    if (!through.ready || !isFresh || !(throughUsd > limit)) {
      if (!isFresh) through.push(throughUsd)
      return undefined
    }
    return {
      severity: callerAgeBlocks === 0 && outUsd > floorUsd ? 'high' : 'medium',
      summary: `${addressOf(tx.caller)}, ${callerAgeBlocks} blocks old, moves ${Math.round(throughUsd)} USD through the venue (usual limit ${Math.round(limit)})`,
      evidence: {
        txIndex: tx.txIndex,
        from: addressOf(tx.from),
        caller: addressOf(tx.caller),
        creator: addressOf(tx.callerCreator),
        ageBlocks: callerAgeBlocks,
        throughUsd,
        limitUsd: limit,
        outUsd,
      },
    }
  },
})
