// Ends of bridges as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { bridge } from '../protocols/bridge/index.ts'
import { address, chainId, decimals, type Watched } from './parts.ts'

const bridgesSchema = z
  .strictObject({
    chainId,
    gateways: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          /** Where the token is at home it is locked, elsewhere it is minted. */
          side: z.enum(['lock', 'mint']),
          gateway: address,
          token: address,
          decimals,
          /** USD of a whole token; left out: a stablecoin. */
          usd: z.number().positive().finite().default(1),
          /** The other end, watched by another config of the same process. */
          other: z.strictObject({ chainId, gateway: address }),
        }),
      )
      .min(1)
      .refine((list) => new Set(list.map(({ gateway }) => gateway)).size === list.length, 'want each gateway once'),
  })
  .refine(({ chainId: own, gateways }) => gateways.every(({ other }) => other.chainId !== own), {
    path: ['gateways'],
    message: "want another chain's id in `other`",
  })

/** Ends of lock-and-mint bridges of the lab's kind. What the other chain did is heard from its own node in this process. */
export function bridgeGateways(input: z.input<typeof bridgesSchema>): Watched {
  const config = parsed('bridgeGateways()', input, bridgesSchema.parse)
  return { chainId: config.chainId, rules: { bridge: config }, protocols: [bridge(config)], venues: [], guards: [] }
}
