// A Lyra option market as a config names it, with the Guard that may act on it.
import { z } from 'zod'
import { entryId } from '../core/guard-entry.ts'
import { parsed } from '../core/parsed.ts'
import { guard as guardAdapter } from '../protocols/guard/index.ts'
import { lyraGuardEntries } from '../protocols/lyra/entries.ts'
import { lyra } from '../protocols/lyra/index.ts'
import { optionsRisk } from '../state/options-risk.ts'
import type { Venue } from '../state/protocol.ts'
import { address, chainId, type Watched } from './parts.ts'

const ACTIONS = ['freezeBoard', 'pauseOptionMarket', 'pauseAllOptions'] as const

const lyraSchema = z.strictObject({
  chainId,
  /** The OptionMarket; the contracts around it are read from its storage. */
  market: address,
  /** Proxy of an independent feed of the base asset's price, listed before this: without it no trade is judged by a second price. */
  feed: address.optional(),
  /** Without it the market is only watched. */
  guard: z
    .strictObject({
      address,
      exchange: address,
      boards: z.array(z.number().int().positive()).min(1),
      routes: z.strictObject({ freezeBoard: address, pauseOptionMarket: address, pauseAllOptions: address }),
      /** What governance has added to the Guard; all by default. */
      actions: z.array(z.enum(ACTIONS)).min(1).optional(),
      expiryS: z.number().int().positive().optional(),
      hardCapS: z.number().int().positive().optional(),
      cooldownS: z.number().int().nonnegative().optional(),
    })
    .optional(),
})

/** One market of Lyra's Avalon release: its pool, boards, strikes, positions, trades and payouts, and the Guard that may act on it. */
export function lyraMarket(input: z.input<typeof lyraSchema>): Watched {
  const config = parsed('lyraMarket()', input, lyraSchema.parse)
  const { chainId, market } = config
  const watched = { chainId, market, ...(config.feed === undefined ? {} : { feed: config.feed }) }
  if (!config.guard) {
    const venue: Venue = { protocol: lyra(watched), pool: market, guard: undefined, risk: optionsRisk, probes: () => [] }
    return { chainId, rules: { lyra: config }, protocols: [venue.protocol], venues: [venue], guards: [] }
  }
  const { address: guard, actions = ACTIONS, exchange, boards, routes, expiryS, hardCapS, cooldownS } = config.guard
  const times = { ...(expiryS && { expiryS }), ...(hardCapS && { hardCapS }), ...(cooldownS !== undefined && { cooldownS }) }
  const entries = lyraGuardEntries({ market, exchange, boards, routes, ...times }).filter(({ action }) => actions.includes(action))
  const protocol = lyra({ ...watched, guard: { entries } })
  const known = entries.map(({ entry, subjects }) => ({ id: entryId(entry), subjects }))
  const venue: Venue = { protocol, pool: market, guard, risk: optionsRisk, probes: () => [] }
  return {
    chainId,
    rules: { lyra: config, entries: known },
    protocols: [protocol, guardAdapter({ chainId, guard, entries: known })],
    venues: [venue],
    guards: [{ guard, entries: entries.map(({ action, entry }) => ({ id: entryId(entry), name: action })) }],
  }
}
