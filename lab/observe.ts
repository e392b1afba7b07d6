// Reads the market and the accounts that matter after each block, and values them at true prices.
import type { Address } from 'viem'
import type { ObservedState } from '../src/scenario.ts'
import { aggregatorAbi, oracleAbi, poolAbi, tokenAbi } from './abi.ts'
import { ASSETS, type AssetSymbol, SYMBOLS } from './market.ts'
import { readViews, type View } from './reads.ts'
import type { Lab } from './scenarios/lab.ts'

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

export async function observe(lab: Lab, block: number): Promise<ObservedState> {
  const { deployment, rpc } = lab
  const views: View[] = [
    { to: deployment.oracle, abi: oracleAbi, fn: 'getAssetsPrices', args: [deployment.assets.map(({ address }) => address)] },
    { to: deployment.secondFeed.aggregator, abi: aggregatorAbi, fn: 'latestAnswer' },
    ...deployment.assets.map(({ address, aToken }) => ({ to: address, abi: tokenAbi, fn: 'balanceOf', args: [aToken] })),
  ]
  const [used, second, ...liquid] = (await readViews(rpc, block, views)) as [bigint[], bigint, ...bigint[]]
  const afterBlocks = block - lab.headBlock
  const truePrices = lab.prices.at(afterBlocks)
  const symbols = deployment.assets.map(({ symbol }) => symbol)
  const available = Object.fromEntries(symbols.map((symbol, i) => [symbol, liquid[i] ?? 0n]))
  const usedPrices = Object.fromEntries(symbols.map((symbol, i) => [symbol, Number(used[i] ?? 0n) / 1e8]))
  const lendableUsd = symbols
    .filter((symbol) => ASSETS[symbol].borrowable)
    .reduce((sum, symbol) => sum + usdOf(symbol, available[symbol] ?? 0n, truePrices[symbol]), 0)
  const secondPrices = { [deployment.secondFeed.symbol]: Number(second) / 1e8 }
  return { block, afterBlocks, usedPrices, secondPrices, truePrices, available, lendableUsd }
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
