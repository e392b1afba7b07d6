// Uniswap v2 pairs as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { uniswapV2 } from '../protocols/uniswap-v2/index.ts'
import { address, chainId, decimals, type Watched } from './parts.ts'

const poolsSchema = z.strictObject({
  chainId,
  pools: z
    .array(
      z
        .strictObject({
          name: z.string().min(1),
          pool: address,
          base: address,
          baseDecimals: decimals,
          quoteDecimals: decimals,
          /** Left out: the quote is a stablecoin. */
          quoteUsd: z.number().positive().finite().default(1),
          /** Proxy of the Chainlink feed of the same base token. */
          feed: address.optional(),
          twapWindowS: z.number().int().positive().max(604_800, 'want at most a week in seconds').default(1_800),
          bandBps: z.number().int().min(1).max(9_999, 'want less than 10000: a price falls by less than all of it').default(5_000),
        })
        .refine((p) => p.pool !== p.base, { path: ['base'], message: "want the base token's address, not the pool's" }),
    )
    .min(1)
    .refine((list) => new Set(list.map(({ pool }) => pool)).size === list.length, 'want each pool once'),
})

/** Uniswap v2 pairs: how deep they are, what they say beside a feed, and that none of their shares loses value. */
export function uniswapV2Pools(input: z.input<typeof poolsSchema>): Watched {
  const config = parsed('uniswapV2Pools()', input, poolsSchema.parse)
  const { chainId } = config
  const pools = config.pools.map(({ feed, ...rest }) => (feed === undefined ? rest : { ...rest, feed }))
  return { chainId, rules: { uniswapV2: config }, protocols: [uniswapV2({ chainId, pools })], venues: [], guards: [] }
}
