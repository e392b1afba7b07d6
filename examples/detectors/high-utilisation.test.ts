import { describe, expect, test } from 'vitest'
import { bench, market } from '../../test/builders.ts'
import { highUtilisation } from './high-utilisation.ts'

const lent = (share: number, suppliedUsd = 1_000_000) => ({
  suppliedUsd,
  borrowedUsd: suppliedUsd * share,
  cashUsd: suppliedUsd * (1 - share),
})

describe('high-utilisation', () => {
  test('fires once, and again after it was under the limit', () => {
    const b = bench(highUtilisation())
    const at = (share: number) => b.block((w) => market(w, 'USDC', lent(share))).map((f) => [f.severity, f.summary])
    expect([at(0.5), at(0.99), at(0.995), at(0.9), at(0.981)]).toEqual([
      [],
      [['medium', '99.0 % of it is lent out']],
      [],
      [],
      [['medium', '98.1 % of it is lent out']],
    ])
  })
  test('edge: exactly at the limit fires, a hundredth of a percent under it is quiet; so is a small market', () => {
    const run = (share: number, suppliedUsd?: number) =>
      bench(highUtilisation({ maxUtilisationBps: 9_500 })).block((w) => market(w, 'USDC', lent(share, suppliedUsd)))
    expect([run(0.95).length, run(0.9499).length, run(0.99, 99_999).length]).toEqual([1, 0, 0])
  })
  test('a market of nothing is quiet, never a throw', () => {
    expect(bench(highUtilisation()).block((w) => market(w, 'USDC', { suppliedUsd: 0, borrowedUsd: 0, cashUsd: 0 }))).toEqual([])
  })
})
