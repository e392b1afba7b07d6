// Deploys Uniswap v3 from its own artifacts and mints the lab's pools: full range, every base token against USDC.
import { type Address, encodeFunctionData } from 'viem'
import { tokenAbi } from '../abi.ts'
import { ASSETS, type AssetSymbol, POOLS, units } from '../market.ts'
import { MAX_UINT } from '../operations.ts'
import { startPrices } from '../prices.ts'
import { sqrtPriceX96, uniswapPoolAbi } from '../uniswap.ts'
import { uniswapArtifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface PoolInfo {
  /** `WETH/USDC`. */
  readonly id: string
  readonly base: AssetSymbol
  readonly quote: 'USDC'
  readonly address: Address
  /** Hundredths of a basis point. */
  readonly fee: number
  readonly token0: Address
  readonly token1: Address
  readonly baseIsToken0: boolean
}

export interface Uniswap {
  readonly factory: Address
  readonly router: Address
  readonly positionManager: Address
}

/** The widest range that both tick spacings, 10 and 60, allow. */
const FULL_RANGE_TICK = 887_220
const POOL_GAS = 6_000_000n
/** Observations that a pool keeps through the prepared days: enough for a mean over 30 minutes between swaps hours apart. */
export const FIRST_OBSERVATIONS = 4

export async function deployUniswap(
  b: Builder,
  lp: Address,
  tokens: Readonly<Record<AssetSymbol, Contract>>,
): Promise<{ uniswap: Uniswap; pools: PoolInfo[] }> {
  const wrappedEther = tokens.WETH.address
  const factory = await b.deploy(uniswapArtifact('v3-core', 'UniswapV3Factory'))
  const router = await b.deploy(uniswapArtifact('v3-periphery', 'SwapRouter'), [factory.address, wrappedEther])
  // The descriptor draws the position's picture, which nobody here looks at.
  const manager = await b.deploy(uniswapArtifact('v3-periphery', 'NonfungiblePositionManager'), [
    factory.address,
    wrappedEther,
    wrappedEther,
  ])
  const pools: PoolInfo[] = []
  for (const { base, fee, sideUsd } of POOLS) {
    const sides = [
      { symbol: base, token: tokens[base], amount: units(base, sideUsd / ASSETS[base].startPriceUsd) },
      { symbol: 'USDC', token: tokens.USDC, amount: units('USDC', sideUsd) },
    ] as const
    for (const { symbol, token, amount } of sides) {
      const approve = encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args: [manager.address, MAX_UINT] })
      const mint = encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [lp, amount] })
      await b.push(`mint ${symbol}`, lp, token.address, mint, 120_000n)
      await b.push(`approve ${symbol}`, lp, token.address, approve, 80_000n)
    }
    const baseIsToken0 = tokens[base].address.toLowerCase() < tokens.USDC.address.toLowerCase()
    const [first, second] = baseIsToken0 ? sides : [sides[1], sides[0]]
    const [token0, token1] = [first.token.address, second.token.address]
    const price = sqrtPriceX96({ base, quote: 'USDC', baseIsToken0 }, startPrices()[base])
    await b.write(manager, 'createAndInitializePoolIfNecessary', [token0, token1, fee, price], lp, POOL_GAS)
    const position = {
      token0,
      token1,
      fee,
      tickLower: -FULL_RANGE_TICK,
      tickUpper: FULL_RANGE_TICK,
      amount0Desired: first.amount,
      amount1Desired: second.amount,
      amount0Min: 0n,
      amount1Min: 0n,
      recipient: lp,
      deadline: MAX_UINT,
    }
    await b.write(manager, 'mint', [position], lp)
    const address = await b.read<Address>(factory, 'getPool', [token0, token1, fee])
    await b.write({ address, abi: uniswapPoolAbi }, 'increaseObservationCardinalityNext', [FIRST_OBSERVATIONS], lp)
    pools.push({ id: `${base}/USDC`, base, quote: 'USDC', address, fee, token0, token1, baseIsToken0 })
  }
  return { uniswap: { factory: factory.address, router: router.address, positionManager: manager.address }, pools }
}
