// All that a scenario outside this repository may use of the lab, under one name: `firebreak/lab`. docs/writing-a-scenario.md shows it.
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { tokenAbi } from './abi.ts'
import { accountOf } from './accounts.ts'
import { type AssetSymbol, units } from './market.ts'
import { assetOf, MAX_UINT } from './operations.ts'
import type { Lab, SetUpCall } from './scenarios/lab.ts'

export { accountOf } from './accounts.ts'
export type { AssetInfo, Deployment, FeedInfo, PoolInfo } from './deploy/index.ts'
export { FEES } from './fees.ts'
export { badDebtUsd } from './ledger.ts'
export { ASSETS, type AssetSymbol, BLOCK_S, units } from './market.ts'
export { accountsData, portfolios, usdOf } from './observe.ts'
export { assetOf, type PoolCall, poolCalls } from './operations.ts'
export { readViews, type View, wouldSucceed } from './reads.ts'
export { roundOf, seenPrice, submission, transmission } from './reporters.ts'
export { varied, variedBlocks } from './scenarios/chance.ts'
export { drainAtOnce, drainer } from './scenarios/drainer.ts'
export { type FalsePriceCourse, type FalsePriceSpec, falsePrice } from './scenarios/false-price.ts'
export { gradual, type HonestDay, type HonestDaySpec, honestDay, spreadRound, swing } from './scenarios/honest-day.ts'
export {
  attackTx,
  feedOf,
  feedsDisagree,
  honestReport,
  honestRound,
  honestTx,
  isRoundBlock,
  type Lab,
  type LabScenario,
  personOf,
  rescueTx,
  type SetUpCall,
} from './scenarios/lab.ts'
export { repairedReports, replaceReporters } from './scenarios/repair.ts'
export { buyCall, poolOf, sellCall, swapToPrice } from './uniswap.ts'

/** A fresh account of the scenario's own, with ether; at most six. */
export const newcomer = (n = 0): Address => accountOf('newcomer', n).address

const APPROVE_GAS = 80_000n
const MINT_GAS = 120_000n

/** Calls for `lab.setUp`: gives an account tokens, in whole ones, and lets the pool and the exchange's router take them. */
export function endow({ deployment }: Pick<Lab, 'deployment'>, to: Address, amounts: Partial<Record<AssetSymbol, number>>): SetUpCall[] {
  return (Object.entries(amounts) as [AssetSymbol, number][]).flatMap(([symbol, amount]) => {
    const token = assetOf(deployment, symbol).address
    const approve = (spender: Address): Hex => encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args: [spender, MAX_UINT] })
    const mint = encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [to, units(symbol, amount)] })
    return [
      { what: `mint ${amount} ${symbol}`, from: to, to: token, data: mint, gas: MINT_GAS },
      { what: `approve ${symbol}`, from: to, to: token, data: approve(deployment.pool), gas: APPROVE_GAS },
      { what: `approve ${symbol}`, from: to, to: token, data: approve(deployment.uniswap.router), gas: APPROVE_GAS },
    ]
  })
}
