import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { tx, VENUE } from '../../test/support/trace-rows.ts'
import { flashLoan } from './flash-loan.ts'

const attack = { flashLoans: 1, priceMoveBps: 2_000, takes: 1, outUsd: 90_000 }
/** Two hundred swaps that moved the price by 100 bps each. */
function calm(moveBps = 100) {
  const b = bench(flashLoan())
  expect(b.blocks(200, tx({ priceMoveBps: moveBps }))).toEqual([])
  return b
}

describe('flash-loan', () => {
  test('fires: loan, price and takings in one transaction', () => {
    expect(calm().block(tx(attack))).toMatchObject([
      {
        severity: 'critical',
        subject: { kind: 'contract', id: VENUE },
        evidence: { flashLoans: 1, priceMoveBps: 2_000, takes: 1, outUsd: 90_000 },
      },
    ])
  })
  test('fires: high where the venue has not lost yet, or the move is not gross', () => {
    expect(calm().block(tx({ ...attack, outUsd: 0 }))).toMatchObject([{ severity: 'high' }])
    expect(calm().block(tx({ ...attack, priceMoveBps: 700 }))).toMatchObject([{ severity: 'high' }])
    expect(calm().block(tx({ ...attack, takes: 0 }))).toHaveLength(1)
  })
  test('quiet: each alone and each two of them', () => {
    for (const left of ['flashLoans', 'priceMoveBps'] as const) expect(calm().block(tx({ ...attack, [left]: 0 }))).toEqual([])
    expect(calm().block(tx({ ...attack, takes: 0, outUsd: 0 }))).toEqual([])
    expect(calm().block(tx({ ...attack, status: 0 }))).toEqual([])
  })
  test('quiet: a flash-loan swap of collateral moves the price a little', () => {
    expect(calm().block(tx({ ...attack, priceMoveBps: 250 }))).toEqual([])
  })
  test('quiet: in a market whose price moves that far by single swaps', () => {
    expect(calm(600).block(tx(attack))).toEqual([])
  })
  test('edge: exactly at the floor is quiet, one unit past it fires; net loss likewise', () => {
    const fresh = () => bench(flashLoan())
    expect(fresh().block(tx({ ...attack, priceMoveBps: 300 }))).toEqual([])
    expect(fresh().block(tx({ ...attack, priceMoveBps: 300.01 }))).toHaveLength(1)
    expect(fresh().block(tx({ ...attack, takes: 0, outUsd: 10_000 }))).toEqual([])
    expect(fresh().block(tx({ ...attack, takes: 0, outUsd: 10_000.01 }))).toHaveLength(1)
  })
  test('edge: its own moves do not become usual', () => {
    const b = calm()
    for (let n = 0; n < 300; n++) expect(b.block(tx(attack))).toHaveLength(1)
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = calm()
    const before = b.world.store.dump()
    const first = b.block(tx(attack))
    b.undo()
    b.block(tx({ priceMoveBps: 5_000 }))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(tx(attack))).toEqual(first)
  })
})
