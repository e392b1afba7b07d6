import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { gain, STRANGER, VENUE } from '../../test/support/trace-rows.ts'
import { profitTaker } from './profit-taker.ts'

/** Two hundred gains. */
function calm(usd = 512) {
  const b = bench(profitTaker())
  expect(b.blocks(200, gain(usd, usd))).toEqual([])
  return b
}
/** Of the quantile's bucket from 4,096 to 4,352. */
const MIDDLE = 4_224

describe('profit-taker', () => {
  test('fires: a gain out of all measure, at the cost of the venue', () => {
    expect(calm().block(gain(2e6, 2.1e6))).toMatchObject([
      {
        severity: 'high',
        subject: { kind: 'contract', id: VENUE },
        summary: `${STRANGER} gains 2000000 USD (usual limit 50000), the venue loses 2100000`,
        evidence: { account: STRANGER, gainUsd: 2e6, outUsd: 2.1e6, sender: 1 },
      },
    ])
  })
  test('quiet: a loss, a usual gain, a gain from elsewhere', () => {
    const b = calm()
    expect(b.block(gain(-2e6, 2e6))).toEqual([])
    expect(b.block(gain(9_000, 9_000))).toEqual([])
    expect(b.block(gain(2e6, 0))).toEqual([])
  })
  test('quiet: until 200 gains were seen', () => {
    const b = bench(profitTaker())
    b.blocks(199, gain(512, 512))
    expect(b.block(gain(2e6, 2e6))).toEqual([])
    expect(b.block(gain(2e6, 2e6))).toHaveLength(1)
  })
  test('edge: exactly at the floor is quiet, past it fires', () => {
    expect(calm().block(gain(50_000, 50_000))).toEqual([])
    expect(calm().block(gain(50_000.01, 50_001))).toHaveLength(1)
  })
  test('edge: exactly at usualTimes the usual is quiet, past it fires', () => {
    const limit = 20 * MIDDLE
    const b = () => calm(4_096)
    expect(b().block(gain(limit, limit))).toEqual([])
    expect(b().block(gain(limit + 0.01, limit + 1))).toHaveLength(1)
  })
  test('edge: exactly half of it from the venue fires, less is from elsewhere', () => {
    expect(calm().block(gain(2e6, 1e6))).toHaveLength(1)
    expect(calm().block(gain(2e6, 1e6 - 1))).toEqual([])
  })
  test('edge: thefts do not become usual', () => {
    const b = calm()
    for (let n = 0; n < 300; n++) expect(b.block(gain(2e6, 2e6))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block(gain(2e6, 2e6))
    b.undo()
    b.block(gain(40_000, 40_000))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(gain(2e6, 2e6))).toEqual(first)
  })
})
