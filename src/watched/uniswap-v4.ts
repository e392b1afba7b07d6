// Uniswap v4 pools of one manager as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { uniswapV4 } from '../protocols/uniswap-v4/index.ts'
import { pricedPair, withFeed } from './exchange-pools.ts'
import { address, chainId, type Watched } from './parts.ts'

const poolsSchema = z.strictObject({
  chainId,
  manager: address,
  pools: z
    .array(
      z
        .strictObject({
          /** The pool's key; currencies ascend, the zero address is the chain's own. */
          currency0: address,
          currency1: address,
          fee: z.number().int().min(0).max(0xff_ff_ff),
          tickSpacing: z.number().int().min(1).max(32_767),
          hooks: address.default(`0x${'0'.repeat(40)}`),
          ...pricedPair,
        })
        .refine((p) => p.currency0 < p.currency1, { path: ['currency1'], message: 'want an address above currency0: a key is sorted' })
        .refine((p) => p.base === p.currency0 || p.base === p.currency1, { path: ['base'], message: 'want one of the two currencies' }),
    )
    .min(1),
})

/** Uniswap v4 pools: how deep they are, what they say beside a feed, and that no swap takes more than its curve allows. */
export function uniswapV4Pools(input: z.input<typeof poolsSchema>): Watched {
  const config = parsed('uniswapV4Pools()', input, poolsSchema.parse)
  const { chainId, manager } = config
  const pools = config.pools.map((pool) => ({ ...withFeed(pool), hooks: pool.hooks as `0x${string}` }))
  return { chainId, rules: { uniswapV4: config }, protocols: [uniswapV4({ chainId, manager, pools })], venues: [], guards: [] }
}
