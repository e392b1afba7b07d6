// What configs say of every kind of exchange pool: the token whose price it makes, and how it is read.
import { z } from 'zod'
import { address, chainId, decimals } from './parts.ts'

/** Keys of a pool of any kind, but for what names the pool itself. */
export const pricedPair = {
  name: z.string().min(1),
  base: address,
  baseDecimals: decimals,
  quoteDecimals: decimals,
  /** Left out: the quote is a stablecoin. */
  quoteUsd: z.number().positive().finite().default(1),
  /** Proxy of the Chainlink feed of the same base token. */
  feed: address.optional(),
  twapWindowS: z.number().int().positive().max(604_800, 'want at most a week in seconds').default(1_800),
  bandBps: z.number().int().min(1).max(9_999, 'want less than 10000: a price falls by less than all of it').default(5_000),
}

/** Pools that are contracts of their own: Uniswap v2 and v3, and forks of them. */
export const poolsSchema = z.strictObject({
  chainId,
  pools: z
    .array(
      z
        .strictObject({ pool: address, ...pricedPair })
        .refine((p) => p.pool !== p.base, { path: ['base'], message: "want the base token's address, not the pool's" }),
    )
    .min(1)
    .refine((list) => new Set(list.map(({ pool }) => pool)).size === list.length, 'want each pool once'),
})

/** A key that wasn't given is left out, not undefined. */
export const withFeed = <T extends { readonly feed?: string | undefined }>({ feed, ...rest }: T) =>
  (feed === undefined ? rest : { ...rest, feed }) as Omit<T, 'feed'> & { readonly feed?: NonNullable<T['feed']> }
