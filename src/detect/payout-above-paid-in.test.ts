import { describe, expect, test } from 'vitest'
import { bench, START_S } from '../../test/builders.ts'
import { VAULT, vaultFlow } from '../../test/support/vault-rows.ts'
import { payoutAbovePaidIn } from './payout-above-paid-in.ts'

describe('payout-above-paid-in', () => {
  test('fires: paid twice for what was handed over once', () => {
    expect(bench(payoutAbovePaidIn()).block((w) => vaultFlow(w, 'withdraw', 20_000, 10_000))).toMatchObject([
      {
        severity: 'critical',
        source: 'pool',
        subject: { kind: 'account', id: `${VAULT}:ann` },
        summary: '10000 USD more than it gave within an hour, 50.0 % of what it turned over',
      },
    ])
  })
  test('fires: bought low and redeemed high in one block, by little over a per cent a side', () => {
    const b = bench(payoutAbovePaidIn())
    const found = b.block((w) => [vaultFlow(w, 'deposit', 993_000, 1_003_000), vaultFlow(w, 'withdraw', 1_016_000, 1_003_000)])
    expect(found).toMatchObject([{ severity: 'high', evidence: { gainedUsd: 23_000 } }])
  })
  test('fires: many small payouts add up', () => {
    const b = bench(payoutAbovePaidIn())
    const found = b.blocks(12, (w) => vaultFlow(w, 'withdraw', 2_000, 1_500))
    expect(found).toHaveLength(2)
    expect(found[0]).toMatchObject({ block: 11, evidence: { gainedUsd: 5_500 } })
  })
  test('quiet: shares at their price, with a fee each way; interest; gains of others', () => {
    const b = bench(payoutAbovePaidIn())
    expect(b.block((w) => [vaultFlow(w, 'deposit', 1e6, 0.999e6), vaultFlow(w, 'withdraw', 1.005e6, 1e6)])).toEqual([])
    expect(b.blocks(9, (w, i) => vaultFlow(w, 'withdraw', 4_000, 0, `p${i}`))).toEqual([])
    expect(b.block((w) => vaultFlow(w, 'donation', 1e6, 0))).toEqual([])
  })
  test('quiet: what was gained an hour ago', () => {
    const b = bench(payoutAbovePaidIn())
    b.block((w) => vaultFlow(w, 'withdraw', 5_000, 0), { timeS: START_S })
    expect(b.block((w) => vaultFlow(w, 'withdraw', 5_000, 0), { timeS: START_S + 3_601 + 900 })).toEqual([])
  })
  test('edge: exactly at the limit is quiet, one unit past it fires', () => {
    expect(bench(payoutAbovePaidIn()).block((w) => vaultFlow(w, 'withdraw', 5_000, 0))).toEqual([])
    expect(bench(payoutAbovePaidIn()).block((w) => vaultFlow(w, 'withdraw', 5_000 + 2 ** -39, 0))).toHaveLength(1)
    expect(bench(payoutAbovePaidIn()).block((w) => vaultFlow(w, 'withdraw', 1_000_000, 990_000))).toEqual([])
    expect(bench(payoutAbovePaidIn()).block((w) => vaultFlow(w, 'withdraw', 1_000_000, 989_999))).toHaveLength(1)
  })
  test('undo: back to before the block, then the same block, the same finding', () => {
    const b = bench(payoutAbovePaidIn())
    b.block((w) => vaultFlow(w, 'withdraw', 4_000, 0))
    const first = b.block((w) => vaultFlow(w, 'withdraw', 4_000, 0))
    b.undo()
    expect(b.block((w) => vaultFlow(w, 'withdraw', 4_000, 0))).toEqual(first)
    expect(first).toHaveLength(1)
  })
})
