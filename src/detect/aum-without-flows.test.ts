import { describe, expect, test } from 'vitest'
import { bench, START_S } from '../../test/builders.ts'
import { vaultStep } from '../../test/support/vault-rows.ts'
import { aumWithoutFlows } from './aum-without-flows.ts'

const at = (n: number) => ({ timeS: START_S + n * 300 })
const SAMPLES = 260
/** A vault that has booked `gain` every five minutes for long. */
function booking(gain: number) {
  const b = bench(aumWithoutFlows())
  for (let n = 0; n < SAMPLES; n++) expect(b.block((w) => vaultStep(w, { gain }), at(n))).toEqual([])
  return b
}

describe('aum-without-flows', () => {
  test('fires: a third more on paper, in one block and without history', () => {
    expect(bench(aumWithoutFlows()).block((w) => vaultStep(w, { gain: 330_000 }))).toMatchObject([
      { severity: 'critical', summary: 'grew by 33.0 % within an hour on paper (limit 5.0 %)', evidence: { gainUsd: 330_000 } },
    ])
  })
  test('fires: many small steps add up', () => {
    const b = booking(1)
    let first = 0
    for (let n = 1; first === 0 && n < 12; n++) if (b.block((w) => vaultStep(w, { gain: 2_000 }), at(SAMPLES + n / 2)).length > 0) first = n
    expect(first).toBe(5) // with what it booked before
  })
  test('fires: a loss just the same, and again only when it got worse by a tenth', () => {
    const b = booking(1)
    const lose = (gain: number, n: number) => b.block((w) => vaultStep(w, { gain }), at(SAMPLES + n / 10))
    expect(lose(-20_000, 1)).toMatchObject([{ severity: 'high' }])
    expect(lose(-1_000, 2)).toEqual([])
    expect(lose(-5_000, 3)).toHaveLength(1)
  })
  test('quiet: what was sent in is not on paper; what it books always', () => {
    const b = booking(2_000)
    expect(b.block((w) => vaultStep(w, { gain: 50_000, donated: 50_000 }), at(SAMPLES))).toEqual([])
    expect(b.block((w) => vaultStep(w, { gain: 20_000 }), at(SAMPLES + 1))).toEqual([])
  })
  test('quiet: under five per cent while there is no history; nearly empty', () => {
    expect(bench(aumWithoutFlows()).block((w) => vaultStep(w, { gain: 40_000 }))).toEqual([])
    expect(bench(aumWithoutFlows()).block((w) => vaultStep(w, { gain: 9_000, assetsBefore: 9_000 }))).toEqual([])
  })
  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    expect(bench(aumWithoutFlows()).block((w) => vaultStep(w, { gain: 50_000 }))).toEqual([])
    expect(bench(aumWithoutFlows()).block((w) => vaultStep(w, { gain: 50_000.001 }))).toHaveLength(1)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = booking(1)
    const grow = () => b.block((w) => vaultStep(w, { gain: 20_000 }), at(SAMPLES))
    const first = grow()
    b.undo()
    expect(grow()).toEqual(first)
    expect(first).toHaveLength(1)
  })
})
