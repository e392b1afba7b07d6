// What a config says of a pair, and the same with its defaults filled in.
import type { Hex } from '../../core/flow.ts'

export interface UniswapV2Config {
  readonly chainId: number
  readonly pools: readonly {
    readonly name: string
    readonly pool: Hex
    /** The token whose price it is, one of the pair's two; the other is the quote. */
    readonly base: Hex
    readonly baseDecimals: number
    readonly quoteDecimals: number
    /** USD of one whole quote token. */
    readonly quoteUsd?: number
    readonly feed?: Hex
    readonly twapWindowS?: number
    readonly bandBps?: number
  }[]
}

export interface PairSpec {
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

export function specOf(config: UniswapV2Config['pools'][number]): PairSpec {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex
  const { pool, base, feed } = config
  return { ...DEFAULTS, ...config, pool: lower(pool), base: lower(base), feed: feed === undefined ? undefined : lower(feed) }
}
