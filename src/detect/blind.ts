// We can't see, or what we see contradicts the contract: failing to look is itself a finding.
import { z } from 'zod'
import { BLIND_REASONS, chains } from '../state/tables.ts'
import { defineDetector } from './define.ts'

export const blind = defineDetector({
  id: 'blind',
  title: 'Blind',
  maturity: 'test',
  threat: 'An attacker, a dying endpoint or a bug of ours takes our sight away; what happens meanwhile is not judged.',
  catches:
    "A block that can't be had, an endpoint that stands still or lies, a reorg deeper than the journal, an account whose health differs from the contract's answer.",
  misses: 'An endpoint that shows a consistent other chain to this node alone: hence several nodes, each with its own.',
  falsePositives: ['a chain that really stands still'],
  runbook: 'docs/runbooks/blind.md',
  source: 'endpoint',
  basis: 'local',
  on: chains,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject({}),
  memory: {},
  check(chain) {
    const { blindSince, blindReason, number, mismatches, checked } = chain
    if (blindSince === 0) return undefined
    const reason = BLIND_REASONS[blindReason] ?? 'unknown'
    return {
      severity: 'high',
      summary: `blind since block ${blindSince}: ${reason}`,
      evidence: { sinceBlock: blindSince, lastBlock: number, reason, mismatches, checked },
    }
  },
})
