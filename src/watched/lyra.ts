// A Lyra option market as a config names it.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { lyra } from '../protocols/lyra/index.ts'
import type { Venue } from '../state/protocol.ts'
import { watchedOnly } from '../state/risk.ts'
import { address, chainId, type Watched } from './parts.ts'

const lyraSchema = z.strictObject({
  chainId,
  /** The OptionMarket; the contracts around it are read from its storage. */
  market: address,
  /** Proxy of an independent feed of the base asset's price, listed before this: without it no trade is judged by a second price. */
  feed: address.optional(),
})

/** One market of Lyra's Avalon release: its pool, boards, strikes, positions, trades and payouts. It is only watched. */
export function lyraMarket(input: z.input<typeof lyraSchema>): Watched {
  const config = parsed('lyraMarket()', input, lyraSchema.parse)
  const { chainId, market, feed } = config
  const protocol = lyra({ chainId, market, ...(feed === undefined ? {} : { feed }) })
  const venue: Venue = { protocol, pool: market, guard: undefined, risk: watchedOnly, probes: () => [] }
  return { chainId, rules: { lyra: config }, protocols: [protocol], venues: [venue], guards: [] }
}
