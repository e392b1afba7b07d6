// Deploys Uniswap v4's manager from its own artifacts, with the package's own test routers: people don't call a manager, contracts do.
import type { Address } from 'viem'
import { uniswapV4Artifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface UniswapV4 {
  readonly manager: Contract
  readonly liquidity: Contract
  readonly swap: Contract
}

/** Currencies ascend. */
export interface V4Key {
  readonly currency0: Address
  readonly currency1: Address
  readonly fee: number
  readonly tickSpacing: number
  readonly hooks: Address
}

export async function deployUniswapV4(
  b: Builder,
  owner: Address,
  pools: readonly { readonly key: V4Key; readonly sqrtPriceX96: bigint }[],
): Promise<UniswapV4> {
  const manager = await b.deploy(uniswapV4Artifact('PoolManager'), [owner])
  const liquidity = await b.deploy(uniswapV4Artifact('PoolModifyLiquidityTest'), [manager.address])
  const swap = await b.deploy(uniswapV4Artifact('PoolSwapTest'), [manager.address])
  for (const { key, sqrtPriceX96 } of pools) await b.write(manager, 'initialize', [key, sqrtPriceX96])
  await b.flush()
  return { manager, liquidity, swap }
}
