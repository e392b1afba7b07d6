import { describe, expect, test } from 'vitest'
import { bench, feed, put, START_S } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { sequencerGap } from './sequencer-gap.ts'

/** A chain of 2 s blocks with a feed that answers in each, then a pause. */
function chain(blocks = 1_002) {
  const b = bench(sequencerGap())
  let number = 0
  let timeS = START_S
  const next = (afterS = 2, skipped = 0, more: (w: World) => void = (w) => feed(w, { updatedAtS: timeS })) => {
    number += 1 + skipped
    timeS += afterS
    return b.block((w) => {
      put(w.chains, '1', { chainId: 1, number, timeS })
      more(w)
    })
  }
  for (let n = 0; n < blocks; n++) expect(next()).toEqual([])
  return { ...b, next }
}

describe('sequencer-gap', () => {
  test('fires: ten minutes without a block; high while feeds are from before it', () => {
    expect(chain().next(600)).toMatchObject([
      { severity: 'medium', source: 'endpoint', subject: { kind: 'chain', id: '1' }, evidence: { gapS: 600, oldFeeds: 0 } },
    ])
    expect(chain().next(600, 0, () => {})).toMatchObject([{ severity: 'high', evidence: { oldFeeds: 1, feeds: 1 } }])
  })
  test('quiet: blocks that we missed are no gap; the block after it; not warm', () => {
    const b = chain()
    expect(b.next(600, 299)).toEqual([])
    expect(b.next(2)).toEqual([])
    expect(chain(1_000).next(600)).toEqual([])
  })
  test('quiet: a chain whose blocks come each minute', () => {
    const b = bench(sequencerGap())
    const at = (n: number, timeS: number) => b.block((w) => put(w.chains, '1', { chainId: 1, number: n, timeS }))
    for (let n = 0; n < 1_002; n++) at(n, START_S + n * 60)
    expect(at(1_002, START_S + 1_001 * 60 + 280)).toEqual([])
  })
  test('edge: exactly a minute is quiet, a second more fires', () => {
    expect([chain().next(60).length, chain().next(61).length]).toEqual([0, 1])
  })
  test('edge: times out of this world never throw', () => {
    const b = chain()
    for (const odd of [Number.NaN, -1e9, Number.POSITIVE_INFINITY]) b.next(odd)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(sequencerGap())
    const at = (n: number, timeS: number) => b.block((w) => put(w.chains, '1', { chainId: 1, number: n, timeS }))
    for (let n = 0; n < 1_002; n++) at(n, START_S + n * 2)
    const before = b.world.store.dump()
    const first = at(1_002, START_S + 9_000)
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(at(1_002, START_S + 2_004)).toEqual([])
    b.undo()
    expect(at(1_002, START_S + 9_000)).toEqual(first)
  })
})
