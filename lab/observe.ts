// Reads the market and the accounts that matter after each block, and values them at true prices.
import type { Address } from 'viem'
import type { ObservedState } from '../src/scenario.ts'
import { aggregatorAbi, oracleAbi, poolAbi, tokenAbi } from './abi.ts'
import { ASSETS, type AssetSymbol, SYMBOLS } from './market.ts'
import { readViews, type View } from './reads.ts'
import { reserveParams } from './run/governance.ts'
import type { Lab } from './scenarios/lab.ts'
import { uniswapPoolAbi, usdAtSqrtPrice } from './uniswap.ts'

/** What an account holds and owes, in units of each token. */
export type Portfolio = Readonly<Record<AssetSymbol, { readonly wallet: bigint; readonly supplied: bigint; readonly owed: bigint }>>

export interface AccountData {
  /** USD with 8 decimals, at the protocol's prices. */
  readonly collateralBase: bigint
  readonly debtBase: bigint
  readonly availableBase: bigint
  readonly thresholdBps: bigint
  readonly healthE18: bigint
}

/** Also what every holder's account looks like, for the lab's own actors. */
export interface Observation extends ObservedState {
  readonly accounts: readonly (AccountData & { readonly address: Address })[]
}

const HEALTHY_E18 = 10n ** 18n

/** Everybody who may have a position, attackers too. */
export const holders = ({ people, deployment }: Pick<Lab, 'people' | 'deployment'>): readonly Address[] => [
  ...people.map(({ address }) => address),
  deployment.whale,
  deployment.thinHolder,
]

export const isUnderWater = ({ debtBase, healthE18 }: AccountData): boolean => debtBase > 0n && healthE18 < HEALTHY_E18

export async function observe(lab: Lab, block: number): Promise<Observation> {
  const { assets, secondFeeds, pools, pool, oracle } = lab.deployment
  const parts = {
    used: [{ to: oracle, abi: oracleAbi, fn: 'getAssetsPrices', args: [assets.map(({ address }) => address)] }],
    second: secondFeeds.map(({ aggregator }) => ({ to: aggregator, abi: aggregatorAbi, fn: 'latestAnswer' })),
    liquid: assets.map(({ address, aToken }) => ({ to: address, abi: tokenAbi, fn: 'balanceOf', args: [aToken] })),
    words: assets.map(({ address }) => ({ to: pool, abi: poolAbi, fn: 'getConfiguration', args: [address] })),
    spots: pools.map(({ address }) => ({ to: address, abi: uniswapPoolAbi, fn: 'slot0' })),
  }
  const [read, accounts] = await Promise.all([readParts(lab, block, parts), accountsData(lab, block, holders(lab))])
  const [used = []] = read.used as readonly (readonly bigint[])[]
  const [second, liquid, words] = [read.second, read.liquid, read.words] as readonly (readonly bigint[])[]
  const spots = read.spots as readonly (readonly [bigint])[]
  const truePrices = lab.prices.at(block - lab.headBlock)
  const available = bySymbol(assets, (i) => liquid?.[i] ?? 0n)
  const params = assets.map((_, i) => reserveParams(words?.[i] ?? 0n))
  const under = accounts.filter(isUnderWater)
  return {
    block,
    afterBlocks: block - lab.headBlock,
    usedPrices: bySymbol(assets, (i) => Number(used[i] ?? 0n) / 1e8),
    secondPrices: bySymbol(secondFeeds, (i) => Number(second?.[i] ?? 0n) / 1e8),
    truePrices,
    available,
    lendableUsd: assets
      .filter(({ symbol }) => ASSETS[symbol].borrowable)
      .reduce((sum, { symbol }) => sum + usdOf(symbol, available[symbol] ?? 0n, truePrices[symbol]), 0),
    ltvBps: bySymbol(assets, (i) => params[i]?.ltvBps ?? 0),
    supplyCaps: bySymbol(assets, (i) => params[i]?.supplyCap ?? 0),
    poolPrices: Object.fromEntries(pools.map((p, i) => [p.id, usdAtSqrtPrice(p, spots[i]?.[0] ?? 0n)])),
    liquidatable: { accounts: under.length, debtUsd: under.reduce((sum, { debtBase }) => sum + Number(debtBase) / 1e8, 0) },
    accounts: holders(lab).map((address, i) => ({ address, ...(accounts[i] as AccountData) })),
  }
}

/** Named groups of views in one request. */
async function readParts<K extends string>(
  lab: Pick<Lab, 'rpc'>,
  block: number,
  parts: Readonly<Record<K, readonly View[]>>,
): Promise<Record<K, unknown[]>> {
  const groups = Object.entries(parts) as [K, readonly View[]][]
  const answers = await readViews(
    lab.rpc,
    block,
    groups.flatMap(([, views]) => views),
  )
  return Object.fromEntries(groups.map(([name, views]) => [name, answers.splice(0, views.length)])) as Record<K, unknown[]>
}

function bySymbol<T>(list: readonly { readonly symbol: AssetSymbol }[], value: (i: number) => T): Record<string, T> {
  return Object.fromEntries(list.map(({ symbol }, i) => [symbol, value(i)]))
}

export async function portfolios(lab: Pick<Lab, 'deployment' | 'rpc'>, block: number, accounts: readonly Address[]): Promise<Portfolio[]> {
  const { assets } = lab.deployment
  const views = accounts.flatMap((account) =>
    assets.flatMap(({ address, aToken, stableDebt, variableDebt }) =>
      [address, aToken, stableDebt, variableDebt].map((to) => ({ to, abi: tokenAbi, fn: 'balanceOf', args: [account] })),
    ),
  )
  const balances = (await readViews(lab.rpc, block, views)) as bigint[]
  return accounts.map((_, a) => {
    const of = (i: number, part: number): bigint => balances[(a * assets.length + i) * 4 + part] ?? 0n
    const entries = assets.map(({ symbol }, i) => [symbol, { wallet: of(i, 0), supplied: of(i, 1), owed: of(i, 2) + of(i, 3) }])
    return Object.fromEntries(entries) as Portfolio
  })
}

export async function accountsData(
  lab: Pick<Lab, 'deployment' | 'rpc'>,
  block: number,
  accounts: readonly Address[],
): Promise<AccountData[]> {
  const views = accounts.map((account) => ({ to: lab.deployment.pool, abi: poolAbi, fn: 'getUserAccountData', args: [account] }))
  const rows = (await readViews(lab.rpc, block, views)) as [bigint, bigint, bigint, bigint, bigint, bigint][]
  return rows.map(([collateralBase, debtBase, availableBase, thresholdBps, , healthE18]) => ({
    collateralBase,
    debtBase,
    availableBase,
    thresholdBps,
    healthE18,
  }))
}

export function usdOf(symbol: AssetSymbol, amount: bigint, priceUsd: number): number {
  return (Number(amount) / 10 ** ASSETS[symbol].decimals) * priceUsd
}

/** USD sum of one part of a portfolio. */
export function valueUsd(portfolio: Portfolio, part: 'wallet' | 'supplied' | 'owed', prices: Readonly<Record<string, number>>): number {
  return SYMBOLS.reduce((sum, symbol) => sum + usdOf(symbol, portfolio[symbol][part], prices[symbol] ?? 0), 0)
}
