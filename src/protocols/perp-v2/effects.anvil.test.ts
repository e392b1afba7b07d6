// What each emergency action leaves possible, tried on the real Perp v2: every cell of every effect row, by the owning Safe and by the Guard.
import { encodeFunctionData, type Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Contract } from '../../../lab/deploy/builder.ts'
import { ceilTick } from '../../../lab/deploy/perp.ts'
import { Fold } from '../../../test/support/fold.ts'
import type { EffectRow, PerpActionName } from '../../core/flow.ts'
import type { Protocol } from '../../state/protocol.ts'
import { createWorld, type World } from '../../state/world.ts'
import { ACTIONS } from './actions.ts'
import type { PerpGuardEntry } from './entries.ts'
import { perpV2 } from './index.ts'
import { E6, e18, type PerpCall, PerpLab } from './perp.builders.ts'
import { SafeOwner } from './perp-safe.builders.ts'

const SIDE_USD = 1_000_000
const NAMES = Object.keys(ACTIONS) as readonly PerpActionName[]
const BY_GUARD = ['stopSwaps', 'tightenSpread', 'capFunding', 'stopDeposits'] as const

let lab: PerpLab
let owner: SafeOwner
let guard: Contract
let entries: readonly PerpGuardEntry[]
let world: World
let protocol: Protocol
const low = (address: string): Hex => address.toLowerCase() as Hex

/** Who the trader of a number is. */
const [LIQUIDATOR, WEAK, LONG, SHORT, NEWCOMER, NOBODY] = [0, 1, 2, 3, 4, 5]
const who = (n: number | undefined) => lab.trader(n ?? 0)

beforeAll(async () => {
  lab = await PerpLab.start([{ symbol: 'ETH', priceUsd: 2_000, sideUsd: SIDE_USD }])
  owner = await SafeOwner.of(lab)
  ;({ guard, entries } = await owner.deployGuard())
  const must = async (calls: readonly PerpCall[]): Promise<void> =>
    expect((await lab.block(calls)).map(({ status }) => status)).toEqual(calls.map(() => '0x1'))
  await must([
    lab.deposit(who(LIQUIDATOR), 500_000n * E6),
    lab.deposit(who(WEAK), 3_000n * E6),
    lab.deposit(who(LONG), 50_000n * E6),
    lab.deposit(who(SHORT), 50_000n * E6),
    lab.deposit(who(NEWCOMER), 50_000n * E6),
  ])
  await must([lab.open(who(WEAK), false, e18(26_000)), lab.open(who(LONG), false, e18(10_000)), lab.open(who(SHORT), true, e18(5))])
  // the pool falls with the index, until the averages have followed and one account is under its requirement
  for (let usd = 1_980; usd >= 1_820; usd -= 40) {
    await lab.price(usd)
    const spot = (root: bigint): number => (Number(root) / 2 ** 96) ** 2
    const root = await lab.ask<bigint>(lab.contracts.exchange, 'getSqrtMarketTwapX96', [lab.market().baseToken, 0])
    const base = (SIDE_USD / usd) * (spot(root) / usd - 1) * 1.9
    if (base > 0.1) await must([lab.open(who(LIQUIDATOR), true, e18(base))])
    await lab.wait(600)
  }
  await lab.price(1_820)
  await lab.wait(900)
  const { d } = lab
  const markets = d.markets.map(({ symbol, baseToken }) => ({ name: symbol, baseToken }))
  protocol = perpV2({ chainId: 31337, clearingHouse: d.clearingHouse, markets, guard: { entries } })
  world = createWorld(31337)
  await new Fold(lab.anvil.rpc, world, [protocol]).feed((await lab.b.head()).number)
}, 60_000)
afterAll(() => lab?.anvil.stop())

type Cell = Exclude<keyof EffectRow, 'reversible' | 'role' | 'undoneBy'>

