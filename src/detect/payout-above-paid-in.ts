// Somebody was paid more than what was paid in and handed over for it: whatever the trick, a venue that pays so is being emptied.
import { z } from 'zod'
import { VAULT_FLOW, vaultFlows } from '../state/tables.ts'
import { rateInWindow } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** A gain of so much of what was turned over may be: interest and a harvest in between. Fees are losses, and count as such. */
  floorBps: z.number().positive().default(100),
  /** And of so much, USD: what a round trip by chance can gain. */
  floorUsd: z.number().positive().default(5_000),
  /** From this part on it is critical: Opyn paid out twice what was paid in. */
  criticalBps: z.number().positive().default(1_000),
})

const WINDOW = { windowS: 3_600, buckets: 4 } as const

export const payoutAbovePaidIn = defineDetector({
  id: 'payout-above-paid-in',
  title: 'Paid out more than paid in',
  maturity: 'test',
  threat: 'A payment counted twice, a rounding, a price moved in between: one account takes more from the venue than it gives.',
  catches:
    'An account that within an hour got assets and shares worth 1 % and 5,000 USD more than the assets and shares it gave, shares at their price before each block: Opyn 2020-08-04, Harvest 2020-10-26 after its first loop, Thetanuts 2026-06-15.',
  misses:
    'A gain spread over many accounts, or over hours; one of a single transaction, seen when done; shares that were themselves minted for nothing (`supply-backing`).',
  falsePositives: [
    'a harvest of over 1 % that an account enters just before and leaves just after',
    'refunds that the vault pays as withdrawals',
  ],
  runbook: 'docs/runbooks/payout-above-paid-in.md',
  source: 'pool',
  basis: 'chain',
  on: vaultFlows,
  wake: 'touched',
  subject: 'holder',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { gained: rateInWindow(WINDOW), turned: rateInWindow(WINDOW) },
  check(flow, { gained, turned }, { floorBps, floorUsd, criticalBps }, block) {
    const sign = SIGN[flow.kind]
    if (sign === undefined) return undefined
    const { usd, sharesUsd } = flow
    gained.push(block.timeS, sign * (usd - sharesUsd))
    turned.push(block.timeS, Math.max(usd, sharesUsd))
    const gainedUsd = gained.sum(block.timeS)
    const turnedUsd = turned.sum(block.timeS)
    const part = gainedUsd / turnedUsd
    if (!(gainedUsd > floorUsd && part > floorBps / 10_000)) return undefined
    return {
      severity: part >= criticalBps / 10_000 ? 'critical' : 'high',
      summary: `${gainedUsd.toFixed(0)} USD more than it gave within an hour, ${(part * 100).toFixed(1)} % of what it turned over`,
      evidence: { gainedUsd, turnedUsd, part, assets: flow.assets, shares: flow.shares, usd, sharesUsd },
    }
  },
})

/** A withdrawal gives assets for shares, a deposit the other way round. */
const SIGN: Readonly<Record<number, number>> = { [VAULT_FLOW.withdraw]: 1, [VAULT_FLOW.deposit]: -1 }
