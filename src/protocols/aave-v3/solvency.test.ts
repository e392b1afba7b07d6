import { describe, expect, test } from 'vitest'
import { account, bench, flow, market, venue } from '../../../test/builders.ts'
import { FLOW } from '../../state/tables.ts'
import { positionRow, SIDE } from './keys.ts'
import { keepSolvency } from './solvency.ts'

const E8 = 100_000_000n

function setting() {
  const b = bench()
  venue(b.world)
  market(b.world, 'USDC')
  const set = (name: string, collateral: bigint, debt: bigint, status: number): number =>
    account(b.world, { collateralE8: collateral * E8, debtE8: debt * E8, status }, name)
  const block = (write: () => readonly number[], liquidated = false): readonly [number, number, number] => {
    b.block((w) => {
      if (liquidated) flow(w, FLOW.liquidation, 100)
      keepSolvency(w, 0, write())
    })
    const { badDebtUsd, liquidatableUsd, unattendedBlocks } = b.world.venues.at(0)
    return [badDebtUsd, liquidatableUsd, unattendedBlocks]
  }
  return { ...b, set, block }
}

describe('solvency of a pool', () => {
  test('debt above collateral, and debt that can be liquidated, summed as accounts change', () => {
    const { block, set } = setting()
    expect(block(() => [set('ann', 1_000n, 900n, 1), set('bob', 1_000n, 1_300n, 2), set('cyd', 1_000n, 10n, 0)])).toEqual([300, 900, 1])
    expect(block(() => [set('ann', 1_000n, 1_100n, 2)])).toEqual([400, 0, 0])
    expect(block(() => [set('ann', 1_000n, 0n, 0), set('bob', 0n, 0n, 0)])).toEqual([0, 0, 0])
  })
  test('edge: who owes under 100 USD does not count', () => {
    const { block, set } = setting()
    expect(block(() => [set('ann', 100n, 99n, 1), set('bob', 100n, 100n, 1)])).toEqual([0, 100, 1])
  })
  test('unattended: blocks in a row without any liquidation', () => {
    const { block, set } = setting()
    block(() => [set('ann', 1_000n, 900n, 1)])
    expect(block(() => [])[2]).toBe(2)
    expect(block(() => [], true)[2]).toBe(0)
    expect(block(() => [])[2]).toBe(1)
  })
  test('nobody is missed while a paused market keeps every such account from being liquidated; one elsewhere excuses nothing', () => {
    const { block, set, world } = setting()
    const other = market(world, 'DAI')
    let ann = -1
    block(() => {
      ann = set('ann', 1_000n, 900n, 1)
      positionRow(world, ann, 0, SIDE.collateral)
      return [ann]
    })
    world.markets.columns.paused.set(other, 1)
    expect(block(() => [])[2]).toBe(2)
    world.markets.columns.paused.set(0, 1)
    expect(block(() => [])).toEqual([0, 900, 0])
    block(() => [set('bob', 1_000n, 900n, 1)])
    expect(block(() => [])[2]).toBe(2)
  })
  test('undo takes the sums back', () => {
    const { block, set, undo, world } = setting()
    block(() => [set('ann', 1_000n, 900n, 1)])
    block(() => [set('ann', 800n, 900n, 2)])
    undo()
    expect(world.venues.at(0)).toMatchObject({ badDebtUsd: 0, liquidatableUsd: 900, unattendedBlocks: 1 })
    expect(block(() => [set('ann', 850n, 900n, 2)])).toEqual([50, 0, 0])
  })
})
