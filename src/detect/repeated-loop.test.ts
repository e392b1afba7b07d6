import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { tx, VENUE } from '../../test/support/trace-rows.ts'
import { repeatedLoop } from './repeated-loop.ts'

function calm(repeats = 1) {
  const b = bench(repeatedLoop())
  expect(b.blocks(200, tx({ repeats }))).toEqual([])
  return b
}
const loop = { repeats: 65, cycle: 2, cycleSelector: 0x52bbbe29, calls: 300, kept: 300 }

describe('repeated-loop', () => {
  test('fires: as often as in the Balancer attack', () => {
    expect(calm().block(tx(loop))).toMatchObject([
      {
        severity: 'medium',
        subject: { kind: 'contract', id: VENUE },
        summary: '2 calls from 0x52bbbe29 on, 65 times in a row (usual limit 10)',
        evidence: { repeats: 65, cycle: 2, frames: 300 },
      },
    ])
  })
  test('fires: high where the venue lost; exactly the least loss is medium', () => {
    expect(calm().block(tx({ ...loop, outUsd: 10_000 }))).toMatchObject([{ severity: 'medium' }])
    expect(calm().block(tx({ ...loop, outUsd: 10_000.01 }))).toMatchObject([{ severity: 'high' }])
  })
  test('quiet: failed, nothing changed, not warm yet', () => {
    expect(calm().block(tx({ ...loop, status: 0 }))).toEqual([])
    expect(calm().block(tx({ ...loop, writes: 0 }))).toEqual([])
    const b = bench(repeatedLoop())
    b.blocks(199, tx())
    expect(b.block(tx(loop))).toEqual([])
  })
  test('quiet: batches of that size are usual here', () => {
    expect(calm(50).block(tx(loop))).toEqual([])
  })
  test('edge: exactly at the floor is quiet, one round more fires', () => {
    expect(calm().block(tx({ ...loop, repeats: 10 }))).toEqual([])
    expect(calm().block(tx({ ...loop, repeats: 11 }))).toHaveLength(1)
  })
  test('edge: loops that fire do not become usual', () => {
    const b = calm()
    for (let n = 0; n < 300; n++) expect(b.block(tx(loop))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block(tx(loop))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(tx(loop))).toEqual(first)
  })
})
