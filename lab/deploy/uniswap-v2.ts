// Deploys Uniswap v2 from its own artifacts, with pairs of tokens that exist, each begun by a first provider of liquidity.
import { type Address, encodeFunctionData, getAddress, parseAbi } from 'viem'
import { tokenAbi } from '../abi.ts'
import { uniswapV2Artifact } from './artifacts.ts'
import type { Builder, Contract } from './builder.ts'

export interface UniswapV2 {
  readonly factory: Contract
  readonly router: Contract
  readonly pairs: readonly Contract[]
}

/** Two tokens that anybody may mint, and how much of each there is at the start, smallest units. */
export type PairStart = readonly [
  { readonly token: Address; readonly amount: bigint },
  { readonly token: Address; readonly amount: bigint },
]

const transferAbi = parseAbi(['function transfer(address to, uint256 amount) returns (bool)'])
const CREATE_GAS = 4_000_000n

/** `wrappedEther`: what the router takes for it; nobody here swaps ether. */
export async function deployUniswapV2(b: Builder, lp: Address, wrappedEther: Address, starts: readonly PairStart[]): Promise<UniswapV2> {
  const factory = await b.deploy(uniswapV2Artifact('v2-core', 'UniswapV2Factory'), [lp])
  const router = await b.deploy(uniswapV2Artifact('v2-periphery', 'UniswapV2Router02'), [factory.address, wrappedEther])
  const { abi } = uniswapV2Artifact('v2-core', 'UniswapV2Pair')
  const pairs: Contract[] = []
  for (const start of starts) {
    const [first, second] = start
    await b.write(factory, 'createPair', [first.token, second.token], lp, CREATE_GAS)
    const pair = { address: getAddress(await b.read<Address>(factory, 'getPair', [first.token, second.token])), abi }
    for (const { token, amount } of start) {
      await b.push('mint', lp, token, encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [lp, amount] }))
      await b.push('transfer', lp, token, encodeFunctionData({ abi: transferAbi, functionName: 'transfer', args: [pair.address, amount] }))
    }
    await b.write(pair, 'mint', [lp], lp)
    pairs.push(pair)
  }
  await b.flush()
  return { factory, router, pairs }
}
