import { describe, expect, test } from 'vitest'
import { account, bench, marketKey } from '../../test/builders.ts'
import { STATUS } from '../state/account-book.ts'
import type { World } from '../state/world.ts'
import { accountHealth } from './account-health.ts'

const E8 = 100_000_000n
const under = { status: STATUS.under, collateralE8: 1_200n * E8, debtE8: 1_000n * E8, healthE18: 99n * 10n ** 16n }
const bad = (shortE8: bigint) => ({
  status: STATUS.badDebt,
  collateralE8: 100_000n * E8 - shortE8,
  debtE8: 100_000n * E8,
  healthE18: 8n * 10n ** 17n,
})
const run = (values: Parameters<typeof account>[1]) => bench(accountHealth()).block((w) => account(w, values))

describe('account-health', () => {
  test('fires: an account that fell under its threshold', () => {
    expect(run(under)).toMatchInlineSnapshot(`
      [
        {
          "basis": "chain",
          "block": 1,
          "blockHash": "0x0000000000000000000000000000000000000000000000000000000000000001",
          "chainId": 1,
          "detector": "account-health",
          "evidence": {
            "collateralE8": 120000000000n,
            "debtE8": 100000000000n,
            "healthE18": 990000000000000000n,
          },
          "id": "0x70a7de4b859906ef2af5e724410886173191053bad8e454a7b5029e80b99f48e",
          "paramsHash": "0x0b1ac6fdb31c66a83d3a369db1754602931dc87cb843c265d2b448a23d6dcd56",
          "provisional": false,
          "severity": "info",
          "source": "accounts",
          "subject": {
            "chainId": 1,
            "id": "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0:0x616e6e0000000000000000000000000000000000",
            "kind": "account",
          },
          "summary": "health factor 0.9900: can be liquidated",
          "timeS": 1700000012,
        },
      ]
    `)
  })
  test('fires: an account that owes more than it has', () => {
    expect(run(bad(50_000n * E8))).toMatchObject([
      { severity: 'high', summary: 'bad debt of 50000 USD', subject: { kind: 'account', id: marketKey('ann') } },
    ])
  })
  test('fires: on a pending transaction', () =>
    expect(bench(accountHealth()).block((w) => account(w, under), { pending: true })).toHaveLength(1))

  test('quiet: healthy, whatever its figures', () => expect(run({ ...bad(50_000n * E8), status: STATUS.healthy })).toEqual([]))
  test('quiet: it was told and did not get worse; told again after it was healthy', () => {
    const b = bench(accountHealth())
    const health = (values: Parameters<typeof account>[1]) => b.block((w) => account(w, values)).length
    expect([health(under), health(under), health({ ...under, healthE18: 98n * 10n ** 16n })]).toEqual([1, 0, 0])
    expect([health({ ...under, status: STATUS.healthy }), health(under)]).toEqual([0, 1])
  })
  test('edge: bad debt is told again once it is worse by a tenth, not a dollar before', () => {
    const b = bench(accountHealth())
    const told = (usd: bigint) => b.block((w) => account(w, bad(usd * E8))).length
    // each level is the bad debt and 2: 1,000 is told at 1,002, so the next is over 1,102.2
    expect([told(1_000n), told(1_100n), told(1_101n), told(1_000n), told(500n), told(1_101n)]).toEqual([1, 0, 1, 0, 0, 0])
  })
  test('bad debt is told of an account that was told to be under its threshold', () => {
    const b = bench(accountHealth())
    expect(b.block((w) => account(w, under))).toMatchObject([{ severity: 'info' }])
    expect(b.block((w) => account(w, bad(E8)))).toMatchObject([{ severity: 'low' }])
    expect(b.block((w) => account(w, under))).toEqual([])
    expect(b.block((w) => account(w, bad(E8)))).toMatchObject([{ severity: 'low' }])
  })

  test('edge: debt of exactly the dust limit counts, one unit less does not', () => {
    expect(run({ ...under, debtE8: 10n * E8 })).toHaveLength(1)
    expect(run({ ...under, debtE8: 10n * E8 - 1n })).toEqual([])
  })
  test('edge: exactly worth its debt is no bad debt, one unit less is', () => {
    expect(run({ ...under, collateralE8: 1_000n * E8 })).toMatchObject([{ severity: 'info' }])
    expect(run({ ...under, collateralE8: 1_000n * E8 - 1n })).toMatchObject([{ severity: 'low' }])
  })
  test('edge: bad debt is high from its limit on', () => {
    expect(run(bad(10_000n * E8))).toMatchObject([{ severity: 'high' }])
    expect(run(bad(10_000n * E8 - 1n))).toMatchObject([{ severity: 'low' }])
  })
  test('edge: no collateral at all, no health factor, and the greatest words there are', () => {
    expect(run({ status: STATUS.badDebt, debtE8: 20n * E8 })).toMatchObject([
      { severity: 'low', evidence: { collateralE8: 0n, healthE18: 0n } },
    ])
    const most = 2n ** 128n - 1n
    expect(run({ status: STATUS.badDebt, debtE8: most, healthE18: most })).toMatchObject([{ severity: 'high', evidence: { debtE8: most } }])
    expect(run({ status: 77, debtE8: 20n * E8, collateralE8: most })).toHaveLength(1)
  })

  test('accounts are told in order of row, whatever the order in which they fell', () => {
    const b = bench(accountHealth())
    b.block((w) => ['a', 'b', 'c'].map((name) => account(w, {}, name)))
    const fall = (w: World) => ['c', 'a'].map((name) => account(w, under, name))
    expect(b.block(fall).map((f) => f.subject.id)).toEqual([marketKey('a'), marketKey('c')])
  })

  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(accountHealth())
    b.block((w) => account(w))
    const before = b.world.store.dump()
    const first = b.block((w) => account(w, under))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block()).toEqual([])
    b.undo()
    expect(b.block((w) => account(w, under))).toEqual(first)
  })
})
