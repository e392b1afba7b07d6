// How the prepared days begin: everybody gets tokens and approvals, feeds report first prices, and accounts open their positions.
import { type Address, encodeFunctionData } from 'viem'
import { tokenAbi } from './abi.ts'
import { accountOf } from './accounts.ts'
import type { Builder } from './deploy/builder.ts'
import type { Deployment } from './deploy/index.ts'
import { ASSETS, type AssetSymbol, SYMBOLS, units } from './market.ts'
import { assetOf, MAX_UINT, type PoolCall, poolCalls } from './operations.ts'
import { PEOPLE, type Person, THIN_HOLDER, WHALE_LINK } from './population.ts'
import { startPrices } from './prices.ts'
import { type Rounds, reportRound } from './reporting.ts'

/** Pocket money of each person in each asset that it deals in, USD: more than its traffic can ever need. */
const POCKET_USD = 1_000_000
const LIQUIDATOR_USD = 40_000_000
const ARBITRAGEUR_USD = 300_000_000

/** What an account gets of an asset, in whole tokens, and who may spend it. */
interface Endowment {
  readonly to: Address
  readonly symbols: readonly AssetSymbol[]
  readonly amount: (symbol: AssetSymbol) => number
  readonly spenders: readonly Address[]
}

export async function openPositions(b: Builder, deployment: Deployment, seed: number, rounds: Rounds) {
  const push = (call: PoolCall): Promise<void> => b.push('pool call', call.from, call.to, call.data, call.gas)
  await reportRound(b, deployment, seed, rounds, startPrices())
  const people = PEOPLE.map((person, n) => ({ ...person, address: accountOf('person', n).address }))
  for (const one of endowments(deployment, people)) await endow(b, deployment, one)
  const { whale, thinHolder } = deployment
  for (const { address, supplies } of people) {
    for (const [symbol, amount] of supplies) await push(poolCalls(deployment, address).supply(symbol, units(symbol, amount)))
  }
  await push(poolCalls(deployment, whale).supply('LINK', units('LINK', WHALE_LINK)))
  await push(poolCalls(deployment, thinHolder).supply('THIN', units('THIN', THIN_HOLDER.supplied)))
  for (const { address, supplies, borrows, eMode } of people) {
    const calls = poolCalls(deployment, address)
    // Isolated collateral is never switched on by the supply itself.
    if (amountIn(supplies, 'ISO') > 0) await push(calls.useAsCollateral('ISO'))
    if (eMode !== undefined) await push(calls.setEMode(eMode))
    for (const [symbol, amount, mode = 'variable'] of borrows) await push(calls.borrow(symbol, units(symbol, amount), mode))
  }
  await b.flush()
  return people.map(({ name, address }) => ({ name, address }))
}

function endowments(deployment: Deployment, people: readonly (Person & { readonly address: Address })[]): Endowment[] {
  const { pool, uniswap, liquidator, whale, thinHolder, arbitrageur } = deployment
  const worth = (usd: number) => (symbol: AssetSymbol) => usd / ASSETS[symbol].startPriceUsd
  const both = [pool, uniswap.router]
  const wallet: Partial<Record<AssetSymbol, number>> = THIN_HOLDER.wallet
  return [
    // Every slot that is not empty is written again for each block of the dump, so nobody gets what it never uses.
    ...people.map(({ address: to, supplies, borrows }) => ({
      to,
      symbols: SYMBOLS.filter((s) => [...supplies, ...borrows].some(([symbol]) => symbol === s)),
      amount: (symbol: AssetSymbol) => worth(POCKET_USD)(symbol) + amountIn(supplies, symbol),
      spenders: [pool],
    })),
    { to: liquidator, symbols: SYMBOLS, amount: worth(LIQUIDATOR_USD), spenders: both },
    { to: arbitrageur, symbols: SYMBOLS, amount: worth(ARBITRAGEUR_USD), spenders: [uniswap.router] },
    { to: whale, symbols: SYMBOLS, amount: (symbol) => (symbol === 'LINK' ? WHALE_LINK : 0), spenders: both },
    {
      to: thinHolder,
      symbols: SYMBOLS,
      amount: (symbol) => (wallet[symbol] ?? 0) + (symbol === 'THIN' ? THIN_HOLDER.supplied : 0),
      spenders: both,
    },
  ]
}

async function endow(b: Builder, deployment: Deployment, { to, symbols, amount, spenders }: Endowment): Promise<void> {
  const minter = accountOf('deployer').address
  for (const symbol of symbols) {
    const { address } = assetOf(deployment, symbol)
    const value = units(symbol, amount(symbol))
    const mint = encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [to, value] })
    if (value > 0n) await b.push(`mint ${symbol}`, minter, address, mint, 120_000n)
    for (const spender of spenders) {
      const approve = encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args: [spender, MAX_UINT] })
      await b.push(`approve ${symbol}`, to, address, approve, 80_000n)
    }
  }
}

function amountIn(list: readonly (readonly [AssetSymbol, number])[], symbol: AssetSymbol): number {
  return list.reduce((sum, [s, amount]) => (s === symbol ? sum + amount : sum), 0)
}
