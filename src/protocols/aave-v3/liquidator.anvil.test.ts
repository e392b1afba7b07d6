// Our Liquidator on the real Aave v3.0 and Uniswap v3 of the prepared lab: it heals with nobody's funds, and past the toxic point refuses.
import { type Address, decodeErrorResult, encodeFunctionData, type Hex, numberToHex, parseAbi, parseEventLogs } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tokenAbi } from '../../../lab/abi.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import type { Receipt } from '../../../lab/chain.ts'
import type { AssetInfo } from '../../../lab/deploy/index.ts'
import { type AssetSymbol, BLOCK_S, units } from '../../../lab/market.ts'
import { assetOf, MAX_UINT, poolCalls } from '../../../lab/operations.ts'
import { type PreparedState, preparedState } from '../../../lab/prepared.ts'
import { readViews, type View } from '../../../lab/reads.ts'
import { submission } from '../../../lab/reporters.ts'
import { RpcError } from '../../../lab/rpc.ts'
import { poolOf, sellCall } from '../../../lab/uniswap.ts'
import { Liquidator } from '../../contracts/Liquidator.ts'

interface Send {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
}

const ALLOWANCE = parseAbi(['function allowance(address holder, address spender) view returns (uint256)'])
/** How contracts that know no custom errors say no. */
const PLAIN_ERROR = parseAbi(['error Error(string why)'])
const FLASH_LOAN = parseAbi(['function flashLoanSimple(address receiver, address asset, uint256 amount, bytes params, uint16 referral)'])

const debtor: Address = '0x11000000000000000000000000000000000000d1'
const caller: Address = '0x22000000000000000000000000000000000000c1'
const dumper: Address = '0x33000000000000000000000000000000000000f1'
const RICH = '0xd3c21bcecceda1000000'
const ONE_E18 = 10n ** 18n
const COLLATERAL = units('WETH', 10)
const GAS = numberToHex(3_000_000)
/** At this health factor the debt is 0.825 / 1.05 of the collateral, so that collateral is worth less than debt and bonus 17.5 % lower. */
const OPENING_HEALTH = 1.05
const THRESHOLD = 0.825

let prepared: PreparedState
let anvil: Anvil
let clean: Hex | undefined
beforeAll(async () => {
  prepared = await preparedState({ log: console.log })
  anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.headStateFile })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [BLOCK_S])
  await anvil.rpc.call('anvil_autoImpersonateAccount', [true])
  for (const who of [debtor, caller, dumper]) await anvil.rpc.call('anvil_setBalance', [who, RICH])
})
beforeEach(startOver)
afterAll(() => anvil?.stop())

async function startOver(): Promise<void> {
  if (clean !== undefined) await anvil.rpc.call('evm_revert', [clean])
  clean = await anvil.rpc.call<Hex>('evm_snapshot')
  // anvil's own clock knows nothing of the prepared days
  await anvil.rpc.call('evm_setNextBlockTimestamp', [prepared.head.timeS + BLOCK_S])
}

const asset = (symbol: AssetSymbol): AssetInfo => assetOf(prepared.deployment, symbol)

/** Mines each in a block of its own; all must go through. */
async function must(sends: readonly Send[]): Promise<Receipt> {
  let last: Receipt | undefined
  for (const { from, to, data } of sends) {
    const hash = await anvil.rpc.call<Hex>('eth_sendTransaction', [{ from, to, data, gas: GAS }])
    await anvil.rpc.call('evm_mine')
    last = await anvil.rpc.call<Receipt>('eth_getTransactionReceipt', [hash])
    expect(last.status).toBe('0x1')
  }
  return last as Receipt
}

async function read(...views: View[]): Promise<unknown[]> {
  return readViews(anvil.rpc, Number(await anvil.rpc.call<Hex>('eth_blockNumber')), views)
}

/** Tokens for somebody, and the right for `spender` to take them. */
const endow = (who: Address, symbol: AssetSymbol, amount: bigint, spender: Address): Send[] => [
  { from: who, to: asset(symbol).address, data: encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [who, amount] }) },
  { from: who, to: asset(symbol).address, data: encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args: [spender, MAX_UINT] }) },
]

