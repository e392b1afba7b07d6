// Many waiting transactions would break an invariant and never come: somebody wants us to act for nothing.
import { z } from 'zod'
import { mempools } from '../state/tables.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /**
   * So many in an hour are no accident: twice the four actions that waiting transactions may cause in it (see decide/playbook.ts), so
   * that the budget is spent before it fires only by an attack that does not let up. There is no history to measure by: honest ones are rare.
   */
  maxPretended: z.int().min(1).default(8),
  /** From so many times that on it is severe: then real attacks hide among them. */
  severeTimes: z.number().min(1).default(4),
})

export const pendingFlood = defineDetector({
  id: 'pending-flood',
  title: 'Pretended attacks in the mempool',
  maturity: 'experimental',
  threat:
    'Whoever shows attacks in the mempool that are never included can force false actions, spend the hourly budget of actions before a real attack, or keep the simulators busy.',
  catches:
    'More than maxPretended transactions within an hour of the chain that would have broken an invariant and could not be included, were replaced by their sender, or vanished. Griefing of the guard itself, as TERMS.md names it; no incident of INCIDENTS.md is one.',
  misses: 'Pretences that are included and revert: they cost their sender gas. Fewer than the limit. What other nodes saw.',
  falsePositives: [
    'an honest sender that replaces its own transaction again and again while it would break an invariant',
    'an attacker that withdraws each attempt as it sees our answer: true, and it is told as this',
  ],
  runbook: 'docs/runbooks/pending-flood.md',
  source: 'endpoint',
  basis: 'local',
  on: mempools,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: {},
  check({ hits, pretended, pretenders }, _memory, { maxPretended, severeTimes }) {
    if (!(pretended > maxPretended)) return undefined
    return {
      severity: pretended > severeTimes * maxPretended ? 'high' : 'medium',
      summary: `${pretended} of ${hits} waiting transactions that would break an invariant never came, of ${pretenders} senders within an hour`,
      evidence: { hits, pretended, pretenders, maxPretended },
    }
  },
})
