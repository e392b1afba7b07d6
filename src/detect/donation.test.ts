import { describe, expect, test } from 'vitest'
import { bench } from '../../test/builders.ts'
import { VAULT, vaultStep } from '../../test/support/vault-rows.ts'
import { donation } from './donation.ts'

/** One unit of a share is out; so much is sent in. */
const gift = { priceBefore: 1, priceAfter: 1e18, donated: 10_000, supplyAfter: 1e-18, assetsBefore: 1e-18, unitUsd: 10_000 }

describe('donation', () => {
  test('fires: the only share of an empty vault is made worth 10,000 USD', () => {
    expect(bench(donation()).block((w) => vaultStep(w, gift))).toMatchObject([
      {
        severity: 'critical',
        subject: { kind: 'venue', id: VAULT },
        summary: '10000 USD came without shares: the smallest unit of a share is worth 1.00e+4 USD now',
      },
    ])
  })
  test('fires: rounding that pays on cheap chains only is high', () => {
    expect(bench(donation()).block((w) => vaultStep(w, { ...gift, unitUsd: 0.02 }))).toMatchObject([{ severity: 'high' }])
  })
  test('quiet: a gift to a vault that is in use; one to a vault with virtual shares; one that nobody holds a share of', () => {
    const b = bench(donation())
    expect(b.block((w) => vaultStep(w, { donated: 10_000, priceAfter: 1.01, unitUsd: 1e-18 }))).toEqual([])
    expect(b.block((w) => vaultStep(w, { ...gift, unitUsd: 1e-3 }))).toEqual([])
    expect(b.block((w) => vaultStep(w, { ...gift, supplyAfter: 0 }))).toEqual([])
  })
  test('quiet: a dear share that was as dear before; a price that rose by no gift', () => {
    const b = bench(donation())
    expect(b.block((w) => vaultStep(w, { ...gift, priceBefore: 0.9e18 }))).toEqual([])
    expect(b.block((w) => vaultStep(w, { ...gift, donated: 0 }))).toEqual([])
  })
  test('edge: exactly at the limits is quiet, one unit past them fires', () => {
    const b = bench(donation())
    expect(b.block((w) => vaultStep(w, { ...gift, unitUsd: 0.01 }))).toEqual([])
    expect(b.block((w) => vaultStep(w, { ...gift, unitUsd: 0.01 + 2 ** -59 }))).toHaveLength(1)
    expect(b.block((w) => vaultStep(w, { ...gift, priceAfter: 2 }))).toHaveLength(1)
    expect(b.block((w) => vaultStep(w, { ...gift, priceAfter: 2 - 2 ** -51 }))).toEqual([])
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = bench(donation())
    const first = b.block((w) => vaultStep(w, gift))
    b.undo()
    expect(b.block((w) => vaultStep(w, gift))).toEqual(first)
  })
})
