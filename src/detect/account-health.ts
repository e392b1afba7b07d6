// A margin account crossed its threshold, or owes more than it has: decided on exact words, woken only for accounts that crossed.
import { z } from 'zod'
import { toFloat } from '../core/exact.ts'
import { accounts } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Bad debt from this size on is of high severity. */
  highBadDebtUsd: z.number().positive().default(10_000),
  /** Accounts that owe less than this are left alone. */
  dustUsd: z.number().nonnegative().default(10),
})

export const accountHealth = defineDetector({
  id: 'account-health',
  title: 'Account under its threshold',
  maturity: 'test',
  threat: "An account that can be liquidated and is not becomes bad debt, and bad debt is everybody's loss.",
  catches:
    'Every account whose health factor falls under 1 (info) or whose debt exceeds its collateral (bad debt), exactly as the contract computes it.',
  misses: "Accounts opened before the first block watched; loss that the oracle's price does not show.",
  falsePositives: ['liquidators that are a block late: hence info until there is bad debt'],
  runbook: 'docs/runbooks/account-health.md',
  source: 'accounts',
  basis: 'chain',
  on: accounts,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { level: ring({ size: 1 }) },
  check(account, { level }, { highBadDebtUsd, dustUsd }) {
    const { collateralE8, debtE8, healthE18, status } = account
    const debtUsd = toFloat(debtE8, 8)
    // 0 healthy, 1 under its threshold, from 2 on its bad debt: each is told once, and again when it got worse by a tenth
    const now = status === 0 || debtUsd < dustUsd ? 0 : collateralE8 >= debtE8 ? 1 : 2 + toFloat(debtE8 - collateralE8, 8)
    const told = level.get(0) ?? 0
    if (now < told && now < 2) level.push(now)
    if (now === 0 || now <= told * 1.1) return undefined
    level.push(now)
    const evidence = { collateralE8, debtE8, healthE18 }
    if (collateralE8 >= debtE8)
      return { severity: 'info', summary: `health factor ${toFloat(healthE18, 18).toFixed(4)}: can be liquidated`, evidence }
    const badUsd = toFloat(debtE8 - collateralE8, 8)
    return { severity: badUsd >= highBadDebtUsd ? 'high' : 'low', summary: `bad debt of ${badUsd.toFixed(0)} USD`, evidence }
  },
})
