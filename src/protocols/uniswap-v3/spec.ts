// What a config says of a pool, and the same with its defaults filled in.
import type { Hex } from '../../core/flow.ts'

export interface UniswapV3Config {
  readonly chainId: number
  readonly pools: readonly {
    /** For people: `WETH / USDC 0.3 %`. */
    readonly name: string
    readonly pool: Hex
    /** The token whose price it is, one of the pool's two; the other is the quote. */
    readonly base: Hex
    readonly baseDecimals: number
    readonly quoteDecimals: number
    /** USD of one whole quote token; 1 by default, which means that the quote is a stablecoin. */
    readonly quoteUsd?: number
    /** Proxy of the Chainlink feed of the base token's price. */
    readonly feed?: Hex
    readonly twapWindowS?: number
    /** How far the price goes in what is called depth: 1 to 9,999. */
    readonly bandBps?: number
  }[]
}

export interface PoolSpec {
  readonly pool: Hex
  readonly base: Hex
  readonly baseDecimals: number
  readonly quoteDecimals: number
  readonly quoteUsd: number
  readonly feed: Hex | undefined
  readonly twapWindowS: number
  readonly bandBps: number
}

const DEFAULTS = { quoteUsd: 1, twapWindowS: 1_800, bandBps: 5_000 } as const

export function specOf(config: UniswapV3Config['pools'][number]): PoolSpec {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex
  const { pool, base, feed } = config
  return { ...DEFAULTS, ...config, pool: lower(pool), base: lower(base), feed: feed === undefined ? undefined : lower(feed) }
}
