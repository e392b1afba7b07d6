import { describe, expect, test } from 'vitest'
import { bench, START_S } from '../../test/builders.ts'
import { vaultStep } from '../../test/support/vault-rows.ts'
import { navStep } from './nav-step.ts'

const DAY_S = 86_400
const at = (day: number) => ({ timeS: START_S + Math.round(day * DAY_S) })
/** A staking token that has paid `bps` a day for 30 days: like stETH's one basis point. */
function staking(bps = 1) {
  const b = bench(navStep())
  for (let day = 0; day < 30; day++) expect(b.block((w) => vaultStep(w, { priceAfter: 1 + bps / 10_000 }), at(day))).toEqual([])
  return b
}

describe('nav-step', () => {
  test('fires: a step of a hundred and fifty days at once', () => {
    expect(staking().block((w) => vaultStep(w, { priceAfter: 1.015 }), at(30))).toMatchObject([
      { detector: 'nav-step', severity: 'high', evidence: { elapsedS: DAY_S } },
    ])
  })
  test('fires: the usual size, but far too soon', () => {
    const b = staking(20)
    expect(b.block((w) => vaultStep(w, { priceAfter: 1.002 }), at(29.02))).toMatchObject([{ severity: 'medium' }])
  })
  test('fires: a fall of a token that never fell', () => {
    expect(staking().block((w) => vaultStep(w, { priceAfter: 0.999 }), at(30))).toHaveLength(1)
  })
  test('quiet: missed days are made up for, up to a week', () => {
    expect(staking(20).block((w) => vaultStep(w, { priceAfter: 1.01 }), at(34))).toEqual([])
    expect(staking(20).block((w) => vaultStep(w, { priceAfter: 1.029 }), at(60))).toEqual([])
  })
  test('quiet: a reward that grew threefold; drips between the steps', () => {
    const b = staking(20)
    for (let n = 1; n < 20; n++) b.block((w) => vaultStep(w, { priceAfter: 1 + 1e-9 }), at(29 + n / 24))
    expect(b.block((w) => vaultStep(w, { priceAfter: 1.006 }), at(30))).toEqual([])
  })
  test('quiet: not warm yet; what is the jump of another detector; nearly empty', () => {
    const b = bench(navStep())
    for (let day = 0; day < 20; day++) expect(b.block((w) => vaultStep(w, { priceAfter: day === 10 ? 1.02 : 1.0001 }), at(day))).toEqual([])
    expect(staking().block((w) => vaultStep(w, { priceAfter: 1.031 }), at(30))).toEqual([])
    expect(staking().block((w) => vaultStep(w, { priceAfter: 1.02, assetsBefore: 999 }), at(30))).toEqual([])
  })
  test('edge: exactly at the floor is quiet, one unit past it fires', () => {
    const floor = 1 + 10 / 10_000
    expect(staking().block((w) => vaultStep(w, { priceAfter: floor - 2 ** -52 }), at(30))).toEqual([])
    expect(staking().block((w) => vaultStep(w, { priceAfter: floor + 2 ** -51 }), at(30))).toHaveLength(1)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = staking()
    const step = () => b.block((w) => vaultStep(w, { priceAfter: 1.02 }), at(30))
    const first = step()
    b.undo()
    expect(step()).toEqual(first)
  })
})
