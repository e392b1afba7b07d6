import { describe, expect, test } from 'vitest'
import { bench, market, marketKey } from '../../test/builders.ts'
import { RAY } from '../core/exact.ts'
import type { World } from '../state/world.ts'
import { marketInit } from './market-init.ts'

type Values = NonNullable<Parameters<typeof market>[2]>
const write = (values: Values) => (w: World) => market(w, 'NEW', { decimals: 6, liquidityIndex: RAY, suppliedUsd: 0, ...values })
const run = (...steps: readonly Values[]) => {
  const b = bench(marketInit())
  return steps.map((values) => b.block(write(values)))
}

describe('market-init', () => {
  test('fires: Radiant in three blocks: listed, a dust supply, an index pushed by flash loans', () => {
    const found = run({}, { scaledSupply: 1n, cash: 1n }, { scaledSupply: 1n, cash: 1n, liquidityIndex: 271n * RAY })
    expect(found.flat()).toMatchObject([
      { severity: 'low', summary: 'open for loans while nothing is supplied', subject: { kind: 'market', id: marketKey('NEW') } },
      { severity: 'medium', summary: 'open with 1 units supplied: the first supplier may round it' },
      {
        severity: 'critical',
        source: 'pool',
        summary: 'almost empty, and its index was pushed: one unit supplied stands for more than was supplied',
      },
    ])
  })
  test('fires: cash that was given to it', () => {
    const [, found] = run({ scaledSupply: 2n, cash: 2n }, { scaledSupply: 2n, cash: 1_000_000n })
    expect(found).toMatchObject([{ severity: 'critical', evidence: { level: 3 } }])
  })
  test('quiet: a market with supply, one that is closed, one that was told', () => {
    expect(run({ scaledSupply: 10n ** 12n, cash: 10n ** 12n }).flat()).toEqual([])
    for (const closed of [{ active: 0 }, { frozen: 1 }, { paused: 1 }, { ltvBps: 0, borrowing: 0 }] as const)
      expect(run(closed).flat()).toEqual([])
    expect(run({}, { price: 2 }, { price: 3 }).flat()).toHaveLength(1)
  })
  test('quiet: an old index over 1 is no push; filled and emptied, it begins anew', () => {
    const old = { liquidityIndex: (3n * RAY) / 2n }
    expect(run(old, { ...old, scaledSupply: 1n, cash: 1n })[1]).toMatchObject([{ severity: 'medium' }])
    const [, filled, empty] = run({}, { scaledSupply: 10n ** 9n, cash: 10n ** 9n }, { scaledSupply: 0n, cash: 0n })
    expect([filled, empty?.length]).toEqual([[], 1])
  })
  test('edge: a thousandth of a token is supply, one unit less is not', () => {
    expect([run({ scaledSupply: 1_000n, cash: 1_000n })[0]?.length, run({ scaledSupply: 999n, cash: 999n })[0]?.length]).toEqual([0, 1])
  })
  test('edge: an index exactly 100 bps up is interest, one unit more is a push; ten times the cash is none', () => {
    const at = (extra: bigint) => run({}, { scaledSupply: 1n, liquidityIndex: (RAY * 101n) / 100n + extra })[1]?.[0]?.severity
    expect([at(0n), at(RAY / 1_000n)]).toEqual(['medium', 'critical'])
    const cash = (held: bigint) => run({ scaledSupply: 9n, cash: held })[0]?.[0]?.severity
    expect([cash(100n), cash(101n)]).toEqual(['medium', 'critical'])
  })
  test('quiet: no units, but a supply in dollars: figures of another moment', () => {
    expect(run({ suppliedUsd: 1_001 }).flat()).toEqual([])
    expect(run({ suppliedUsd: 1_000 }).flat()).toHaveLength(1)
  })
  test('edge: decimals out of this world never throw', () => {
    run({ decimals: 2 ** 32 - 1, scaledSupply: 1n, liquidityIndex: 0n, cash: 2n ** 255n })
  })
  test('undo: back to before, then the same block, the same finding', () => {
    const b = bench(marketInit())
    b.block(write({}))
    const before = b.world.store.dump()
    const first = b.block(write({ scaledSupply: 1n, cash: 50n }))
    expect(first).toHaveLength(1)
    b.undo()
    expect(b.world.store.dump()).toEqual(before)
    expect(b.block(write({ scaledSupply: 10n ** 9n, cash: 10n ** 9n }))).toEqual([])
    b.undo()
    expect(b.block(write({ scaledSupply: 1n, cash: 50n }))).toEqual(first)
  })
})
