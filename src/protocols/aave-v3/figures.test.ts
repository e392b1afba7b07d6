import { describe, expect, test } from 'vitest'
import { MAX_UINT256, RAY } from '../../core/exact.ts'
import { createWorld, type World } from '../../state/world.ts'
import { countAged, ripen } from './ageing.ts'
import { accountData } from './health.ts'
import { compoundedInterest, linearInterest } from './interest.ts'
import { accountRow, positionRow, SIDE, type Side, setCollateral } from './keys.ts'

const POOL = '0x0000000000000000000000000000000000000001'
const DAY_S = 86_400

function market(
  world: World,
  name: string,
  over: { price?: bigint; decimals?: number; ltv?: number; threshold?: number; eMode?: number } = {},
): number {
  const row = world.markets.rowOf(`${POOL}:${name}`)
  const { columns } = world.markets
  columns.venue.set(row, 1)
  columns.priceE8.set(row, over.price ?? 10n ** 8n)
  columns.price.set(row, Number(over.price ?? 10n ** 8n) / 1e8)
  columns.decimals.set(row, over.decimals ?? 18)
  columns.ltvBps.set(row, over.ltv ?? 8000)
  columns.thresholdBps.set(row, over.threshold ?? 8250)
  columns.eMode.set(row, over.eMode ?? 0)
  columns.liquidityIndex.set(row, RAY)
  columns.variableIndex.set(row, RAY)
  return row
}
function empty(): World {
  const world = createWorld(1)
  world.venues.rowOf(POOL)
  return world
}
function position(world: World, account: number, inMarket: number, over: { supply?: bigint; debt?: bigint; collateral?: boolean }): void {
  const put = (side: Side, amount: bigint): void => world.positions.columns.amount.set(positionRow(world, account, inMarket, side), amount)
  if (over.supply !== undefined) put(SIDE.supply, over.supply)
  if (over.debt !== undefined) put(SIDE.variable, over.debt)
  if (over.collateral !== undefined) setCollateral(world, account, inMarket, over.collateral)
}

describe('interest, by the vectors of MathUtils', () => {
  test('none at once; linear is simple; compounded is the third-order series', () => {
    expect(linearInterest(RAY / 10n, 0, 0)).toBe(RAY)
    expect(linearInterest(RAY / 10n, 0, 31_536_000)).toBe(RAY + RAY / 10n)
    expect(compoundedInterest(RAY / 10n, 5, 5)).toBe(RAY)
    // one second: only the first term; rate / year floored
    expect(compoundedInterest(RAY / 10n, 0, 1)).toBe(RAY + 10n ** 26n / 31_536_000n)
    // a year at 10 %: 1 + 0.1 + 0.005 + 0.000162: the third power per second is floored to 31 of 31.9
    const year = Number(compoundedInterest(RAY / 10n, 0, 31_536_000)) / 1e27
    expect(year).toBeGreaterThan(1.105162)
    expect(year).toBeLessThan(1.1051621)
  })
})

