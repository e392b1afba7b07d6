// A waiting transaction does one thing where it is simulated and another where it would be mined: it was made to deceive whoever looks.
import { z } from 'zod'
import { hex32 } from '../core/words.ts'
import { pendingTxs } from '../state/tables.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Environments may differ by this many events of what is watched: none, since their kinds and order are compared, not their amounts. */
  maxExtraEvents: z.int().min(0).default(0),
})

export const simulationDependent = defineDetector({
  id: 'simulation-dependent',
  title: 'Waiting transaction behaves otherwise when it is simulated',
  maturity: 'experimental',
  threat:
    'A contract that looks at the builder, the gas price, the base fee or the random word can show simulators an innocent face, or play an attack that never happens to force a false pause.',
  catches:
    'Other events of what is watched (contract, kind, order), or another outcome, between the next block as it will be and the block after it with another builder, another random word and no fees; as those trap contracts that only move funds for a real miner (seen against simulating front-runners since 2021; general knowledge, no incident of INCIDENTS.md).',
  misses:
    'A difference in amounts alone; a trick that tells even our likeness of the next block from the real one (its exact time, a private bundle before it, the real random word); whatever does not touch what is watched in either.',
  falsePositives: [
    'a deadline that passes between the two blocks',
    'a game or an auction that draws by the random word',
    'a payment to the builder that is made in one environment only, if it moves a watched token',
  ],
  runbook: 'docs/runbooks/simulation-dependent.md',
  source: 'endpoint',
  basis: 'local',
  on: pendingTxs,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: {},
  check({ differs, sender, target, events, oddEvents, includable }, _memory, { maxExtraEvents }) {
    if (differs !== 1) return undefined
    // other kinds in the same number are a difference at any tolerance of numbers but zero
    if (maxExtraEvents > 0 && Math.abs(events - oddEvents) <= maxExtraEvents) return undefined
    return {
      severity: 'medium',
      summary: `does otherwise when simulated otherwise: ${events} events of what is watched against ${oddEvents}`,
      evidence: { sender: hex32(sender), target: hex32(target), events, oddEvents, includable },
    }
  },
})
