// Uniswap v3 pools as a config names them.
import type { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { uniswapV3 } from '../protocols/uniswap-v3/index.ts'
import { poolsSchema, withFeed } from './exchange-pools.ts'
import type { Watched } from './parts.ts'

/** Uniswap v3 pools in which the price of a base token is made: how deep they are, and what they say beside its feed. */
export function uniswapV3Pools(input: z.input<typeof poolsSchema>): Watched {
  const config = parsed('uniswapV3Pools()', input, poolsSchema.parse)
  const { chainId } = config
  const pools = config.pools.map(withFeed)
  return { chainId, rules: { uniswapV3: config }, protocols: [uniswapV3({ chainId, pools })], venues: [], guards: [] }
}
