// What a config watches: adapters put together, with the venue one may act on. Values that a config file imports.
import { z } from 'zod'
import type { ActionName, Hex } from './core/flow.ts'
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
  readonly chainId: number
  /** Plain data that says what it is: part of the rules' hash. */
  readonly rules: unknown
  readonly protocols: readonly Protocol[]
  readonly venues: readonly Venue[]
  /** Guards it may act through, with the entries that must be live there. */
  readonly guards: readonly { readonly guard: Hex; readonly entries: readonly { readonly id: Hex; readonly name: string }[] }[]
}

/** Governance adds to the Guard what these make of the same values as the config. */
export { aaveGuardEntries, entryId }

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
  const { chainId } = config
  return { chainId, rules: { chainlink: config }, protocols: [chainlink({ chainId, feeds })], venues: [], guards: [] }
}

const ACTIONS = [
  'stopBorrowingAgainst',
  'stopBorrowing',
  'supplyCap',
  'borrowCap',
  'freeze',
  'reservePause',
] as const satisfies readonly ActionName[]

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
      /** What governance has added to the Guard; all by default. */
      actions: z.array(z.enum(ACTIONS)).min(1).optional(),
      expiryS: z.number().int().positive().optional(),
      hardCapS: z.number().int().positive().optional(),
      cooldownS: z.number().int().nonnegative().optional(),
    })
    .optional(),
})

/** An Aave v3 pool with all its margin accounts, and the Guard that may act on it. */
export function aaveV3Pool(input: z.input<typeof aaveSchema>): Watched {
  const config = aaveSchema.parse(input)
  const { chainId, pool } = config
  if (!config.guard) {
    const protocol = aaveV3({ chainId, pool })
    const venue: Venue = { protocol, pool, guard: undefined, probes: () => [] }
    return { chainId, rules: { aaveV3: config }, protocols: [protocol], venues: [venue], guards: [] }
  }
  const { address: guard, assets, configurator, dataProvider, actions = ACTIONS } = config.guard
  const times = {
    expiryS: config.guard.expiryS ?? 600,
    hardCapS: config.guard.hardCapS ?? 14_400,
    cooldownS: config.guard.cooldownS ?? 3_600,
  }
  const entries = aaveGuardEntries({ pool, configurator, dataProvider, assets, ...times }).filter(({ action }) => actions.includes(action))
  const protocol = aaveV3({ chainId, pool, guard: { entries } })
  const known = entries.map(({ symbol, entry }) => ({
    id: entryId(entry),
    subjects: assets.filter((a) => a.symbol === symbol).map((a) => addressSubject(a.address)),
  }))
  const ours = guardAdapter({ chainId, guard, entries: known })
  const venue: Venue = { protocol, pool, guard, probes: (world, suspects) => aaveProbes(world, pool, suspects) }
  const named = entries.map(({ action, symbol, entry }) => ({ id: entryId(entry), name: `${action} ${symbol}` }))
  const rules = { aaveV3: config, entries: known }
  return { chainId, rules, protocols: [protocol, ours], venues: [venue], guards: [{ guard, entries: named }] }
}
