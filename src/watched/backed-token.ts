// Tokens with a backing as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { backedToken } from '../protocols/backed-token/index.ts'
import { address, chainId, decimals, type Watched } from './parts.ts'

const usd = z.number().positive().finite().default(1)
const tokensSchema = z.strictObject({
  chainId,
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        token: address,
        decimals,
        usd,
        /** What backs it, and who holds that. */
        reserves: z.array(z.strictObject({ asset: address, holder: address, decimals, usd })).min(1),
      }),
    )
    .min(1)
    .refine((list) => new Set(list.map(({ token }) => token)).size === list.length, 'want each token once'),
})

/** Tokens that promise a backing, and the holders where it lies. */
export function backedTokens(input: z.input<typeof tokensSchema>): Watched {
  const config = parsed('backedTokens()', input, tokensSchema.parse)
  return { chainId: config.chainId, rules: { backedToken: config }, protocols: [backedToken(config)], venues: [], guards: [] }
}
