// What governance may do to a pool under our eyes, on the real contracts: prices that vanish, another oracle, a new reserve; and what we
// do not know: a pool watched too late, tables that are wrong, a revision that nobody told us of.
import { type Address, type Hex, zeroAddress } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aaveArtifact } from '../../../lab/deploy/artifacts.ts'
import type { Contract } from '../../../lab/deploy/builder.ts'
import { SYMBOLS, units } from '../../../lab/market.ts'
import { AaveLab, type Send } from '../../../test/support/aave-lab.ts'
import { callsAt, Fold } from '../../../test/support/fold.ts'
import { UnknownRevisionError } from '../../core/errors.ts'
import { addressOf, callOf, hex32, wordAt, wordsOf } from '../../core/words.ts'
import { nameAccounts } from '../../state/named-accounts.ts'
import { Answers } from '../../state/protocol.ts'
import { BLIND_REASONS } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { VIEW } from './abi.ts'
import { HealthAt } from './health.ts'
import { aaveV3 } from './index.ts'
import { positionRow, SIDE } from './keys.ts'

const CHAIN_ID = 31337
const [alice, bob] = ['0x00000000000000000000000000000000a11ce001', '0x0000000000000000000000000000000000b0b001'] as const as readonly [
  Address,
  Address,
]

let lab: AaveLab
let pool: Hex
let fold: Fold
let world: World

beforeAll(async () => {
  lab = await AaveLab.start()
  pool = lab.aave.pool.address.toLowerCase() as Hex
  await lab.fund([alice, bob])
  await lab.mine((['WETH', 'USDC', 'LINK'] as const).flatMap((s) => [...lab.endow(alice, s, 1_000_000), ...lab.endow(bob, s, 1_000_000)]))
})
afterAll(() => lab?.stop())

/** Feeds watch nothing here: the adapter then reads prices in every block. */
const watch = (): { world: World; fold: Fold } => {
  const fresh = createWorld(CHAIN_ID)
  return { world: fresh, fold: new Fold(lab.anvil.rpc, fresh, [aaveV3({ chainId: CHAIN_ID, pool })]) }
}
beforeEach(async () => {
  ;({ world, fold } = watch())
  await block([])
})

const supply = (who: Address, symbol: 'WETH' | 'USDC' | 'LINK', amount: number): Send =>
  lab.pool(who, 'supply', lab.asset(symbol), units(symbol, amount), who, 0)

async function block(sends: readonly Send[]) {
  const { number, ok } = await lab.mine(sends)
  expect(ok).not.toContain(false)
  return fold.feed(number)
}
const marketOf = (asset: Address): number => world.markets.find(`${pool}:${asset.toLowerCase()}`) as number
const priceOf = (symbol: 'WETH' | 'LINK'): number => world.markets.columns.price.get(marketOf(lab.asset(symbol)))
/** Some columns of a row as plain values: a cursor prints the whole store when it differs. */
const some = <R extends object, K extends keyof R>(row: R, expected: Pick<R, K>): Pick<R, K> =>
  Object.fromEntries(Object.keys(expected).map((key) => [key, row[key as K]])) as Pick<R, K>
const expectRow = <R extends object, K extends keyof R>(row: R, expected: Pick<R, K>): void => expect(some(row, expected)).toEqual(expected)
const chain = () => world.chains.at(world.chains.find(String(CHAIN_ID)) ?? 99)

async function expectExact(at: { readonly hash: Hex; readonly timeS: number }): Promise<void> {
  const health = new HealthAt(world, at.timeS)
  const rows = Array.from({ length: world.accounts.count }, (_, row) => row)
  const answers = await callsAt(
    lab.anvil.rpc,
    rows.map((row) => callOf(pool, VIEW.accountData, world.accounts.columns.account.get(row))),
    at.hash,
  )
  for (const row of rows) {
    const six = health.account(row)
    expect([six.collateralE8, six.debtE8, six.availableE8, six.thresholdBps, six.ltvBps, six.healthE18]).toEqual(
      wordsOf(answers[row]?.result, 6),
    )
  }
}

