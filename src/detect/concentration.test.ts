import { describe, expect, test } from 'vitest'
import { account, bench, market, marketKey, put } from '../../test/builders.ts'
import { legOf, SIDE, type Side } from '../state/legs.ts'
import type { World } from '../state/world.ts'
import { concentration } from './concentration.ts'

type Values = NonNullable<Parameters<typeof market>[2]>
/** Ann has `amount` of XVS's 1,000 shares, worth 10 m in all. */
const write =
  (amount: bigint, values: Values = {}, side: Side = SIDE.collateral, debtE8 = 5n) =>
  (w: World) => {
    const row = market(w, 'XVS', { scaledSupply: 1_000n, scaledDebt: 1_000n, pools: 1, depthUsd: 2_000_000, ...values })
    const ann = account(w, { debtE8 })
    const position = w.positions.count === 0 ? put(w.positions, undefined, {}) : 0
    w.positions.columns.leg.set(position, legOf(row, side))
    w.positions.columns.amount.set(position, amount)
    w.accounts.columns.firstPosition.set(ann, position + 1)
    w.accounts.columns.eMode.set(ann, Number(amount % 200n)) // so that the row is touched
  }
const run = (...input: Parameters<typeof write>) => bench(concentration()).block(write(...input))

describe('concentration', () => {
  test('fires: four fifths of a collateral in one account in debt, more than pools absorb', () => {
    expect(run(800n)).toMatchObject([
      {
        severity: 'medium',
        source: 'accounts',
        subject: { kind: 'account', id: marketKey('ann') },
        summary: `one account has 80 % of ${marketKey('XVS')}, 8000000 USD; pools absorb 2000000`,
      },
    ])
  })
  test('fires: most of a debt; low where no pool is watched', () => {
    expect(run(800n, {}, SIDE.variable)).toMatchObject([{ evidence: { side: 'debt', usd: 1_600_000 } }])
    expect(run(800n, { pools: 0 })).toMatchObject([{ severity: 'low' }])
  })
  test('told again only when much worse, and anew after it was over', () => {
    const b = bench(concentration())
    const at = (amount: bigint) => b.block(write(amount)).length
    expect([at(510n), at(611n), at(613n), at(700n), at(400n), at(511n)]).toEqual([1, 0, 1, 0, 0, 1])
  })
  test('quiet: no debt; supplied without being collateral; deep pools; small without pools', () => {
    expect(run(800n, {}, SIDE.collateral, 0n)).toEqual([])
    expect(run(800n, {}, SIDE.supply)).toEqual([])
    expect(run(800n, { depthUsd: 20_000_000 })).toEqual([])
    expect(run(800n, { pools: 0, suppliedUsd: 1_000_000 })).toEqual([])
  })
  test('edge: exactly half is quiet, one unit more fires; the same of half the depth', () => {
    expect([run(500n).length, run(501n).length]).toEqual([0, 1])
    expect([run(800n, { depthUsd: 16_000_000 }).length, run(800n, { depthUsd: 15_999_999 }).length]).toEqual([0, 1])
  })
  test('edge: more than there is, markets that are not there', () => {
    expect(run(1_001n)).toEqual([])
    expect(
      bench(concentration()).block((w) => {
        account(w, { debtE8: 1n, firstPosition: 1 })
        put(w.positions, undefined, { leg: 2 ** 32 - 1, amount: 5n, next: 1 })
      }),
    ).toEqual([])
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(concentration())
    b.block(write(100n))
    const before = b.world.store.dump()
    const first = b.block(write(800n))
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    b.block(write(101n))
    b.undo()
    expect(b.block(write(800n))).toEqual(first)
  })
})
