// What a config watches: adapters put together, with the venue one may act on. Values that a config file imports.
import { z } from 'zod'
import type { Hex } from './core/flow.ts'
import { entryId } from './core/guard-entry.ts'
import { addressSubject } from './core/subject.ts'
import { aaveGuardEntries } from './protocols/aave-v3/entries.ts'
import { aaveV3 } from './protocols/aave-v3/index.ts'
import { aaveProbes } from './protocols/aave-v3/probes.ts'
import { chainlink } from './protocols/chainlink/index.ts'
import { guard as guardAdapter } from './protocols/guard/index.ts'
import type { Protocol, Venue } from './state/protocol.ts'

/** Adapters in the order in which they apply: prices before those who use them. */
export interface Watched {
  /** Plain data that says what it is: part of the rules' hash. */
  readonly rules: unknown
  readonly protocols: readonly Protocol[]
  readonly venues: readonly Venue[]
}

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'want an address: 0x and 40 hex digits')
  .transform((a) => a.toLowerCase() as Hex)
const chainId = z.number().int().positive()

const feedsSchema = z.strictObject({
  chainId,
  feeds: z.array(z.strictObject({ name: z.string().min(1), proxy: address, secondProxy: address.optional() })).min(1),
})

/** Chainlink feeds; give each its independent second feed where there is one. */
export function chainlinkFeeds(input: z.input<typeof feedsSchema>): Watched {
  const config = feedsSchema.parse(input)
  const feeds = config.feeds.map(({ name, proxy, secondProxy }) =>
    secondProxy === undefined ? { name, proxy } : { name, proxy, secondProxy },
  )
  return { rules: { chainlink: config }, protocols: [chainlink({ chainId: config.chainId, feeds })], venues: [] }
}

const aaveSchema = z.strictObject({
  chainId,
  pool: address,
  /** Without it the pool is only watched. */
  guard: z
    .strictObject({
      address,
      configurator: address,
      dataProvider: address,
      assets: z.array(z.strictObject({ address, decimals: z.number().int().min(0).max(36), symbol: z.string().min(1) })).min(1),
      expiryS: z.number().int().positive().optional(),
      hardCapS: z.number().int().positive().optional(),
      cooldownS: z.number().int().nonnegative().optional(),
    })
    .optional(),
})

/** An Aave v3 pool with all its margin accounts, and the Guard that may act on it. */
export function aaveV3Pool(input: z.input<typeof aaveSchema>): Watched {
  const config = aaveSchema.parse(input)
  const { pool } = config
  if (!config.guard) {
    const protocol = aaveV3({ chainId: config.chainId, pool })
    return { rules: { aaveV3: config }, protocols: [protocol], venues: [{ protocol, pool, guard: undefined, probes: () => [] }] }
  }
  const { address: guard, assets, configurator, dataProvider } = config.guard
  const times = {
    expiryS: config.guard.expiryS ?? 600,
    hardCapS: config.guard.hardCapS ?? 14_400,
    cooldownS: config.guard.cooldownS ?? 3_600,
  }
  const entries = aaveGuardEntries({ pool, configurator, dataProvider, assets, ...times })
  const protocol = aaveV3({ chainId: config.chainId, pool, guard: { entries } })
  const known = entries.map(({ symbol, entry }) => ({
    id: entryId(entry),
    subjects: assets.filter((a) => symbol === null || a.symbol === symbol).map((a) => addressSubject(a.address)),
  }))
  const ours = guardAdapter({ chainId: config.chainId, guard, entries: known })
  const venue: Venue = { protocol, pool, guard, probes: (world, suspects) => aaveProbes(world, pool, suspects) }
  return { rules: { aaveV3: config, entries: known }, protocols: [protocol, ours], venues: [venue] }
}
