// What each emergency action leaves possible, tried on the real Aave v3.0: every cell of every effect row, carried out by the Guard.
import { type Address, type Hex, maxUint256 } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Contract } from '../../../lab/deploy/builder.ts'
import { entriesFor, QUORUM } from '../../../lab/deploy/guard.ts'
import { type AssetSymbol, SYMBOLS, units } from '../../../lab/market.ts'
import { AaveLab, type Send } from '../../../test/support/aave-lab.ts'
import { Fold } from '../../../test/support/fold.ts'
import type { EffectRow, GuardActionName } from '../../core/flow.ts'
import type { Protocol } from '../../state/protocol.ts'
import { createWorld, type World } from '../../state/world.ts'
import { ACTIONS } from './actions.ts'
import { aaveV3 } from './index.ts'

/** The asset acted on. Borrowable, and without stable borrowing, which would make `stopBorrowing` revert. */
const X: AssetSymbol = 'WETH'
const VARIABLE = 2n
const who = (n: number): Address => `0x${(0xeffec7000 + n).toString(16).padStart(40, '2')}`
const [provider, holder, mixed, debtor, newcomer, weak, weakDebtor, relayer, riskAdmin, emergencyAdmin, nobody] = Array.from(
  { length: 11 },
  (_, n) => who(n),
) as [Address, Address, Address, Address, Address, Address, Address, Address, Address, Address, Address]

let lab: AaveLab
let guard: Contract
let world: World
let protocol: Protocol
let market: number
const pool = (from: Address, fn: string, ...args: readonly unknown[]): Send => lab.pool(from, fn, ...args)
const supply = (from: Address, symbol: AssetSymbol, amount: number): Send =>
  pool(from, 'supply', lab.asset(symbol), units(symbol, amount), from, 0)
const borrow = (from: Address, symbol: AssetSymbol, amount: number): Send =>
  pool(from, 'borrow', lab.asset(symbol), units(symbol, amount), VARIABLE, 0, from)
const withdraw = (from: Address, symbol: AssetSymbol, amount: number): Send =>
  pool(from, 'withdraw', lab.asset(symbol), units(symbol, amount), from)
const liquidate = (collateral: AssetSymbol, debt: AssetSymbol, user: Address): Send =>
  pool(provider, 'liquidationCall', lab.asset(collateral), lab.asset(debt), user, maxUint256, false)

beforeAll(async () => {
  lab = await AaveLab.start()
  guard = await lab.deployGuard()
  const people = [provider, holder, mixed, debtor, newcomer, weak, weakDebtor, relayer, riskAdmin, emergencyAdmin, nobody]
  await lab.fund(people)
  const must = async (sends: readonly Send[]): Promise<void> => expect((await lab.mine(sends)).ok).not.toContain(false)
  for (const symbol of ['WETH', 'WBTC', 'USDC', 'DAI'] as const)
    await must(people.slice(0, 7).flatMap((p) => lab.endow(p, symbol, 1_000_000)))
  await must([
    supply(provider, 'WETH', 1000),
    supply(provider, 'USDC', 500_000),
    supply(provider, 'DAI', 500_000),
    supply(holder, 'WETH', 20),
  ])
  await must([
    supply(mixed, 'WETH', 10),
    supply(mixed, 'WBTC', 1),
    supply(debtor, 'USDC', 100_000),
    supply(weak, 'WETH', 10),
    supply(weakDebtor, 'WBTC', 1),
  ])
  await must([borrow(holder, 'USDC', 10_000), borrow(mixed, 'USDC', 10_000), borrow(debtor, 'WETH', 5), borrow(weak, 'USDC', 19_900)])
  await must([borrow(weakDebtor, 'WETH', 17.4)])
  const role = (fn: string, to: Address): Send => lab.call(lab.aave.acl, lab.admin, fn, [to])
  await must([role('addRiskAdmin', riskAdmin), role('addEmergencyAdmin', emergencyAdmin)])
  // both turn liquidatable, everybody else stays far from it
  await must([...lab.priceRound('WETH', 2380), ...lab.priceRound('WBTC', 52_500)])
  world = createWorld(31337)
  const { aave } = lab
  const tokens = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, lab.asset(symbol)]))
  const entries = entriesFor({
    pool: aave.pool.address,
    configurator: aave.configurator.address,
    dataProvider: aave.dataProvider.address,
    tokens,
  })
  protocol = aaveV3({ chainId: 31337, pool: aave.pool.address, guard: { entries } })
  const { number } = await lab.mine([])
  await new Fold(lab.anvil.rpc, world, [protocol]).feed(number)
  market = world.markets.find(`${aave.pool.address.toLowerCase()}:${lab.asset(X).toLowerCase()}`) as number
})
afterAll(() => lab?.stop())

