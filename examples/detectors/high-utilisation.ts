// An example of a detector of your own: nearly all of a market is lent out, so that suppliers cannot withdraw.
import { defineDetector, tables, windows } from 'firebreak'
import { z } from 'zod'

const params = z.strictObject({
  /** Share of the supply that is lent out, 1/10,000, from which it fires. */
  maxUtilisationBps: z.number().min(1).max(10_000).default(9_800),
  /** Smaller markets are left alone, USD. */
  minSuppliedUsd: z.number().nonnegative().default(100_000),
})

export const highUtilisation = defineDetector({
  id: 'high-utilisation',
  title: 'Nearly all of a market is lent out',
  maturity: 'experimental',
  threat: 'Who wants to withdraw cannot, and liquidators cannot take their collateral out.',
  catches: 'A market of 100,000 USD or more of which 98 % or more is lent out: once, and again after it was under the limit.',
  misses: 'A market that is emptied and refilled within a block.',
  falsePositives: ['a market whose rates make that ordinary'],
  runbook: 'runbooks/high-utilisation.md',
  source: 'pool',
  basis: 'chain',
  on: tables.markets,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { told: windows.ring({ size: 1 }) },
  check(market, { told }, { maxUtilisationBps, minSuppliedUsd }) {
    const { borrowedUsd, cashUsd, suppliedUsd } = market
    const utilisationBps = (10_000 * borrowedUsd) / (borrowedUsd + cashUsd)
    const isHigh = suppliedUsd >= minSuppliedUsd && utilisationBps >= maxUtilisationBps
    const before = told.get(0) ?? 0
    if (isHigh !== (before === 1)) told.push(isHigh ? 1 : 0)
    if (!isHigh || before === 1) return undefined
    const evidence = { utilisationBps, borrowedUsd, cashUsd }
    return { severity: 'medium', summary: `${(utilisationBps / 100).toFixed(1)} % of it is lent out`, evidence }
  },
})