describe('a pool under our eyes', () => {
  test('the first block tells all of it, in four rounds', () => {
    expectRow(world.venues.at(0), { chainId: CHAIN_ID, revision: 1, baseUnit: 10n ** 8n, pool: BigInt(pool) })
    expect(world.markets.count).toBe(SYMBOLS.length)
    expectRow(world.markets.at(marketOf(lab.asset('WETH'))), {
      ltvBps: 8000,
      thresholdBps: 8250,
      decimals: 18,
      price: 2500,
      goodPrice: 2500,
      supplyCap: 12_000,
      borrowing: 1,
    })
    expectRow(world.eModes.at(0), { category: 1, ltvBps: 9300, thresholdBps: 9500 })
    expect(fold.protocols[0]?.watches(world).length).toBe(1 + 3 + 3 * SYMBOLS.length)
  })

  test('one asset without a price: the oracle reverts for all at once, so each is asked alone', async () => {
    await lab.aside(async () => {
      const source = (to: Address): Send => lab.call(lab.aave.oracle, lab.admin, 'setAssetSources', [[lab.asset('LINK')], [to]])
      await block([source(zeroAddress), ...lab.priceRound('WETH', 2400)])
      expect([priceOf('LINK'), priceOf('WETH')]).toEqual([0, 2400])
      expectRow(world.markets.at(marketOf(lab.asset('LINK'))), { priceSource: 0n, goodPrice: 15 })
      // the contract reverts for who holds it, which is no mismatch of ours
      await block([supply(alice, 'LINK', 10)])
      await block([])
      expect(world.chains.count === 0 || chain().mismatches === 0).toBe(true)
      await block([source(lab.feeds.LINK.proxy.address)])
      expect(priceOf('LINK')).toBe(15)
      await expectExact(await block([]))
    })
  })

  test('another oracle in the provider: its prices from that block on', async () => {
    await lab.aside(async () => {
      await block([supply(alice, 'WETH', 1)])
      const sources = SYMBOLS.map((s) => (s === 'WETH' ? lab.feeds.WBTC : lab.feeds[s]).proxy.address)
      const oracle: Contract = await lab.deploy(aaveArtifact('misc/AaveOracle'), [
        lab.aave.provider.address,
        SYMBOLS.map((s) => lab.asset(s)),
        sources,
        zeroAddress,
        zeroAddress,
        10n ** 8n,
      ])
      await block([])
      expect(priceOf('WETH')).toBe(2500)
      await expectExact(await block([lab.call(lab.aave.provider, lab.admin, 'setPriceOracle', [oracle.address])]))
      expect(priceOf('WETH')).toBe(60_000)
      expect(addressOf(world.venues.columns.oracle.get(0))).toBe(oracle.address.toLowerCase())
    })
  })

  test('a new reserve: known when its block ends, its accounts from the next one on', async () => {
    await lab.aside(async () => {
      await block([supply(alice, 'WETH', 10)])
      const token: Contract = await lab.deploy(aaveArtifact('mocks/tokens/MintableERC20'), ['NEW', 'NEW', 8])
      await block([])
      const hash = fold.blocks.at(-1)?.hash as Hex
      const [data] = await callsAt(lab.anvil.rpc, [callOf(pool, VIEW.reserveData, BigInt(lab.asset('USDC')))], hash)
      const implementation = async (proxy: Address): Promise<Address> =>
        addressOf(BigInt(await lab.anvil.rpc.call<Hex>('eth_getStorageAt', [proxy, EIP1967, 'latest'])))
      const { aToken, stableDebt, variableDebt } = lab.tokens.USDC
      const input = {
        aTokenImpl: await implementation(aToken.address),
        stableDebtTokenImpl: await implementation(stableDebt.address),
        variableDebtTokenImpl: await implementation(variableDebt.address),
        underlyingAssetDecimals: 8,
        interestRateStrategyAddress: addressOf(wordAt(data?.result, 11) as bigint),
        underlyingAsset: token.address,
        treasury: bob,
        incentivesController: zeroAddress,
        aTokenName: 'a',
        aTokenSymbol: 'a',
        variableDebtTokenName: 'v',
        variableDebtTokenSymbol: 'v',
        stableDebtTokenName: 's',
        stableDebtTokenSymbol: 's',
        params: '0x10',
      }
      await block([
        lab.call(lab.aave.oracle, lab.admin, 'setAssetSources', [[token.address], [lab.feeds.WBTC.proxy.address]]),
        lab.config('initReserves', [input]),
        lab.config('configureReserveAsCollateral', token.address, 7000, 7500, 10_500),
        lab.config('setReserveBorrowing', token.address, true),
        lab.config('setEModeCategory', 9, 9000, 9100, 10_100, zeroAddress, 'nine'),
        lab.config('setAssetEModeCategory', token.address, 9),
      ])
      const market = marketOf(token.address)
      expectRow(world.markets.at(market), { price: 60_000, decimals: 8, thresholdBps: 7500, eMode: 9, borrowing: 1 })
      expect(world.eModes.find(`${pool}:9`)).toBeDefined()
      const mint: Send = lab.call(token, alice, 'mint', [10n ** 9n])
      await expectExact(
        await block([
          mint,
          lab.call(token, alice, 'approve', [pool, 10n ** 20n]),
          lab.pool(alice, 'supply', token.address, 10n ** 9n, alice, 0),
          lab.pool(alice, 'setUserEMode', 9),
          lab.pool(alice, 'borrow', token.address, 10n ** 7n, 2n, 0, alice),
        ]),
      )
      expectRow(world.markets.at(market), { suppliedUsd: 600_000, borrowedUsd: 6000, cashUsd: 594_000 })
      await lab.mine([])
    })
  })
})

