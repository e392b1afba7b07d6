import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { GATEWAY, unmatched } from '../../test/support/bridge-rows.ts'
import { releaseWithoutBurn } from './release-without-burn.ts'

describe('release-without-burn', () => {
  test('fires: a message that the other chain does not know', () => {
    expect(bench(releaseWithoutBurn()).block((w) => unmatched(w, 'lock'))).toMatchObject([
      {
        severity: 'critical',
        source: 'counterpart',
        subject: { kind: 'venue', id: GATEWAY },
        summary: '1000000 USD released for a message that was never burned on the other chain',
        evidence: { waitedS: 72, aheadS: 60 },
      },
    ])
  })
  test('fires: more than was burned, at once', () => {
    expect(
      bench(releaseWithoutBurn()).block((w) => unmatched(w, 'lock', { sent: 1, sentAmount: 1n, usd: 999_999, waitedS: 0, aheadS: -5 })),
    ).toMatchObject([{ summary: '999999 USD more released than was burned on the other chain' }])
  })
  test('fires once a message', () => {
    const b = bench(releaseWithoutBurn())
    expect(b.blocks(5, (w) => [unmatched(w, 'lock'), unmatched(w, 'lock', { id: 8n })])).toHaveLength(2)
  })
  test('quiet: the other end of a bridge; a view older than the arrival; one that begins too late', () => {
    const b = bench(releaseWithoutBurn())
    expect(b.block((w) => unmatched(w, 'mint'))).toEqual([])
    expect(b.block((w) => unmatched(w, 'lock', { waitedS: 1e6, aheadS: -1 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'lock', { knownS: 86_400 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'lock', { usd: 1 }))).toEqual([])
  })
  test('edge: exactly at the limits is quiet, one unit past them fires', () => {
    const b = bench(releaseWithoutBurn())
    expect(b.block((w) => unmatched(w, 'lock', { waitedS: 60 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'lock', { knownS: 604_800 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'lock', { waitedS: 61, aheadS: 0, knownS: 604_801 }))).toHaveLength(1)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = bench(releaseWithoutBurn())
    const first = b.block((w) => unmatched(w, 'lock'))
    b.undo()
    expect(b.block((w) => unmatched(w, 'lock'))).toEqual(first)
  })
})
