import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { perpKey, perpMarket } from '../../test/perp-builders.ts'
import { fundingExtreme } from './funding-extreme.ts'

const start = () => bench(fundingExtreme())
const rate = (fundingPerDay: number, b = start(), more = {}) => b.block((w) => perpMarket(w, { fundingPerDay, ...more }))
/** A market that has paid so much a day for a hundred samples. */
function calm(usual = 0.001) {
  const b = start()
  expect(b.blocks(25 * 101, (w, n) => perpMarket(w, { fundingPerDay: n % 50 < 25 ? usual : -usual }))).toEqual([])
  return b
}

describe('funding-extreme', () => {
  test('fires: a rate as never before', () => {
    expect(rate(0.02, calm())).toMatchObject([
      {
        severity: 'medium',
        source: 'exchange',
        subject: { kind: 'market', id: perpKey('ETH') },
        summary: 'longs pay 2.00 % a day, 20000 USD in sum',
      },
    ])
    expect(rate(-0.02, calm())).toMatchObject([{ summary: 'shorts pay 2.00 % a day, 20000 USD in sum' }])
  })
  test('fires: high at the cap, also without a history', () => {
    expect(rate(0.1)).toMatchObject([{ severity: 'high', summary: 'longs pay 10.00 % a day, the most that is allowed, 100000 USD in sum' }])
  })
  test('fires again when worse by a half, and every hour', () => {
    const b = calm()
    expect([rate(0.02, b).length, rate(0.025, b).length, rate(0.04, b).length]).toEqual([1, 0, 1])
    expect(b.blocks(310, (w) => perpMarket(w, { fundingPerDay: 0.04 }))).toHaveLength(1)
  })
  test('quiet: not warm yet; usual; hardly anybody pays; not open', () => {
    expect(rate(0.05)).toEqual([])
    expect(rate(0.03, calm(0.005))).toEqual([])
    expect(rate(0.05, calm(), { longUsd: 10_000 })).toEqual([])
    expect(rate(0.1, start(), { status: 1 })).toEqual([])
  })
  test('edge: exactly at 1 % is quiet, past it fires; at the cap within rounding', () => {
    expect([rate(0.01, calm()), rate(0.0101, calm()).length]).toEqual([[], 1])
    expect([rate(0.0998), rate(0.0999).length]).toEqual([[], 1])
  })
  test('undo: the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = rate(0.02, b)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, rate(0.02, b)]).toEqual([1, first])
  })
})
