import { describe, expect, test } from 'vitest'
import { bench, POOL } from '../../test/builders.ts'
import { perpVenue } from '../../test/perp-builders.ts'
import { insuranceDrain } from './insurance-drain.ts'

const start = () => {
  const b = bench(insuranceDrain())
  expect(b.blocks(3, (w) => perpVenue(w))).toEqual([])
  return b
}
const fund = (insuranceUsd: number, b = start(), more = {}) => b.block((w) => perpVenue(w, { insuranceUsd, ...more }))

describe('insurance-drain', () => {
  test('fires: a tenth of the fund within an hour; high from three tenths', () => {
    expect(fund(850_000)).toMatchObject([
      {
        severity: 'medium',
        source: 'pool',
        subject: { kind: 'venue', id: POOL },
        summary: '15.0 % of the fund left within an hour (usual limit 10.0 %)',
      },
    ])
    expect(fund(600_000)).toMatchObject([{ severity: 'high' }])
    expect(fund(-100_000)).toMatchObject([{ severity: 'high', evidence: { share: 1 } }])
  })
  test('fires: in pieces, and again when worse', () => {
    const b = start()
    expect([950_000, 900_000, 890_000, 880_000, 700_000].map((usd) => fund(usd, b).length)).toEqual([0, 0, 1, 0, 1])
  })
  test('fires in each block: less in it than accounts owe', () => {
    const b = start()
    expect(b.blocks(3, (w) => perpVenue(w, { badDebtUsd: 1_500_000 }))).toMatchObject([
      { severity: 'critical' },
      { severity: 'critical' },
      { severity: 'critical' },
    ])
  })
  test('quiet: it grows; it pays little; a fund seen for the first time; an hour later', () => {
    expect(fund(2_000_000)).toEqual([])
    expect(fund(950_000)).toEqual([])
    expect(bench(insuranceDrain()).block((w) => perpVenue(w, { insuranceUsd: 5 }))).toEqual([])
    const b = start()
    fund(950_000, b)
    b.blocks(310, () => {})
    expect(fund(900_000, b)).toEqual([])
  })
  test('quiet: it has always paid so much', () => {
    const b = start()
    // four hundredths of the first million an hour
    b.blocks(25 * 110, (w, n) => perpVenue(w, { insuranceUsd: 1_000_000 - 133 * n }))
    expect([fund(560_000, b), fund(430_000, b).length]).toEqual([[], 1])
  })
  test('edge: exactly a tenth is quiet, a dollar more fires; bad debt a thousand beyond the fund', () => {
    expect([fund(900_000), fund(899_999).length]).toEqual([[], 1])
    expect([fund(1_000_000, start(), { badDebtUsd: 1_000_999 }), fund(1_000_000, start(), { badDebtUsd: 1_001_000 }).length]).toEqual([
      [],
      1,
    ])
  })
  test('undo: the same block, the same finding', () => {
    const b = start()
    const before = b.world.store.dump()
    const first = fund(800_000, b)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect([first.length, fund(800_000, b)]).toEqual([1, first])
  })
})
