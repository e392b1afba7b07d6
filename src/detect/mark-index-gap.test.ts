import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { perpKey, perpMarket } from '../../test/perp-builders.ts'
import { markIndexGap } from './mark-index-gap.ts'

type Values = NonNullable<Parameters<typeof perpMarket>[1]>
const start = () => bench(markIndexGap())
/** In the second of two equal blocks. */
const twice = (values: Values, b = start()) => {
  b.block((w) => perpMarket(w, values))
  return b.block((w) => perpMarket(w, values))
}
/** The price so far from 2,000, as a logarithm, to the last digit that is within. */
const at = (gap: number): number => Math.trunc(2_000 * Math.exp(gap) * 1e9) / 1e9
const PAST = 1e-9

describe('mark-index-gap', () => {
  test('fires: the mark apart from the index for two blocks', () => {
    expect(twice({ mark: 2_100, spot: 2_050 })).toMatchObject([
      { severity: 'high', source: 'exchange', subject: { kind: 'market', id: perpKey('ETH') }, evidence: { mark: 2_100, index: 2_000 } },
    ])
  })
  test('fires: only the pool is apart: medium, since margin does not see it yet', () => {
    expect(twice({ spot: 1_900 })).toMatchObject([{ severity: 'medium', summary: 'pool 5.1 % under the index (limit 2.5 %)' }])
  })
  test('fires at first sight: a pool pushed in one transaction', () => {
    expect(start().block((w) => perpMarket(w, { spot: 3_000 }))).toMatchObject([{ severity: 'critical' }])
  })
  test('fires in every block while it stands, and never becomes usual', () => {
    const b = start()
    expect(b.blocks(600, (w) => perpMarket(w, { mark: 2_100 }))).toHaveLength(599)
  })
  test('quiet: one block apart; a premium that is paid every day; no index; a paused market', () => {
    const b = start()
    for (let n = 0; n < 20; n++)
      expect([b.block((w) => perpMarket(w, { mark: 2_100 })), b.block((w) => perpMarket(w, { mark: 2_000 }))]).toEqual([[], []])
    expect(twice({ mark: 2_030, spot: 2_030 })).toEqual([])
    expect(twice({ index: 0 })).toEqual([])
    expect(twice({ mark: 3_000, status: 1 })).toEqual([])
  })
  test('quiet: it has always been so far apart', () => {
    const b = start()
    b.blocks(25 * 300, (w, n) => perpMarket(w, { mark: at(n % 2 ? 0.01 : -0.01), spot: 0 }))
    expect(twice({ mark: at(0.07), spot: 0 }, b)).toEqual([])
    expect(twice({ mark: at(0.09), spot: 0 }, b)).toHaveLength(1)
  })
  test('edge: exactly at 250 bps is quiet, one unit past it fires; so is gross at 750', () => {
    expect(twice({ mark: at(0.025) })).toEqual([])
    expect(twice({ mark: at(0.025) + PAST })).toHaveLength(1)
    expect(start().block((w) => perpMarket(w, { mark: at(0.075) }))).toEqual([])
    expect(start().block((w) => perpMarket(w, { mark: at(0.075) + PAST }))).toHaveLength(1)
  })
  test('undo: the same block, the same finding', () => {
    const b = start()
    b.block((w) => perpMarket(w, { mark: 2_100 }))
    const before = b.world.store.dump()
    const first = b.block((w) => perpMarket(w, { mark: 2_100 }))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, b.block((w) => perpMarket(w, { mark: 2_100 }))]).toEqual([1, first])
  })
})