type Cell = Exclude<keyof EffectRow, 'reversible' | 'role' | 'undoneBy'>

/** Every cell of the row, tried: does it go through now? */
async function possible(): Promise<Record<Cell, 'yes' | 'no'>> {
  const all = async (...sends: readonly Send[]): Promise<'yes' | 'no'> =>
    lab.aside(async () => {
      for (const send of sends) if ((await lab.mine([send])).ok[0] !== true) return 'no'
      return 'yes'
    })
  return {
    opensPosition: await all(supply(newcomer, X, 10), borrow(newcomer, 'DAI', 1000)),
    supplies: await all(supply(provider, X, 10)),
    borrowsOf: await all(borrow(debtor, X, 2)),
    borrowsAgainst: await all(borrow(holder, 'DAI', 1000)),
    withdraws: await all(withdraw(holder, X, 1)),
    withdrawsOther: await all(withdraw(mixed, 'WBTC', 0.1)),
    repays: await all(pool(debtor, 'repay', lab.asset(X), units(X, 1), VARIABLE, debtor)),
    liquidates: (await all(liquidate(X, 'USDC', weak))) === 'yes' && (await all(liquidate('WBTC', X, weakDebtor))) === 'yes' ? 'yes' : 'no',
  }
}

const configuration = (): Promise<Hex> =>
  lab.anvil.rpc.call<Hex>('eth_call', [
    { to: lab.aave.pool.address, data: lab.pool(nobody, 'getConfiguration', lab.asset(X)).data },
    'latest',
  ])

async function executeByGuard(action: GuardActionName): Promise<Hex> {
  const [step, ...more] = protocol.steps(world, action, market)
  if (step === undefined) throw new Error(`the venue offers no ${action}`)
  expect(more).toEqual([])
  const { ok } = await lab.mine([await lab.execute(guard, relayer, step, 0)])
  expect(ok).toEqual([true])
  return step.entry
}

