// A block came without its traces, or without all of them: detectors on trace tables said nothing of it because they saw nothing.
import { z } from 'zod'
import { TRACE_BLINDNESS, traceGaps } from '../state/tables.ts'
import { defineDetector } from './define.ts'

const SHED = TRACE_BLINDNESS.indexOf('shed')

export const traceGap = defineDetector({
  id: 'trace-gap',
  title: 'Blind to traces',
  maturity: 'test',
  threat:
    'A node that cannot trace, is too slow or lies, or an attacker who fills a block with calls, takes the sight of all detectors on traces.',
  catches:
    'The first block of a stretch without whole traces, every repeatBlocks one of it, and each block of which frames had to be left out.',
  misses: 'Traces that are whole, well formed and false: nothing in a header proves a trace.',
  falsePositives: ['blocks that come from history or from behind a gap have no traces, and need none'],
  runbook: 'docs/runbooks/trace-gap.md',
  source: 'endpoint',
  basis: 'local',
  on: traceGaps,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject({
    /** A stretch is told again after so many blocks: 64 are a quarter of an hour of 12 s. */
    repeatBlocks: z.int().min(1).default(64),
  }),
  memory: {},
  check({ reason, blocks, inARow, shed }, _memory, { repeatBlocks }) {
    const isShed = reason === SHED
    if (!isShed && inARow !== 1 && inARow % repeatBlocks !== 0) return undefined
    const why = TRACE_BLINDNESS[reason] ?? 'unknown'
    return {
      severity: isShed || inARow >= repeatBlocks ? 'high' : 'medium',
      summary: isShed ? `${shed} frames and writes of this block were left out` : `no whole traces: ${why}; ${inARow} blocks in a row`,
      evidence: { reason: why, inARow, blocks, shed },
    }
  },
})
