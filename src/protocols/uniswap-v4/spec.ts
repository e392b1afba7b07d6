// What a config says of a pool, and the same with its id and its defaults filled in.
import type { Hex } from '../../core/flow.ts'
import { type PoolKey, poolId } from './abi.ts'

export interface UniswapV4Config {
  readonly chainId: number
  readonly manager: Hex
  readonly pools: readonly (PoolKey & {
    readonly name: string
    /** The currency whose price it is, one of the two; the zero address is the chain's own. */
    readonly base: Hex
    readonly baseDecimals: number
    readonly quoteDecimals: number
    readonly quoteUsd?: number
    readonly feed?: Hex
    readonly twapWindowS?: number
    readonly bandBps?: number
  })[]
}

export interface V4PoolSpec extends PoolKey {
  readonly manager: Hex
  readonly id: Hex
  /** Key of its row: `manager:id`. */
  readonly pool: string
  readonly base: Hex
  readonly baseDecimals: number
  readonly quoteDecimals: number
  readonly quoteUsd: number
  readonly feed: Hex | undefined
  readonly twapWindowS: number
  readonly bandBps: number
}

const DEFAULTS = { quoteUsd: 1, twapWindowS: 1_800, bandBps: 5_000 } as const

export function specOf(of: Hex, config: UniswapV4Config['pools'][number]): V4PoolSpec {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex
  const [manager, id] = [lower(of), poolId(config)]
  const { base, feed, currency0, currency1 } = config
  return {
    ...DEFAULTS,
    ...config,
    manager,
    id,
    pool: `${manager}:${id}`,
    base: lower(base),
    currency0: lower(currency0),
    currency1: lower(currency1),
    feed: feed === undefined ? undefined : lower(feed),
  }
}
