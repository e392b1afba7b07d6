// Uniswap v2 pairs as a config names them.
import type { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { uniswapV2 } from '../protocols/uniswap-v2/index.ts'
import { poolsSchema, withFeed } from './exchange-pools.ts'
import type { Watched } from './parts.ts'

/** Uniswap v2 pairs: how deep they are, what they say beside a feed, and that none of their shares loses value. */
export function uniswapV2Pools(input: z.input<typeof poolsSchema>): Watched {
  const config = parsed('uniswapV2Pools()', input, poolsSchema.parse)
  const { chainId } = config
  const pools = config.pools.map(withFeed)
  return { chainId, rules: { uniswapV2: config }, protocols: [uniswapV2({ chainId, pools })], venues: [], guards: [] }
}
