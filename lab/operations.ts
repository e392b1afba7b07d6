// Calldata of what an account does in the pool, with the gas it is given.
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { poolAbi } from './abi.ts'
import type { AssetInfo, Deployment } from './deploy/index.ts'
import type { AssetSymbol } from './market.ts'

export interface PoolCall {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly gas: bigint
}

export const MAX_UINT = 2n ** 256n - 1n
const RATE_MODE = { stable: 1n, variable: 2n } as const

export function assetOf(deployment: Deployment, symbol: AssetSymbol): AssetInfo {
  const asset = deployment.assets.find((a) => a.symbol === symbol)
  if (asset === undefined) throw new Error(`the lab has no ${symbol}`)
  return asset
}

/** The pool's calls for one account. */
export function poolCalls(deployment: Deployment, from: Address) {
  const { pool } = deployment
  const asset = (symbol: AssetSymbol): Address => assetOf(deployment, symbol).address
  const call = (data: Hex, gas: bigint): PoolCall => ({ from, to: pool, data, gas })
  const abi = poolAbi
  return {
    supply: (symbol: AssetSymbol, amount: bigint) =>
      call(encodeFunctionData({ abi, functionName: 'supply', args: [asset(symbol), amount, from, 0] }), 400_000n),
    withdraw: (symbol: AssetSymbol, amount: bigint) =>
      call(encodeFunctionData({ abi, functionName: 'withdraw', args: [asset(symbol), amount, from] }), 600_000n),
    borrow: (symbol: AssetSymbol, amount: bigint, mode: keyof typeof RATE_MODE = 'variable') =>
      call(encodeFunctionData({ abi, functionName: 'borrow', args: [asset(symbol), amount, RATE_MODE[mode], 0, from] }), 800_000n),
    repay: (symbol: AssetSymbol, amount: bigint, mode: keyof typeof RATE_MODE = 'variable') =>
      call(encodeFunctionData({ abi, functionName: 'repay', args: [asset(symbol), amount, RATE_MODE[mode], from] }), 500_000n),
    setEMode: (category: number) => call(encodeFunctionData({ abi, functionName: 'setUserEMode', args: [category] }), 400_000n),
    useAsCollateral: (symbol: AssetSymbol) =>
      call(encodeFunctionData({ abi, functionName: 'setUserUseReserveAsCollateral', args: [asset(symbol), true] }), 400_000n),
    liquidate: (collateral: AssetSymbol, debt: AssetSymbol, user: Address) =>
      call(
        encodeFunctionData({ abi, functionName: 'liquidationCall', args: [asset(collateral), asset(debt), user, MAX_UINT, false] }),
        1_200_000n,
      ),
  }
}