/** 10 WETH against as much of `debt` as makes the health factor 1.05. */
async function open(debt: AssetSymbol): Promise<void> {
  const { deployment, prices } = prepared
  const pool = poolCalls(deployment, debtor)
  const owed = units(debt, (10 * prices.WETH * THRESHOLD) / OPENING_HEALTH / prices[debt])
  await must([...endow(debtor, 'WETH', COLLATERAL, deployment.pool), pool.supply('WETH', COLLATERAL), pool.borrow(debt, owed)])
}

/** All three reporters of the feed that Aave uses say `share` of the true price. */
async function crash(share: number): Promise<void> {
  const feed = prepared.deployment.feeds.find(({ id }) => id === 'WETH')
  if (feed === undefined) throw new Error('no feed of WETH')
  const round = (prepared.rounds['WETH'] ?? 0) + 1
  await must(feed.reporters.map((reporter) => submission(feed, reporter, round, prepared.prices.WETH * share)))
}

const liquidation = (debt: AssetSymbol, maxDebt = MAX_UINT): Send => {
  const args = [asset('WETH').address, asset(debt).address, debtor, maxDebt] as const
  return {
    from: caller,
    to: prepared.deployment.liquidatorContract,
    data: encodeFunctionData({ abi: Liquidator.abi, functionName: 'liquidate', args }),
  }
}

interface Standing {
  readonly healthE18: bigint
  readonly collateralBase: bigint
  readonly debtBase: bigint
  readonly canHelp: boolean
}
async function standing(): Promise<Standing> {
  const view = { to: prepared.deployment.liquidatorContract, abi: Liquidator.abi, fn: 'preview', args: [debtor, 10_500n] }
  const [[healthE18, collateralBase, debtBase, canHelp]] = (await read(view)) as [[bigint, bigint, bigint, boolean]]
  return { healthE18, collateralBase, debtBase, canHelp }
}

/** Why the liquidation would be refused now: our error's name, or the words of another contract. */
async function refusal(send: Send): Promise<string> {
  try {
    await anvil.rpc.call('eth_call', [{ ...send, gas: GAS }, 'latest'])
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    const data = error.data as Hex
    const { errorName, args } = decodeErrorResult({ abi: [...Liquidator.abi, ...PLAIN_ERROR], data })
    return errorName === 'Error' ? String(args?.[0]) : errorName
  }
  return 'none'
}

const balance = (symbol: AssetSymbol, who: Address): View => ({ to: asset(symbol).address, abi: tokenAbi, fn: 'balanceOf', args: [who] })