describe('what we do not know', () => {
  test('watched too late: totals are right, and what an unknown account does makes us blind, not wrong', async () => {
    await lab.aside(async () => {
      await block([supply(alice, 'WETH', 50), supply(bob, 'USDC', 1000)])
      ;({ world, fold } = watch())
      await block([])
      expect(world.markets.columns.scaledSupply.get(marketOf(lab.asset('WETH')))).toBe(units('WETH', 50))
      expect(world.markets.at(marketOf(lab.asset('WETH'))).suppliedUsd).toBeCloseTo(125_000, 6)
      expect(world.accounts.count).toBe(0)
      await block([lab.pool(alice, 'withdraw', lab.asset('WETH'), units('WETH', 20), alice)])
      expectRow(chain(), { blindReason: BLIND_REASONS.indexOf('state-mismatch'), blindSince: fold.blocks.at(-1)?.number as number })
      expect(world.markets.columns.scaledSupply.get(marketOf(lab.asset('WETH')))).toBe(units('WETH', 30))
    })
  })

  test('the self-check: right tables pass, a wrong one makes us blind in the block in which it is asked for', async () => {
    await lab.aside(async () => {
      await block([supply(alice, 'WETH', 50), supply(bob, 'USDC', 1000)])
      await block([])
      expectRow(chain(), { checked: 2, mismatches: 0, blindSince: 0 })
      const row = world.accounts.find(`${pool}:${bob}`) as number
      world.positions.columns.amount.set(positionRow(world, row, marketOf(lab.asset('USDC')), SIDE.supply), 1n)
      const { number } = await block([])
      expectRow(chain(), { checked: 4, mismatches: 1, blindSince: number, blindReason: BLIND_REASONS.indexOf('state-mismatch') })
    })
  })

  test('an account that a finding named is checked in the next block, whatever its turn', async () => {
    await lab.aside(async () => {
      const crowd = Array.from({ length: 7 }, (_, n) => `0x${(0xc0ffee00 + n).toString(16).padStart(40, '3')}` as Address)
      await block(crowd.map((to) => lab.pool(alice, 'supply', lab.asset('WETH'), 10n ** 18n, to, 0)))
      const row = world.accounts.find(`${pool}:${crowd[3]}`) as number
      const before = await block([])
      nameAccounts(world, before.number, new Set([row]))
      const asked = (await block([])).reads.filter(({ data }) => data.startsWith(VIEW.accountData))
      expect(asked.map(({ data }) => data)).toContain(callOf(pool, VIEW.accountData, BigInt(crowd[3] as Address)).data)
      expect((await block([])).reads.filter(({ data }) => data.startsWith(VIEW.accountData))).toHaveLength(2)
    })
  })

  test('an unknown revision is refused by name', () => {
    const fresh = createWorld(CHAIN_ID)
    const adapter = aaveV3({ chainId: CHAIN_ID, pool })
    const reads = [
      { ...callOf(pool, VIEW.revision), result: hex32(7n) },
      { ...callOf(pool, VIEW.provider), result: hex32(1n) },
    ]
    const input = { chainId: CHAIN_ID, number: 1, hash: '0x', parentHash: '0x', timeS: 1, logs: [], reads } as const
    const refused = (): void => adapter.apply(fresh, input, new Answers(reads))
    expect(refused).toThrow(UnknownRevisionError)
    expect(refused).toThrow(
      `aave-v3 at ${pool} reports revision 7; known are 1 (v3.0). Firebreak does not guess: update it or remove this protocol.`,
    )
  })
})

const EIP1967 = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'
