// A config's `watch` holds adapters; what they were made of is in their `rules`. Here it is taken out again, by shape, for the checks.
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Hex } from '../core/flow.ts'

const address = z.custom<Hex>((v) => typeof v === 'string' && /^0x[0-9a-f]{40}$/.test(v))
const feeds = z.object({
  feeds: z.array(z.object({ name: z.string(), proxy: address, secondProxy: address.optional(), heartbeatS: z.number().optional() })),
})
const pool = z.object({
  pool: address,
  guard: z
    .object({
      address,
      configurator: address,
      dataProvider: address,
      assets: z.array(z.object({ address, decimals: z.number(), symbol: z.string() })),
      actions: z.array(z.string()).optional(),
      expiryS: z.number().default(600),
      hardCapS: z.number().default(14_400),
      cooldownS: z.number().default(3_600),
      liquidator: z.object({ address }).optional(),
    })
    .optional(),
})

export type WatchedFeed = z.infer<typeof feeds>['feeds'][number] & { readonly key: string }
export type WatchedPool = z.infer<typeof pool> & { readonly key: string }
export type WatchedGuard = NonNullable<WatchedPool['guard']>

export interface Other {
  readonly key: string
  readonly kinds: string
  readonly contracts: readonly { readonly key: string; readonly address: Hex }[]
}

export interface WatchedThings {
  readonly feeds: readonly WatchedFeed[]
  readonly pools: readonly WatchedPool[]
  /** What has no checks of its own: its kinds, and the contracts that it names. */
  readonly others: readonly Other[]
  /** Feeds that stand behind a pool, and so would be applied after it. */
  readonly lateFeeds: readonly string[]
}

export function watchedThings({ watch }: Pick<Config, 'watch'>): WatchedThings {
  const found = {
    feeds: [] as WatchedFeed[],
    pools: [] as WatchedPool[],
    others: [] as Other[],
    lateFeeds: [] as string[],
  }
  for (const [i, { rules }] of watch.entries()) {
    const key = `config.watch.${i}`
    const parts = (typeof rules === 'object' && rules !== null ? rules : {}) as { readonly chainlink?: unknown; readonly aaveV3?: unknown }
    const [asFeeds, asPool] = [feeds.safeParse(parts.chainlink), pool.safeParse(parts.aaveV3)]
    if (asFeeds.success) {
      if (found.pools.length > 0) found.lateFeeds.push(...asFeeds.data.feeds.map(({ name }) => name))
      found.feeds.push(...asFeeds.data.feeds.map((feed, n) => ({ ...feed, key: `${key}.feeds.${n}` })))
    } else if (asPool.success) found.pools.push({ ...asPool.data, key })
    else
      found.others.push({ key, kinds: Object.keys(parts).join(', ') || 'nothing that says what it is', contracts: addressesIn(rules, key) })
  }
  return found
}

/**
 * Every address in plain data, with its key; the first key (the kind) is left out, as the config does not have it. What is on the other end
 * of a bridge is on another chain, and nobody's address is no contract.
 */
function addressesIn(data: unknown, key: string, depth = 0): Other['contracts'] {
  if (typeof data === 'string' && /^0x[0-9a-f]{40}$/.test(data)) return BigInt(data) === 0n ? [] : [{ key, address: data as Hex }]
  if (typeof data !== 'object' || data === null) return []
  return Object.entries(data).flatMap(([name, value]) =>
    name === 'other' ? [] : addressesIn(value, depth === 0 ? key : `${key}.${name}`, depth + 1),
  )
}
