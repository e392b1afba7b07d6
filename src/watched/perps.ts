// An exchange of perpetuals, Perp v2, as a config names it: with its virtual pools, and the Guard that may act on it.
import { z } from 'zod'
import { entryId } from '../core/guard-entry.ts'
import { parsed } from '../core/parsed.ts'
import { guard as guardAdapter } from '../protocols/guard/index.ts'
import { perpGuardEntries } from '../protocols/perp-v2/entries.ts'
import { perpV2 } from '../protocols/perp-v2/index.ts'
import { uniswapV3 } from '../protocols/uniswap-v3/index.ts'
import { perpRisk } from '../state/perp-risk.ts'
import type { Venue } from '../state/protocol.ts'
import { address, chainId, type Watched } from './parts.ts'

const ACTIONS = ['stopSwaps', 'tightenSpread', 'capFunding', 'stopDeposits'] as const
const VIRTUAL_DECIMALS = 18

const perpSchema = z.strictObject({
  chainId,
  clearingHouse: address,
  markets: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        baseToken: address,
        /** The market's own Uniswap v3 pool: how deep it is. */
        pool: address,
        /** Proxy of the Chainlink feed that the index follows. */
        feed: address.optional(),
        /** Whole tokens of the underlying asset in circulation. */
        circulatingSupply: z.number().positive().finite().optional(),
        /** How far the price goes in what is called depth. */
        bandBps: z.number().int().min(1).max(9_999, 'want less than 10000: a price falls by less than all of it').default(1_000),
      }),
    )
    .min(1)
    .refine((list) => new Set(list.map(({ baseToken }) => baseToken)).size === list.length, 'want each market once')
    .refine((list) => new Set(list.map(({ pool }) => pool)).size === list.length, 'want a pool of its own for each market'),
  /** Without it the exchange is only watched. */
  guard: z
    .strictObject({
      address,
      exchange: address,
      registry: address,
      config: address,
      /** SafeModuleRoutes, where a Safe owns the contracts; without one the Guard itself does. */
      routes: z
        .strictObject({ stopSwaps: address, tightenSpread: address, capFunding: address, stopDeposits: address })
        .partial()
        .optional(),
      /** What governance has added to the Guard; all by default. */
      actions: z.array(z.enum(ACTIONS)).min(1).optional(),
      cappedFundingPpm: z.number().int().min(0).max(1_000_000).optional(),
      expiryS: z.number().int().positive().optional(),
      hardCapS: z.number().int().positive().optional(),
      cooldownS: z.number().int().nonnegative().optional(),
    })
    .optional(),
})

/** Perpetual Protocol v2: markets, margin accounts, open interest, funding, insurance; and the pools in which its prices are made. */
export function perpV2Exchange(input: z.input<typeof perpSchema>): Watched {
  const config = parsed('perpV2Exchange()', input, perpSchema.parse)
  const { chainId, clearingHouse } = config
  const pools = config.markets.map(({ name, pool, baseToken, bandBps }) => ({
    name,
    pool,
    base: baseToken,
    baseDecimals: VIRTUAL_DECIMALS,
    quoteDecimals: VIRTUAL_DECIMALS,
    bandBps,
  }))
  const markets = config.markets.map(({ name, baseToken, feed, circulatingSupply }) => ({
    name,
    baseToken,
    ...(feed === undefined ? {} : { feed }),
    ...(circulatingSupply === undefined ? {} : { circulatingSupply }),
  }))
  const prices = uniswapV3({ chainId, pools })
  if (!config.guard) {
    const protocol = perpV2({ chainId, clearingHouse, markets })
    const venue: Venue = { protocol, pool: clearingHouse, guard: undefined, risk: perpRisk, probes: () => [] }
    return { chainId, rules: { perpV2: config }, protocols: [prices, protocol], venues: [venue], guards: [] }
  }
  const { address: guard, actions = ACTIONS, ...parts } = config.guard
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as typeof parts
  const entries = perpGuardEntries({ ...(given as Parameters<typeof perpGuardEntries>[0]), markets }).filter(({ action }) =>
    actions.includes(action),
  )
  const protocol = perpV2({ chainId, clearingHouse, markets, guard: { entries } })
  const known = entries.map(({ entry, subjects }) => ({ id: entryId(entry), subjects }))
  const ours = guardAdapter({ chainId, guard, entries: known })
  const venue: Venue = { protocol, pool: clearingHouse, guard, risk: perpRisk, probes: () => [] }
  const named = entries.map(({ action, symbol, entry }) => ({ id: entryId(entry), name: `${action} ${symbol}`.trim() }))
  const rules = { perpV2: config, entries: known }
  return { chainId, rules, protocols: [prices, protocol, ours], venues: [venue], guards: [{ guard, entries: named }] }
}