/** Every cell of the row, tried both ways where there are two: yes if all of them go through now. */
async function possible(): Promise<Record<Cell, 'yes' | 'no'>> {
  const all = async (...calls: readonly PerpCall[]): Promise<'yes' | 'no'> => {
    const said = await Promise.all(calls.map(({ from, contract, functionName, args }) => lab.tries(from, contract, functionName, args)))
    return said.every((word) => word === 'yes') ? 'yes' : 'no'
  }
  const middle = Math.round(Math.log(1_820) / Math.log(1.0001))
  const first = Math.round(Math.log(2_000) / Math.log(1.0001))
  return {
    opensPosition: await all(lab.open(who(NEWCOMER), false, e18(5_000)), lab.open(who(NEWCOMER), true, e18(2))),
    supplies: await all(lab.deposit(who(LONG), 100n * E6)),
    borrowsOf: await all(lab.addLiquidity(lab.d.maker, ceilTick(middle - 2_000), ceilTick(middle + 2_000), 1_000)),
    borrowsAgainst: await all(lab.open(who(LONG), false, e18(1_000)), lab.open(who(SHORT), true, e18(1))),
    withdraws: await all(lab.withdraw(who(LONG), 100n * E6)),
    withdrawsOther: await all(lab.removeLiquidity(lab.d.maker, ceilTick(first - 6_000), ceilTick(first + 6_000), e18(1))),
    repays: await all(lab.close(who(LONG)), lab.close(who(SHORT))),
    liquidates: await all(lab.liquidate(who(LIQUIDATOR), who(WEAK))),
  }
}

/** What the owner calls for an action, and to take it back. */
function calls(action: PerpActionName): { readonly to: Contract; readonly tighten: Hex; readonly undo: Hex | undefined } {
  const { clearingHouse, vault, exchange, registry, config, base } = lab.contracts
  const { baseToken } = lab.market()
  const data = ({ abi }: Contract, functionName: string, ...args: readonly unknown[]): Hex =>
    encodeFunctionData({ abi, functionName, args })
  const set = (to: Contract, name: string, before: readonly unknown[], after: readonly unknown[]) => ({
    to,
    tighten: data(to, name, ...after),
    undo: data(to, name, ...before),
  })
  switch (action) {
    case 'pauseClearingHouse':
      return { to: clearingHouse, tighten: data(clearingHouse, 'pause'), undo: data(clearingHouse, 'unpause') }
    case 'pauseVault':
      return { to: vault, tighten: data(vault, 'pause'), undo: data(vault, 'unpause') }
    case 'pauseMarket':
      return { to: base(lab.market()), tighten: data(base(lab.market()), 'pause'), undo: undefined }
    case 'stopSwaps':
      return set(exchange, 'setMaxTickCrossedWithinBlock', [baseToken, 1_000], [baseToken, 0])
    case 'tightenSpread':
      return set(registry, 'setMarketMaxPriceSpreadRatio', [baseToken, 100_000], [baseToken, 1])
    case 'capFunding':
      return set(config, 'setMaxFundingRate', [100_000], [10_000])
    case 'stopDeposits':
      return set(config, 'setSettlementTokenBalanceCap', [10n ** 15n], [0n])
  }
}

const cellsOf = (action: PerpActionName): Record<Cell, 'yes' | 'no'> => {
  const { reversible: _reversible, role: _role, undoneBy: _undoneBy, ...cells } = ACTIONS[action].effect
  return cells
}
const OPEN = Object.fromEntries(Object.keys(cellsOf('capFunding')).map((cell) => [cell, 'yes']))

