// Who signs for a Safe changed: one signer at a time is housekeeping; when newcomers alone reach the threshold, the Safe has other masters.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { addressOf } from '../core/words.ts'
import { contracts, safeOwners, signerChanges } from '../state/tables.ts'
import { defineDetector, type View } from './define.ts'

export const signerSetChange = defineDetector({
  id: 'signer-set-change',
  title: 'Signers of a Safe changed',
  maturity: 'test',
  threat:
    'Whoever is the threshold of a Safe is everything behind it. Drift (2026-04-01) and Radiant (2024-10-16) were taken by way of their multisigs; at Drift the signers had changed days before.',
  catches:
    'Each change of owners or threshold. Critical when owners added within `windowS` reach the threshold by themselves, however slowly they came in; high without signatures (a module, a changed slot) or when one signature is enough now; medium for a lower threshold.',
  misses:
    'Signers whose keys or screens are in the wrong hands while their addresses stay; newcomers spread over more than the window; owners of a Safe that is not named.',
  falsePositives: ['a team that moves all its signers to new keys at once', 'a new Safe that is set up after the first block watched'],
  runbook: 'docs/runbooks/signer-set-change.md',
  source: 'authority',
  basis: 'chain',
  on: signerChanges,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: true,
  params: z.strictObject({
    /** Three weeks: Drift's takeover was prepared from 2026-03-11 and done on 04-01. */
    windowS: z.number().positive().default(1_814_400),
  }),
  memory: {},
  check(row, _memory, { windowS }, { timeS }, view) {
    const { safe, added, removed, thresholdBefore, thresholdAfter, ownersBefore, ownersAfter, governed, contract } = row
    const newcomers = newcomersOf(view, safe, timeS - windowS)
    const name = contract > 0 ? addressOf(view.at(contracts, contract - 1).address) : 'a Safe'
    const path = governed === 1 ? 'with signatures' : 'without signatures of a Safe'
    const taken = thresholdAfter > 0 && newcomers >= thresholdAfter
    return {
      severity: severityOf(row, newcomers),
      summary: `${name} has ${thresholdAfter} of ${ownersAfter} signers, before ${thresholdBefore} of ${ownersBefore}, ${path}; ${newcomers} of them came within ${windowS} s${taken ? ' and are enough by themselves' : ''}`,
      evidence: { safe: name, added, removed, thresholdBefore, thresholdAfter, ownersBefore, ownersAfter, newcomers, governed },
    }
  },
})

interface Change {
  readonly added: number
  readonly thresholdBefore: number
  readonly thresholdAfter: number
  readonly governed: number
}

function severityOf({ added, thresholdBefore, thresholdAfter, governed }: Change, newcomers: number): Severity {
  const lowered = thresholdAfter < thresholdBefore
  if ((added > 0 || lowered) && newcomers >= thresholdAfter) return 'critical'
  if (governed === 0 || (lowered && thresholdAfter <= 1)) return 'high'
  return lowered ? 'medium' : 'info'
}

function newcomersOf(view: View, safe: number, sinceS: number): number {
  let found = 0
  for (let row = 0; row < view.count(safeOwners); row++) {
    const owner = view.at(safeOwners, row)
    if (owner.safe === safe && owner.active === 1 && owner.sinceS > sinceS) found += 1
  }
  return found
}
