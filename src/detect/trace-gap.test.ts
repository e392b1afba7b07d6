import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import { TRACE_BLINDNESS } from '../state/tables.ts'
import type { World } from '../state/world.ts'
import { traceGap } from './trace-gap.ts'

const gap =
  (why: (typeof TRACE_BLINDNESS)[number], inARow = 1, shed = 0) =>
  (world: World): number =>
    put(world.traceGaps, undefined, { reason: TRACE_BLINDNESS.indexOf(why), inARow, blocks: 100, shed })
const run = (...of: Parameters<typeof gap>) => bench(traceGap()).block(gap(...of))

describe('trace-gap', () => {
  test('fires: at the first block without traces', () => {
    expect(run('unsupported')).toMatchObject([
      {
        severity: 'medium',
        source: 'endpoint',
        basis: 'local',
        subject: { kind: 'chain' },
        evidence: { reason: 'unsupported', inARow: 1, blocks: 100 },
      },
    ])
  })
  test('fires: each block of which something was shed', () => {
    expect(run('shed', 5, 321)).toMatchObject([{ severity: 'high', summary: '321 frames and writes of this block were left out' }])
  })
  test('quiet: while it lasts, and where nothing is missing', () => {
    expect(run('late', 2)).toEqual([])
    expect(bench(traceGap()).block()).toEqual([])
  })
  test('edge: exactly every repeatBlocks it is told again, higher', () => {
    expect([63, 64, 65, 128].map((n) => run('late', n).map((f) => f.severity))).toEqual([[], ['high'], [], ['high']])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(traceGap())
    const first = b.block(gap('failed'))
    b.undo()
    expect(b.block(gap('failed'))).toEqual(first)
  })
})