describe('effect rows', () => {
  test('before any action everything is possible', async () => {
    expect(await possible()).toEqual(OPEN)
  })

  test.each(NAMES)('%s: what it leaves possible, and back, by the owner alone', async (action) => {
    const { to, tighten, undo } = calls(action)
    const { reversible, role, undoneBy } = ACTIONS[action].effect
    const may = async (from: Hex, data: Hex): Promise<boolean> => {
      const [answer] = await lab.anvil.rpc.batch([{ method: 'eth_call', params: [{ from, to: to.address, data }, 'latest'] }])
      return typeof answer === 'string'
    }
    await owner.aside(async () => {
      expect([await may(owner.safe, tighten), await may(who(NOBODY), tighten), await may(lab.d.owner, tighten)]).toEqual([
        true,
        false,
        false,
      ])
      await owner.does(to.address, tighten)
      expect(await possible()).toEqual(cellsOf(action))
      expect([role, reversible, undoneBy]).toEqual(['OWNER', undo !== undefined, undo ? ['OWNER'] : []])
      if (undo === undefined) return
      expect([await may(owner.safe, undo), await may(who(NOBODY), undo)]).toEqual([true, false])
      await owner.does(to.address, undo)
      expect(await possible()).toEqual(OPEN)
    })
  })

  test('pauseMarket has no way back: not even the owner can open it again', async () => {
    await owner.aside(async () => {
      const base = lab.contracts.base(lab.market())
      expect(base.abi.filter((item) => 'name' in item && /^(unpause|open|reopen)$/.test(item.name ?? ''))).toEqual([])
      const { to, tighten } = calls('pauseMarket')
      await owner.does(to.address, tighten)
      expect(await lab.tries(owner.safe, base, 'pause')).toContain('BT_NO')
      expect(await lab.ask(base, 'isPaused')).toBe(true)
      expect(await lab.tries(who(LONG), lab.contracts.clearingHouse, 'quitMarket', [who(LONG), base.address])).toContain('CH_MNC')
      // anyone closes it after five days; then positions are settled at the index of when it was paused
      await lab.wait(5 * 86_400 + 60)
      const { abi, address } = base
      const anyone = {
        address,
        abi: abi.filter((item) => !('name' in item && item.name === 'close') || ('inputs' in item && item.inputs?.length === 0)),
      }
      expect((await lab.block([{ from: who(NOBODY), contract: anyone, functionName: 'close', args: [] }]))[0]?.status).toBe('0x1')
      expect(await lab.tries(who(LONG), lab.contracts.clearingHouse, 'quitMarket', [who(LONG), address])).toBe('yes')
    })
  })

  test('tightenSpread lets through what brings the pool nearer to the index, and closings of that kind', async () => {
    await owner.aside(async () => {
      await lab.price(1_760)
      const { to, tighten } = calls('tightenSpread')
      await owner.does(to.address, tighten)
      const tries = ({ from, contract, functionName, args }: PerpCall) => lab.tries(from, contract, functionName, args)
      expect(await tries(lab.open(who(NEWCOMER), true, e18(1)))).toBe('yes')
      expect(await tries(lab.close(who(LONG)))).toBe('yes')
      expect(await tries(lab.open(who(NEWCOMER), false, e18(1_000)))).toContain('EX_OPB')
      expect(await tries(lab.close(who(SHORT)))).toContain('EX_OPB')
    })
  })
})

describe('Guard entries', () => {
  test.each(BY_GUARD)('%s: through the Safe’s route, the same row, and lifted to what it was', async (action) => {
    await owner.aside(async () => {
      const market = world.perpMarkets.find(`${low(lab.d.clearingHouse)}:${low(lab.market().baseToken)}`) as number
      const [step, ...more] = protocol.steps(world, action, market)
      if (step === undefined) throw new Error(`the venue offers no ${action}`)
      expect(more).toEqual([])
      const { entry } = entries.find((e) => e.action === action) as PerpGuardEntry
      const { getter } = entry
      const subject = getter.withSubject ? step.subject.slice(2) : ''
      const now = (): Promise<Hex> =>
        lab.anvil.rpc.call<Hex>('eth_call', [{ to: getter.target, data: `${getter.selector}${subject}` }, 'latest'])
      const before = await now()
      // 125,000 to 150,000 when this was written
      expect(await owner.execute(guard, step)).toBeLessThan(170_000)
      expect(BigInt(await now())).toBe(entry.steps[0]?.value)
      expect(await possible()).toEqual(cellsOf(action))
      expect(await owner.lift(guard, step)).toEqual([true, true])
      expect(await now()).toBe(before)
    })
  })

  test('what a venue offers is what governance has added; other markets have no step', () => {
    expect(Object.keys(protocol.actions).sort()).toEqual([...BY_GUARD].sort())
    expect(protocol.steps(world, 'pauseMarket', 0)).toEqual([])
    expect(protocol.steps(world, 'stopSwaps', 999)).toEqual([])
  })
})