describe('the Liquidator on real Aave and Uniswap', () => {
  test.each(['USDC', 'DAI'] as const)('under water by a falling price, %s owed: healed with nobody’s funds', async (debt) => {
    const { liquidatorContract, safe, pool, uniswap } = prepared.deployment
    await open(debt)
    expect(await refusal(liquidation(debt))).toBe('Healthy')
    await crash(0.93)
    const before = await standing()
    expect(before.healthE18).toBeLessThan(ONE_E18)
    expect(before.canHelp).toBe(true)
    const [safeBefore] = (await read(balance(debt, safe))) as [bigint]
    const [owedBefore] = (await read({ ...balance(debt, debtor), to: asset(debt).variableDebt })) as [bigint]

    const receipt = await must([liquidation(debt)])
    const [event] = parseEventLogs({ abi: Liquidator.abi, eventName: 'Liquidated', logs: receipt.logs as never })
    const after = await standing()
    const [safeAfter, owedAfter] = (await read(balance(debt, safe), { ...balance(debt, debtor), to: asset(debt).variableDebt })) as bigint[]
    expect(after.healthE18).toBeGreaterThan(before.healthE18)
    expect(after.collateralBase).toBeGreaterThan(after.debtBase)
    expect(event?.args).toMatchObject({ user: debtor, healthAfter: after.healthE18 })
    const { debtCovered, profit, healthBefore } = event?.args ?? { debtCovered: 0n, profit: 0n, healthBefore: 0n }
    expect(healthBefore).toBeLessThan(ONE_E18)
    expect(profit).toBeGreaterThan(0n)
    expect((safeAfter ?? 0n) - safeBefore).toBe(profit)
    // the close factor lets half of it be repaid; interest of a block or two is far less than a millionth
    expect(Number(debtCovered) / Number(owedBefore)).toBeCloseTo(0.5, 6)
    expect(Number(owedAfter) / Number(owedBefore)).toBeCloseTo(0.5, 6)

    const tokens = (['WETH', debt] as const).flatMap((symbol) => [balance(symbol, caller), balance(symbol, liquidatorContract)])
    expect(await read(...tokens)).toEqual([0n, 0n, 0n, 0n])
    const allowances = [pool, uniswap.router].flatMap((spender) =>
      (['WETH', debt] as const).map((symbol) => ({
        to: asset(symbol).address,
        abi: ALLOWANCE,
        fn: 'allowance',
        args: [liquidatorContract, spender],
      })),
    )
    expect(await read(...allowances)).toEqual([0n, 0n, 0n, 0n])
  })

  test('just above the toxic point it heals, past it it refuses where the pool would not', async () => {
    await open('USDC')
    const part = units('USDC', 1000)
    await crash(0.84)
    expect((await standing()).canHelp).toBe(true)
    expect(await refusal(liquidation('USDC', part))).toBe('none')

    await startOver()
    await open('USDC')
    await crash(0.81) // collateral is still worth more than debt, but not more than debt and bonus
    const { healthE18, collateralBase, debtBase, canHelp } = await standing()
    expect(collateralBase).toBeGreaterThan(debtBase)
    expect(healthE18).toBeLessThan(ONE_E18)
    expect(canHelp).toBe(false)
    expect([await refusal(liquidation('USDC', part)), await refusal(liquidation('USDC'))]).toEqual(['NotBetter', 'NotBetter'])
    const { liquidator } = prepared.deployment
    const direct = poolCalls(prepared.deployment, liquidator).liquidate('WETH', 'USDC', debtor)
    await must([...endow(liquidator, 'USDC', units('USDC', 100_000), prepared.deployment.pool), direct])
    const worse = await standing()
    expect(worse.debtBase).toBeGreaterThan(worse.collateralBase) // what the refusal spares the lenders
  })

  test('under water altogether: Toxic, before anything is borrowed', async () => {
    await open('USDC')
    await crash(0.75)
    const { collateralBase, debtBase } = await standing()
    expect(debtBase).toBeGreaterThan(collateralBase)
    expect(await refusal(liquidation('USDC'))).toBe('Toxic')
  })

  test('a pool whose price was pushed down reverts the whole liquidation', async () => {
    const { uniswap } = prepared.deployment
    await open('USDC')
    await crash(0.93)
    expect(await refusal(liquidation('USDC'))).toBe('none')
    const dumped = units('WETH', 4000)
    const weth = poolOf(prepared.deployment, 'WETH')
    await must([...endow(dumper, 'WETH', dumped, uniswap.router), sellCall(prepared.deployment, weth, dumper, dumped)])
    expect(await refusal(liquidation('USDC'))).toBe('Too little received')
  })

  test('nobody else can use its callback, nor have the pool lend to it', async () => {
    const { liquidatorContract: to, pool } = prepared.deployment
    const usdc = asset('USDC').address
    const back = encodeFunctionData({ abi: Liquidator.abi, functionName: 'executeOperation', args: [usdc, 1n, 0n, to, '0x'] })
    expect(await refusal({ from: caller, to, data: back })).toBe('NotPool')
    const lend = encodeFunctionData({ abi: FLASH_LOAN, functionName: 'flashLoanSimple', args: [to, usdc, 1n, '0x', 0] })
    expect(await refusal({ from: caller, to: pool, data: lend })).toBe('NotInitiator')
  })
})