describe('effect rows', () => {
  test('before any action everything is possible', async () => {
    expect(new Set(Object.values(await possible()))).toEqual(new Set(['yes']))
  })

  test.each(Object.keys(ACTIONS) as GuardActionName[])('%s: what it leaves possible, and back', async (action) => {
    const { reversible, role: _role, undoneBy: _undoneBy, ...cells } = ACTIONS[action].effect
    await lab.aside(async () => {
      const before = await configuration()
      const entry = await executeByGuard(action)
      expect(await configuration()).not.toBe(before)
      expect(await possible()).toEqual(cells)
      // after expiry anybody lifts it, in two calls: everything is as it was
      const subject = protocol.steps(world, action, market)[0]?.subject as Hex
      const lifts = [
        lab.call(guard, nobody, 'beginLift', [entry, subject, 0, 0n, 0n, '0x']),
        lab.call(guard, nobody, 'lift', [entry, subject]),
      ] as const
      expect((await lab.mine([lifts[0]], 700)).ok).toEqual([true])
      expect((await lab.mine([lifts[1]], QUORUM.liftGapS)).ok).toEqual([true])
      expect(await configuration()).toBe(before)
      expect(reversible).toBe(true)
    })
  })

  test.each(Object.keys(ACTIONS) as GuardActionName[])('%s: its role can do it and undo it, nobody else can', async (action) => {
    const { role, undoneBy } = ACTIONS[action].effect
    const { tighten, undo } = calls(action)
    const to = lab.aave.configurator.address
    const may = async (from: Address, data: Hex): Promise<boolean> => (await lab.tries({ from, to, data })) === 'yes'
    expect({
      risk: await may(riskAdmin, tighten),
      emergency: await may(emergencyAdmin, tighten),
      nobody: await may(nobody, tighten),
    }).toEqual({
      risk: role === 'RISK_ADMIN',
      emergency: role === 'EMERGENCY_ADMIN',
      nobody: false,
    })
    await lab.aside(async () => {
      expect((await lab.mine([{ from: role === 'RISK_ADMIN' ? riskAdmin : emergencyAdmin, to, data: tighten }])).ok).toEqual([true])
      const undone = {
        risk: await may(riskAdmin, undo),
        emergency: await may(emergencyAdmin, undo),
        pool: await may(lab.admin, undo),
        nobody: await may(nobody, undo),
      }
      expect(undone).toEqual({
        risk: undoneBy.includes('RISK_ADMIN'),
        emergency: undoneBy.includes('EMERGENCY_ADMIN'),
        pool: undoneBy.includes('POOL_ADMIN'),
        nobody: false,
      })
    })
  })

  test('stopBorrowingAgainst binds other collateral of mixed accounts, until they give X up as collateral', async () => {
    await lab.aside(async () => {
      await executeByGuard('stopBorrowingAgainst')
      const other = withdraw(mixed, 'WBTC', 0.1)
      expect(await lab.tries(other)).toContain('57') // LTV_VALIDATION_FAILED
      await lab.aside(async () => {
        expect((await lab.mine([pool(mixed, 'setUserUseReserveAsCollateral', lab.asset(X), false)])).ok).toEqual([true])
        expect(await lab.tries(other)).toBe('yes')
      })
      await lab.aside(async () => {
        expect((await lab.mine([pool(mixed, 'withdraw', lab.asset(X), maxUint256, mixed)])).ok).toEqual([true])
        expect(await lab.tries(other)).toBe('yes')
      })
      // but not if the account's health needs X
      expect(await lab.tries(pool(holder, 'setUserUseReserveAsCollateral', lab.asset(X), false))).toContain('35') // HEALTH_FACTOR_LOWER_THAN...
    })
  })

  test('stopBorrowing is refused while the asset has stable borrowing: the Guard then reverts wholly', async () => {
    const usdc = world.markets.find(`${lab.aave.pool.address.toLowerCase()}:${lab.asset('USDC').toLowerCase()}`) as number
    const step = protocol.steps(world, 'stopBorrowing', usdc)[0]
    if (step === undefined) throw new Error('no step')
    expect((await lab.mine([await lab.execute(guard, relayer, step, 0)])).ok).toEqual([false])
  })

  test('caps exist per asset: steps name the entry of that asset alone', () => {
    expect(protocol.steps(world, 'supplyCap', market)).toHaveLength(1)
    expect(protocol.steps(world, 'supplyCap', 999)).toEqual([])
    expect(Object.keys(protocol.actions).sort()).toEqual(Object.keys(ACTIONS).sort())
  })
})

/** The configurator's calls behind an action and back. */
function calls(action: GuardActionName): { readonly tighten: Hex; readonly undo: Hex } {
  const call = (functionName: string, ...args: readonly unknown[]): Hex => lab.config(functionName, lab.asset(X), ...args).data
  switch (action) {
    case 'stopBorrowingAgainst':
      return {
        tighten: call('configureReserveAsCollateral', 0, 8250, 10_500),
        undo: call('configureReserveAsCollateral', 8000, 8250, 10_500),
      }
    case 'stopBorrowing':
      return { tighten: call('setReserveBorrowing', false), undo: call('setReserveBorrowing', true) }
    case 'freeze':
      return { tighten: call('setReserveFreeze', true), undo: call('setReserveFreeze', false) }
    case 'reservePause':
      return { tighten: call('setReservePause', true), undo: call('setReservePause', false) }
    case 'supplyCap':
      return { tighten: call('setSupplyCap', 1100), undo: call('setSupplyCap', 12_000) }
    case 'borrowCap':
      return { tighten: call('setBorrowCap', 30), undo: call('setBorrowCap', 9000) }
  }
}
