// An exchange of perpetuals, Perp v2, as a config names it: with its virtual pools, and the Guard that may act on it.
import { z } from 'zod'
import type { Hex } from '../core/flow.ts'
import { entryId } from '../core/guard-entry.ts'
import { parsed } from '../core/parsed.ts'
import { guard as guardAdapter } from '../protocols/guard/index.ts'
import { type PerpEntryAction, type PerpGuardConfig, perpGuardEntries } from '../protocols/perp-v2/entries.ts'
import { perpV2 } from '../protocols/perp-v2/index.ts'
import { uniswapV3 } from '../protocols/uniswap-v3/index.ts'
import { perpRisk } from '../state/perp-risk.ts'
import type { Venue } from '../state/protocol.ts'
import { address, chainId, type Watched } from './parts.ts'

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
  /** See who pays for whose collateral, by the settlement token's transfers. */
  followPayers: z.boolean().default(true),
  /** Without it the exchange is only watched. */
  guard: z
    .strictObject({
      address,
      exchange: address,
      registry: address,
      config: address,
      /** SafeModuleRoute of each action that governance has added to the Guard. */
      routes: z
        .strictObject({ stopSwaps: address, tightenSpread: address, capFunding: address, stopDeposits: address })
        .partial()
        .refine((routes) => Object.keys(routes).length > 0, 'want a route for one action at least'),
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
  const { chainId, clearingHouse, followPayers } = config
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
    const protocol = perpV2({ chainId, clearingHouse, markets, followPayers })
    const venue: Venue = { protocol, pool: clearingHouse, guard: undefined, risk: perpRisk, probes: () => [] }
    return { chainId, rules: { perpV2: config }, protocols: [prices, protocol], venues: [venue], guards: [] }
  }
  const { address: guard, exchange, registry, config: rules, routes, cappedFundingPpm = 10_000 } = config.guard
  const { expiryS = 600, hardCapS = 14_400, cooldownS = 3_600 } = config.guard
  const given: Readonly<Partial<Record<PerpEntryAction, Hex | undefined>>> = routes
  const known = Object.fromEntries(Object.entries(given).filter(([, route]) => route !== undefined)) as PerpGuardConfig['routes']
  const times = { expiryS, hardCapS, cooldownS }
  const entries = perpGuardEntries({ exchange, registry, config: rules, markets, routes: known, cappedFundingPpm, ...times })
  const protocol = perpV2({ chainId, clearingHouse, markets, followPayers, guard: { entries } })
  const live = entries.map(({ entry, subjects }) => ({ id: entryId(entry), subjects }))
  const ours = guardAdapter({ chainId, guard, entries: live })
  const venue: Venue = { protocol, pool: clearingHouse, guard, risk: perpRisk, probes: () => [] }
  const named = entries.map(({ action, symbol, entry }) => ({ id: entryId(entry), name: `${action} ${symbol}`.trim() }))
  return {
    chainId,
    rules: { perpV2: config, entries: live },
    protocols: [prices, protocol, ours],
    venues: [venue],
    guards: [{ guard, entries: named }],
  }
}
