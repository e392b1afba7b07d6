// Chainlink feeds as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { chainlink } from '../protocols/chainlink/index.ts'
import { address, chainId, type Watched } from './parts.ts'

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
