// Assets were sent to a nearly empty vault, so that its smallest share is worth real money: the next deposits round to the holder's gain.
import { z } from 'zod'
import { vaultSteps } from '../state/tables.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** What the smallest unit of a share may be worth, USD: rounding takes up to one unit a transaction, and at a cent it pays for no gas. */
  maxUnitUsd: z.number().positive().default(0.01),
  /** The price must have risen so many times: a gift that is small beside what is there changes no rounding. */
  priceTimes: z.number().min(1).default(2),
  /** From this value of the smallest unit on it is critical: a rounding pays for its transaction on any chain. */
  criticalUnitUsd: z.number().positive().default(1),
})

export const donation = defineDetector({
  id: 'donation',
  title: 'Donation to a nearly empty vault',
  maturity: 'test',
  threat:
    'Who holds the only shares of an empty market sends assets to it; a later deposit rounds to no share, a redemption to one too few.',
  catches:
    'Assets that came without shares, at least doubled the price of a share, and left the smallest unit of a share worth over a cent: Radiant 2024-01-02, Onyx and others of the empty-market kind, before the first victim if that is in a later block.',
  misses:
    'A donation and its use in one block, seen only when done; vaults that count their assets in another way than by balance and totalAssets; markets that are not in `vaults`.',
  falsePositives: ['a founder who seeds a new vault by a transfer, with virtual shares off'],
  runbook: 'docs/runbooks/donation.md',
  source: 'pool',
  basis: 'chain',
  on: vaultSteps,
  wake: 'touched',
  subject: 'vault',
  holdBlocks: 0,
  pending: true,
  params,
  memory: {},
  check(step, _memory, { maxUnitUsd, priceTimes, criticalUnitUsd }) {
    const { donated, priceBefore, priceAfter, supplyAfter, unitUsd, assetUsd } = step
    if (!(donated > 0 && supplyAfter > 0 && unitUsd > maxUnitUsd && priceAfter >= priceTimes * priceBefore)) return undefined
    return {
      severity: unitUsd >= criticalUnitUsd ? 'critical' : 'high',
      summary: `${(donated * assetUsd).toFixed(0)} USD came without shares: the smallest unit of a share is worth ${unitUsd.toPrecision(3)} USD now`,
      evidence: { donated, donatedUsd: donated * assetUsd, priceBefore, priceAfter, supplyAfter, unitUsd },
    }
  },
})
