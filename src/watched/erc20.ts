// ERC-20 tokens as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { erc20 } from '../protocols/erc20/index.ts'
import { address, chainId, decimals, type Watched } from './parts.ts'

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
