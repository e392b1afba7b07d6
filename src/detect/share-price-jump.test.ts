import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { VAULT, vaultStep } from '../../test/support/vault-rows.ts'
import { sharePriceJump } from './share-price-jump.ts'

/** A vault that has paid a basis point a block for long. */
function earning() {
  const b = bench(sharePriceJump())
  b.blocks(120, (w) => vaultStep(w, { priceAfter: 1.0001 }))
  return b
}

describe('share-price-jump', () => {
  test('fires: the price doubles in one block, with no history at all', () => {
    expect(bench(sharePriceJump()).block((w) => vaultStep(w, { priceAfter: 2.1 }))).toMatchObject([
      {
        detector: 'share-price-jump',
        severity: 'critical',
        source: 'pool',
        subject: { kind: 'venue', id: VAULT },
        summary: '1 to 2.1 a share within a block, up 110.0 % (limit 100.0 %)',
        evidence: { priceBefore: 1, priceAfter: 2.1, move: 1.1, limit: 1 },
      },
    ])
  })
  test('fires: a vault that earns a basis point a block earns five hundred', () => {
    expect(earning().block((w) => vaultStep(w, { priceAfter: 1.05 }))).toMatchObject([{ severity: 'high', evidence: { limit: 0.03 } }])
  })
  test('fires: the price falls, by less than a rise would have to', () => {
    expect(earning().block((w) => vaultStep(w, { priceAfter: 0.98 }))).toMatchObject([{ severity: 'high' }])
    expect(earning().block((w) => vaultStep(w, { priceAfter: 0 }))).toMatchObject([{ severity: 'critical' }])
  })
  test('fires: it swings between the flows of one block, and is back at the end', () => {
    const [found] = earning().block((w) => vaultStep(w, { lowPrice: 0.93 }))
    expect(found).toMatchObject({ severity: 'high', evidence: { lowPrice: 0.93, priceAfter: 1 } })
    expect(found?.summary).toContain('and back')
  })
  test('quiet: a harvest of weeks at once; a vault that was always wild', () => {
    expect(earning().block((w) => vaultStep(w, { priceAfter: 1.02 }))).toEqual([])
    const wild = bench(sharePriceJump({ grossBps: 20_000 }))
    expect(wild.blocks(200, (w, i) => vaultStep(w, { priceAfter: i % 2 ? 1.01 : 0.99 }))).toEqual([])
    expect(wild.block((w) => vaultStep(w, { priceAfter: 1.07 }))).toEqual([])
  })
  test('quiet: not warm yet; nearly empty', () => {
    expect(bench(sharePriceJump()).blocks(50, (w) => vaultStep(w, { priceAfter: 1.5 }))).toEqual([])
    expect(bench(sharePriceJump()).block((w) => vaultStep(w, { priceAfter: 1e6, assetsBefore: 999 }))).toEqual([])
  })
  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    expect(bench(sharePriceJump()).block((w) => vaultStep(w, { priceAfter: 2 }))).toEqual([])
    expect(bench(sharePriceJump()).block((w) => vaultStep(w, { priceAfter: 2 + 2 ** -51 }))).toHaveLength(1)
  })
  test('edge: a jump does not become the usual', () => {
    const b = earning()
    expect(b.blocks(20, (w) => vaultStep(w, { priceAfter: 1.05 }))).toHaveLength(20)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = earning()
    const jump = () => b.block((w) => vaultStep(w, { priceAfter: 1.05 }))
    const first = jump()
    b.undo()
    expect(jump()).toEqual(first)
  })
})