describe('accountData', () => {
  test('an empty account has no debt and infinite health', () => {
    const world = empty()
    const account = accountRow(world, POOL, 0, '0x02', 0)
    expect(accountData(world, account, 10)).toEqual({
      collateralE8: 0n,
      debtE8: 0n,
      availableE8: 0n,
      thresholdBps: 0n,
      ltvBps: 0n,
      healthE18: MAX_UINT256,
    })
  })

  test('averages are floored, products half up: 1/3 and 2/3 of two thresholds', () => {
    const world = empty()
    const account = accountRow(world, POOL, 0, '0x02', 0)
    const [a, b] = [market(world, 'a', { threshold: 8000, ltv: 7500 }), market(world, 'b', { threshold: 7001, ltv: 6001 })]
    position(world, account, a, { supply: 10n ** 18n, collateral: true })
    position(world, account, b, { supply: 2n * 10n ** 18n, collateral: true, debt: 10n ** 18n })
    // (8000 + 2 x 7001) / 3 = 7334.0; (7500 + 2 x 6001) / 3 = 6500.67
    expect(accountData(world, account, 0)).toEqual({
      collateralE8: 3n * 10n ** 8n,
      debtE8: 10n ** 8n,
      thresholdBps: 7334n,
      ltvBps: 6500n,
      availableE8: 195_000_000n - 10n ** 8n,
      healthE18: 2_200_200_000_000_000_000n,
    })
  })

  test('supply that is not collateral, and an asset without threshold, count for nothing; without LTV it still carries its threshold', () => {
    const world = empty()
    const account = accountRow(world, POOL, 0, '0x02', 0)
    position(world, account, market(world, 'idle'), { supply: 10n ** 18n, collateral: false })
    position(world, account, market(world, 'none', { threshold: 0 }), { supply: 10n ** 18n, collateral: true })
    position(world, account, market(world, 'zero', { ltv: 0, threshold: 8000 }), { supply: 10n ** 18n, collateral: true })
    expect(accountData(world, account, 0)).toMatchObject({ collateralE8: 10n ** 8n, thresholdBps: 8000n, ltvBps: 0n, availableE8: 0n })
  })

  test('debts at both rates in one market are added up before they are divided', () => {
    const world = empty()
    const account = accountRow(world, POOL, 0, '0x02', 0)
    const half = market(world, 'half')
    position(world, account, half, { debt: 5n * 10n ** 9n })
    world.positions.columns.amount.set(positionRow(world, account, half, SIDE.stable), 5n * 10n ** 9n)
    // half a unit of the base currency each: nothing by itself, one together
    expect(accountData(world, account, 0)).toMatchObject({ debtE8: 1n })
  })

  test('e-mode: its factors for its assets, its price if it has a source', () => {
    const world = empty()
    const account = accountRow(world, POOL, 0, '0x02', 0)
    position(world, account, market(world, 'in', { eMode: 3 }), { supply: 10n ** 18n, collateral: true })
    position(world, account, market(world, 'out'), { supply: 10n ** 18n, collateral: true })
    const mode = world.eModes.rowOf(`${POOL}:3`)
    world.eModes.columns.ltvBps.set(mode, 9000)
    world.eModes.columns.thresholdBps.set(mode, 9500)
    expect(accountData(world, account, 0)).toMatchObject({ thresholdBps: 8250n })
    world.accounts.columns.eMode.set(account, 3)
    expect(accountData(world, account, 0)).toMatchObject({ collateralE8: 2n * 10n ** 8n, thresholdBps: 8875n, ltvBps: 8500n })
    world.eModes.columns.priceE8.set(mode, 3n * 10n ** 8n)
    expect(accountData(world, account, 0)).toMatchObject({ collateralE8: 2n * 10n ** 8n })
    world.eModes.columns.priceSource.set(mode, 9n)
    expect(accountData(world, account, 0)).toMatchObject({ collateralE8: 4n * 10n ** 8n })
  })
})

describe('aged accounts', () => {
  test('count at seven days, not a second before, and follow their positions', () => {
    const world = empty()
    const [a, b] = [market(world, 'a'), market(world, 'b')]
    const [old, young] = [accountRow(world, POOL, 0, '0x02', 1000), accountRow(world, POOL, 0, '0x03', 2000)]
    for (const account of [old, young]) position(world, account, a, { supply: 1n, collateral: true })
    const counts = (row: number): readonly number[] => {
      const { agedSuppliers, agedIndebted, agedMixed, agedBorrowers } = world.markets.at(row)
      return [agedSuppliers, agedIndebted, agedMixed, agedBorrowers]
    }
    const at = (timeS: number, ...changed: readonly number[]): void => {
      for (const account of [...ripen(world, POOL, 0, timeS), ...changed]) countAged(world, account)
    }
    at(1000 + 7 * DAY_S - 1, old, young)
    expect(counts(a)).toEqual([0, 0, 0, 0])
    at(1000 + 7 * DAY_S)
    expect(counts(a)).toEqual([1, 0, 0, 0])
    position(world, old, b, { debt: 5n })
    at(1000 + 7 * DAY_S, old)
    expect([counts(a), counts(b)]).toEqual([
      [1, 1, 0, 0],
      [0, 0, 0, 1],
    ])
    position(world, old, b, { supply: 5n, collateral: true })
    at(1000 + 7 * DAY_S, old)
    expect([counts(a), counts(b)]).toEqual([
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ])
    at(2000 + 7 * DAY_S)
    expect(counts(a)).toEqual([2, 1, 1, 0])
    position(world, old, b, { debt: 0n })
    position(world, old, a, { collateral: false })
    at(3000 + 7 * DAY_S, old)
    expect([counts(a), counts(b)]).toEqual([
      [1, 0, 0, 0],
      [1, 0, 0, 0],
    ])
  })
})
