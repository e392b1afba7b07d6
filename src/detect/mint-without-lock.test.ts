import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { GATEWAY, unmatched } from '../../test/support/bridge-rows.ts'
import { mintWithoutLock } from './mint-without-lock.ts'

describe('mint-without-lock', () => {
  test('fires: a message that the other chain does not know', () => {
    expect(bench(mintWithoutLock()).block((w) => unmatched(w, 'mint'))).toMatchObject([
      {
        severity: 'critical',
        source: 'counterpart',
        subject: { kind: 'venue', id: GATEWAY },
        summary: '1000000 USD minted for a message that was never locked on the other chain',
        evidence: { waitedS: 72, aheadS: 60 },
      },
    ])
  })
  test('fires: more than was locked, at once', () => {
    expect(
      bench(mintWithoutLock()).block((w) => unmatched(w, 'mint', { sent: 1, sentAmount: 1n, usd: 999_999, waitedS: 0, aheadS: -5 })),
    ).toMatchObject([{ summary: '999999 USD more minted than was locked on the other chain' }])
  })
  test('fires once a message', () => {
    const b = bench(mintWithoutLock())
    expect(b.blocks(5, (w) => [unmatched(w, 'mint'), unmatched(w, 'mint', { id: 8n })])).toHaveLength(2)
  })
  test('quiet: the other end of a bridge; a view older than the arrival; one that begins too late', () => {
    const b = bench(mintWithoutLock())
    expect(b.block((w) => unmatched(w, 'lock'))).toEqual([])
    expect(b.block((w) => unmatched(w, 'mint', { waitedS: 1e6, aheadS: -1 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'mint', { knownS: 86_400 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'mint', { usd: 1 }))).toEqual([])
  })
  test('edge: exactly at the limits is quiet, one unit past them fires', () => {
    const b = bench(mintWithoutLock())
    expect(b.block((w) => unmatched(w, 'mint', { waitedS: 60 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'mint', { knownS: 604_800 }))).toEqual([])
    expect(b.block((w) => unmatched(w, 'mint', { waitedS: 61, aheadS: 0, knownS: 604_801 }))).toHaveLength(1)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = bench(mintWithoutLock())
    const first = b.block((w) => unmatched(w, 'mint'))
    b.undo()
    expect(b.block((w) => unmatched(w, 'mint'))).toEqual(first)
  })
})
