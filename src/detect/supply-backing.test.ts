import { describe, expect, test } from 'vitest'
import { bench, put } from '../../test/builders.ts'
import type { World } from '../state/world.ts'
import { supplyBacking } from './supply-backing.ts'

const TOKEN = `0x${'05'.repeat(20)}`
const backed = (world: World, supplyUsd: number, backingUsd: number, mintedUsd = 0, addedUsd = 0): number =>
  put(world.backings, TOKEN, { supplyUsd, backingUsd, mintedUsd, addedUsd })
/** A token of which a tenth is backed where we can see it, for long. */
function thin() {
  const b = bench(supplyBacking())
  b.blocks(120, (w, i) => backed(w, 100e6 + i, 10e6))
  return b
}

describe('supply-backing', () => {
  test('fires: 80 million minted on two hundred thousand, without history', () => {
    const b = bench(supplyBacking())
    b.block((w) => backed(w, 100e6, 100e6))
    expect(b.block((w) => backed(w, 180e6, 100.2e6, 80e6, 0.2e6))).toMatchObject([
      {
        severity: 'critical',
        subject: { kind: 'venue', id: TOKEN },
        summary: '80000000 USD minted within an hour, 200000 USD of backing came in',
      },
    ])
  })
  test('fires: the backing is taken away', () => {
    expect(thin().block((w) => backed(w, 100e6, 8e6))).toMatchObject([
      { summary: 'supply is 12.50 times its backing (usually 10.00)', evidence: { ratio: 12.5 } },
    ])
    expect(thin().block((w) => backed(w, 100e6, 0))).toHaveLength(1)
  })
  test('fires once, and again when it got worse by a tenth', () => {
    const b = thin()
    expect([100e6, 105e6, 109e6, 120e6].map((supply) => b.block((w) => backed(w, supply, 8e6)).length)).toEqual([1, 0, 0, 1])
  })
  test('quiet: minted as it was paid for, or within five per cent ahead of it; burned and paid out', () => {
    const b = bench(supplyBacking())
    b.block((w) => backed(w, 100e6, 100e6))
    expect(b.block((w) => backed(w, 150e6, 150e6, 50e6, 50e6))).toEqual([])
    expect(b.block((w) => backed(w, 155e6, 150e6, 5e6, 0))).toEqual([])
    expect(b.block((w) => backed(w, 55e6, 50e6, -100e6, -100e6))).toEqual([])
  })
  test('quiet: as thin as it always was; a new thin token', () => {
    expect(thin().block((w) => backed(w, 101e6, 10e6, 1e6))).toEqual([])
    expect(bench(supplyBacking()).block((w) => backed(w, 100e6, 1))).toEqual([])
  })
  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    const mint = (minted: number) => bench(supplyBacking()).block((w) => backed(w, 1e6 + minted, 1e9, minted, 100_000))
    expect(mint(110_000 + 50_000)).toEqual([])
    expect(mint(110_000 + 50_000.001)).toHaveLength(1)
    const steady = () => {
      const b = bench(supplyBacking())
      b.blocks(120, (w, i) => backed(w, 100e6 - (i % 2) * 10, 10e6 - (i % 2)))
      return b
    }
    expect(steady().block((w) => backed(w, 110e6 - 1, 10e6))).toEqual([])
    expect(steady().block((w) => backed(w, 110e6 + 1, 10e6))).toHaveLength(1)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = thin()
    const first = b.block((w) => backed(w, 180e6, 10e6, 80e6))
    b.undo()
    expect(b.block((w) => backed(w, 180e6, 10e6, 80e6))).toEqual(first)
    expect(first).toHaveLength(1)
  })
})
