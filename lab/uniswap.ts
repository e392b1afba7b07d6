// Arithmetic and calldata of the lab's Uniswap v3 pools: prices as pools write them, swaps that stop at a price, plain swaps.
import { type Address, encodeFunctionData, parseAbi } from 'viem'
import type { Deployment, PoolInfo } from './deploy/index.ts'
import { ASSETS } from './market.ts'
import { assetOf, MAX_UINT, type PoolCall } from './operations.ts'

const Q192 = 2n ** 192n
const PRICE_SCALE = 1e12
/** More than any pool takes before it reaches a price: the price limit ends the swap. */
const ENDLESS = 2n ** 127n
const SWAP_GAS = 400_000n

export const routerAbi = parseAbi([
  'struct ExactInputSingleParams { address tokenIn; address tokenOut; uint24 fee; address recipient; uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96; }',
  'function exactInputSingle(ExactInputSingleParams params) payable returns (uint256 amountOut)',
])

export const uniswapPoolAbi = parseAbi([
  'function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16 observationIndex, uint16 observationCardinality, uint16 observationCardinalityNext, uint8 feeProtocol, bool unlocked)',
  'function liquidity() view returns (uint128)',
  'function observe(uint32[] secondsAgos) view returns (int56[] tickCumulatives, uint160[] secondsPerLiquidityCumulativeX128s)',
  'function increaseObservationCardinalityNext(uint16 observationCardinalityNext)',
])

type Pair = Pick<PoolInfo, 'base' | 'quote' | 'baseIsToken0'>

/** Root of token1 per token0 in their smallest units, as a Q64.96. `baseUsd`: USD per whole base token; one USDC counts as one USD. */
export function sqrtPriceX96(pool: Pair, baseUsd: number): bigint {
  const quoteUnits = BigInt(Math.round(baseUsd * PRICE_SCALE)) * 10n ** BigInt(ASSETS[pool.quote].decimals)
  const baseUnits = BigInt(PRICE_SCALE) * 10n ** BigInt(ASSETS[pool.base].decimals)
  return pool.baseIsToken0 ? root((quoteUnits * Q192) / baseUnits) : root((baseUnits * Q192) / quoteUnits)
}

/** The inverse: USD per whole base token at a pool's `sqrtPriceX96`. */
export function usdAtSqrtPrice(pool: Pair, sqrtX96: bigint): number {
  const raw = (Number(sqrtX96) / 2 ** 96) ** 2
  return (pool.baseIsToken0 ? raw : 1 / raw) * 10 ** (ASSETS[pool.base].decimals - ASSETS[pool.quote].decimals)
}

/** USD per whole base token at a (mean) tick. */
export function usdAtTick(pool: Pair, tick: number): number {
  return usdAtSqrtPrice(pool, BigInt(Math.round(1.0001 ** (tick / 2) * 2 ** 96)))
}

/**
 * A swap that ends exactly at `targetUsd`. `spotUsd` says only which way that is; it reverts if the pool is not on that side of the
 * target any more. `from` needs enough of the token that goes in, and the router's approval.
 */
export function swapToPrice(deployment: Deployment, pool: PoolInfo, from: Address, spotUsd: number, targetUsd: number): PoolCall {
  return swap(deployment, pool, from, targetUsd < spotUsd, ENDLESS, sqrtPriceX96(pool, targetUsd))
}

/** Base for USDC: `amountIn` in the base token's smallest unit, at whatever price there is. */
export const sellCall = (deployment: Deployment, pool: PoolInfo, from: Address, amountIn: bigint): PoolCall =>
  swap(deployment, pool, from, true, amountIn, 0n)

/** USDC for base: `amountIn` in USDC's smallest unit, at whatever price there is. */
export const buyCall = (deployment: Deployment, pool: PoolInfo, from: Address, amountIn: bigint): PoolCall =>
  swap(deployment, pool, from, false, amountIn, 0n)

export function poolOf(deployment: Deployment, base: string): PoolInfo {
  const pool = deployment.pools.find((p) => p.base === base)
  if (pool === undefined) throw new Error(`the lab has no pool of ${base}`)
  return pool
}

function swap(
  deployment: Deployment,
  { base, quote, fee }: PoolInfo,
  from: Address,
  sells: boolean,
  amountIn: bigint,
  limit: bigint,
): PoolCall {
  const tokenIn = assetOf(deployment, sells ? base : quote).address
  const tokenOut = assetOf(deployment, sells ? quote : base).address
  const params = { tokenIn, tokenOut, fee, recipient: from, deadline: MAX_UINT, amountIn, amountOutMinimum: 0n, sqrtPriceLimitX96: limit }
  const data = encodeFunctionData({ abi: routerAbi, functionName: 'exactInputSingle', args: [params] })
  return { from, to: deployment.uniswap.router, data, gas: SWAP_GAS }
}

/** Whole square root, rounded down (Newton's method from above). */
function root(n: bigint): bigint {
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return x
    x = next
  }
}
