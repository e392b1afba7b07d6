// What waits in a timelock would hand on power or money: said the moment it is queued, while it can still be cancelled.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { addressOf, hex32 } from '../core/words.ts'
import { contracts, DANGER, governed, OPERATION, queuedCalls, queuedOperations } from '../state/tables.ts'
import { defineDetector, type View } from './define.ts'
import { isExecutor } from './powers.ts'

export const dangerousProposal = defineDetector({
  id: 'dangerous-proposal',
  title: 'A queued operation hands on power or money',
  maturity: 'test',
  threat:
    'A captured vote or key queues its theft like any other change. Beanstalk (2022-04-17): a day in the queue with an unread payload; Aevo/Ribbon (2025-12-12): an upgrade six days before it was used.',
  catches:
    'By the selector of each call that is queued in a timelock or proposed to a Governor: roles, owners, upgrades, price sources, caps to unlimited, payouts, approvals, minting, signers, modules, delays. High if it favours an account that is neither timelock nor Safe nor watched contract, approves without bound, or ends the delay; else medium; low if it keeps power among executors.',
  misses:
    "Selectors that it does not know, and what a known one really does: queued-harm tries both. Calls hidden in a call (multisend, a proposal that runs its own contract). Operations queued before the first block watched; timelocks other than OpenZeppelin's, and Governors that are not named.",
  falsePositives: [
    'a payment of the treasury by the timelock',
    'a change of signers, owners or code that the community has agreed on: it is told since it is queued, not since it is wrong',
  ],
  runbook: 'docs/runbooks/dangerous-proposal.md',
  source: 'authority',
  basis: 'chain',
  on: queuedCalls,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: true,
  params: z.strictObject({
    /** Approvals from here on count as unbounded: wallets and routers ask for 2^256-1, some for 2^128-1, and no token's supply comes near. */
    unboundedFrom: z
      .bigint()
      .positive()
      .default(2n ** 127n),
  }),
  memory: {},
  check(row, _memory, { unboundedFrom }, { timeS }, view) {
    const { danger, target, favours, amount, operation, selector, contract } = row
    const words = WORDS[danger]
    if (words === undefined) return undefined
    const op = operation > 0 && operation <= view.count(queuedOperations) ? view.at(queuedOperations, operation - 1) : undefined
    if (op !== undefined && op.state !== OPERATION.queued) return undefined
    const stranger = favours !== 0n && !isExecutor(view, favours) && !isWatched(view, favours)
    const severity = severityOf(danger, stranger, favours, amount, unboundedFrom)
    const [queuedAtS, etaS, id] = op === undefined ? [timeS, timeS, 0n] : [op.queuedAtS, op.etaS, op.id]
    const whom =
      favours === 0n ? '' : ` ${addressOf(favours)}${stranger && PERSONAL.has(danger) ? ', who is neither timelock nor Safe' : ''}`
    return {
      severity,
      summary: `queued for ${addressOf(target)}: ${words}${whom}${AMOUNTS.has(danger) ? ` (${amount})` : ''}; it may be executed in ${etaS - timeS} s`,
      evidence: {
        timelock: contract > 0 ? addressOf(view.at(contracts, contract - 1).address) : 'unknown',
        operation: hex32(id),
        danger: NAMES[danger] ?? 'unknown',
        target: addressOf(target),
        selector: `0x${selector.toString(16).padStart(8, '0')}`,
        favours: addressOf(favours),
        amount,
        queuedAtS,
        etaS,
      },
    }
  },
})

function severityOf(danger: number, stranger: boolean, favours: bigint, amount: bigint, unboundedFrom: bigint): Severity {
  if (danger === DANGER.approval) return amount >= unboundedFrom ? 'high' : 'medium'
  if (danger === DANGER.delay) return amount === 0n ? 'high' : 'medium'
  if (!PERSONAL.has(danger)) return 'medium'
  if (danger === DANGER.payout || danger === DANGER.mint || danger === DANGER.signers) return 'medium'
  return stranger ? 'high' : favours === 0n ? 'medium' : 'low'
}

function isWatched(view: View, address: bigint): boolean {
  for (let row = 0; row < view.count(governed); row++) if (view.at(governed, row).contract === address) return true
  return false
}

/** Those that favour somebody, and so are worse if that is a stranger. */
const PERSONAL: ReadonlySet<number> = new Set([
  DANGER.role,
  DANGER.owner,
  DANGER.payout,
  DANGER.approval,
  DANGER.mint,
  DANGER.signers,
  DANGER.module,
])
const AMOUNTS: ReadonlySet<number> = new Set([DANGER.payout, DANGER.approval, DANGER.mint, DANGER.delay])
const NAMES: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(DANGER).map(([name, code]) => [code, name]))
const WORDS: Readonly<Record<number, string>> = {
  [DANGER.role]: 'a role for',
  [DANGER.owner]: 'a new owner or admin:',
  [DANGER.upgrade]: 'new code:',
  [DANGER.oracleSource]: 'another price source:',
  [DANGER.unlimitedCap]: 'no cap any more for',
  [DANGER.payout]: 'a payout to',
  [DANGER.approval]: 'an approval for',
  [DANGER.signers]: 'other signers:',
  [DANGER.module]: 'a module, guard or handler:',
  [DANGER.delay]: 'another delay',
  [DANGER.mint]: 'new tokens for',
}
