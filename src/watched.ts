// What a config watches: adapters put together, with the venue one may act on. Values that a config file imports.
import { z } from 'zod'
import type { GuardActionName, Hex } from './core/flow.ts'
import { entryId } from './core/guard-entry.ts'
import { parsed } from './core/parsed.ts'
import { addressSubject } from './core/subject.ts'
import { aaveGuardEntries } from './protocols/aave-v3/entries.ts'
import { aaveV3 } from './protocols/aave-v3/index.ts'
import { aaveProbes } from './protocols/aave-v3/probes.ts'
import { reliefOf } from './protocols/aave-v3/relief.ts'
import { chainlink } from './protocols/chainlink/index.ts'
import { erc20 } from './protocols/erc20/index.ts'
import { governance as governanceAdapter } from './protocols/governance/index.ts'
import { guard as guardAdapter } from './protocols/guard/index.ts'
import { uniswapV3 } from './protocols/uniswap-v3/index.ts'
import { ROLE } from './state/authority.ts'
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
const decimals = z.number().int().min(0).max(36)

const feedsSchema = z.strictObject({
  chainId,
  feeds: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        proxy: address,
        secondProxy: address.optional(),
        /** The longest time between rounds that the feed promises. */
        heartbeatS: z.number().int().positive().optional(),
      }),
    )
    .min(1),
})

/** Chainlink feeds; give each its independent second feed where there is one. */
export function chainlinkFeeds(input: z.input<typeof feedsSchema>): Watched {
  const config = parsed('chainlinkFeeds()', input, feedsSchema.parse)
  const feeds = config.feeds.map(({ name, proxy, secondProxy, heartbeatS }) => ({
    name,
    proxy,
    ...(secondProxy === undefined ? {} : { secondProxy }),
    ...(heartbeatS === undefined ? {} : { heartbeatS }),
  }))
  const { chainId } = config
  return { chainId, rules: { chainlink: config }, protocols: [chainlink({ chainId, feeds })], venues: [], guards: [] }
}

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

/** Uniswap v3 pools in which the price of a base token is made: how deep they are, and what they say beside its feed. */
export function uniswapV3Pools(input: z.input<typeof poolsSchema>): Watched {
  const config = parsed('uniswapV3Pools()', input, poolsSchema.parse)
  const { chainId } = config
  const pools = config.pools.map(({ feed, ...rest }) => (feed === undefined ? rest : { ...rest, feed }))
  return { chainId, rules: { uniswapV3: config }, protocols: [uniswapV3({ chainId, pools })], venues: [], guards: [] }
}

const tokensSchema = z.strictObject({
  chainId,
  tokens: z
    .array(z.strictObject({ name: z.string().min(1), token: address, decimals, holders: z.array(address).default([]) }))
    .min(1)
    .refine((list) => new Set(list.map(({ token }) => token)).size === list.length, 'want each token once'),
})

/** ERC-20 tokens: their supply, what is minted and burned, and the balances of watched holders, for example a bridge's lock. */
export function erc20Tokens(input: z.input<typeof tokensSchema>): Watched {
  const config = parsed('erc20Tokens()', input, tokensSchema.parse)
  return { chainId: config.chainId, rules: { erc20: config }, protocols: [erc20(config)], venues: [], guards: [] }
}

const role = z.string().regex(/^[\x21-\x7e]+$/, "want a role's name as its contract hashes it, for example POOL_ADMIN")
const governanceSchema = z
  .strictObject({
    chainId,
    /** Contracts with roles; Aave's by default. */
    accessControls: z.array(z.strictObject({ address, roles: z.array(role).default(Object.keys(ROLE)) })).default([]),
    owned: z.array(address).default([]),
    /** EIP-1967 proxies. */
    proxies: z.array(address).default([]),
    timelocks: z.array(address).default([]),
    safes: z.array(address).default([]),
    /** Our Guards. */
    own: z.array(address).default([]),
    /** What was set up before this block is taken as governance wants it, whoever sent it: deployments are made by single keys. */
    sinceBlock: z.number().int().nonnegative().default(0),
  })
  .refine(({ own, timelocks, safes }) => !own.some((a) => timelocks.includes(a) || safes.includes(a)), {
    path: ['own'],
    message: "want our Guards only: a timelock or a Safe is people's",
  })

/** Who may change what is watched, and whether a change went through a timelock or a Safe. Stands before `aaveV3Pool`. */
export function governance(input: z.input<typeof governanceSchema>): Watched {
  const config = parsed('governance()', input, governanceSchema.parse)
  return { chainId: config.chainId, rules: { governance: config }, protocols: [governanceAdapter(config)], venues: [], guards: [] }
}

const ACTIONS = [
  'stopBorrowingAgainst',
  'stopBorrowing',
  'supplyCap',
  'borrowCap',
  'freeze',
  'reservePause',
] as const satisfies readonly GuardActionName[]

const aaveSchema = z.strictObject({
  chainId,
  pool: address,
  /** Without it the pool is only watched. */
  guard: z
    .strictObject({
      address,
      configurator: address,
      dataProvider: address,
      assets: z.array(z.strictObject({ address, decimals, symbol: z.string().min(1) })).min(1),
      /** What governance has added to the Guard; all by default. */
      actions: z.array(z.enum(ACTIONS)).min(1).optional(),
      expiryS: z.number().int().positive().optional(),
      hardCapS: z.number().int().positive().optional(),
      cooldownS: z.number().int().nonnegative().optional(),
      /** A Liquidator contract, for accounts that no keeper liquidates, and the token that its exchange pools are quoted in. */
      liquidator: z.strictObject({ address, hub: address }).optional(),
    })
    .optional(),
})

/** An Aave v3 pool with all its margin accounts, and the Guard that may act on it. */
export function aaveV3Pool(input: z.input<typeof aaveSchema>): Watched {
  const config = parsed('aaveV3Pool()', input, aaveSchema.parse)
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
  const { liquidator } = config.guard
  const protocol = aaveV3({ chainId, pool, guard: { entries }, liquidates: liquidator !== undefined })
  const known = entries.map(({ symbol, entry }) => ({
    id: entryId(entry),
    subjects: assets.filter((a) => a.symbol === symbol).map((a) => addressSubject(a.address)),
  }))
  const ours = guardAdapter({ chainId, guard, entries: known })
  const venue: Venue = {
    protocol,
    pool,
    guard,
    probes: (world, suspects) => aaveProbes(world, pool, suspects),
    ...(liquidator ? { relief: (world, account) => reliefOf(world, liquidator.address, liquidator.hub, account) } : {}),
  }
  const named = entries.map(({ action, symbol, entry }) => ({ id: entryId(entry), name: `${action} ${symbol}` }))
  const rules = { aaveV3: config, entries: known }
  return { chainId, rules, protocols: [protocol, ours], venues: [venue], guards: [{ guard, entries: named }] }
}
