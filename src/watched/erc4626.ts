// Vaults of EIP-4626 as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { erc4626 } from '../protocols/erc4626/index.ts'
import { address, chainId, decimals, type Watched } from './parts.ts'

const vaultsSchema = z.strictObject({
  chainId,
  vaults: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        vault: address,
        asset: address,
        assetDecimals: decimals,
        /** The asset's, plus the offset if the vault has one. */
        shareDecimals: decimals,
        /** USD of a whole asset token where no feed says it; left out: a stablecoin. */
        assetUsd: z.number().positive().finite().default(1),
        /** Proxy of the Chainlink feed of the asset's price. */
        feed: address.optional(),
      }),
    )
    .min(1)
    .refine((list) => new Set(list.map(({ vault }) => vault)).size === list.length, 'want each vault once'),
})

/** Vaults that issue shares by EIP-4626: their rate, their flows, and what flows do not explain. */
export function erc4626Vaults(input: z.input<typeof vaultsSchema>): Watched {
  const config = parsed('erc4626Vaults()', input, vaultsSchema.parse)
  const { chainId } = config
  const vaults = config.vaults.map(({ feed, ...rest }) => (feed === undefined ? rest : { ...rest, feed }))
  return { chainId, rules: { erc4626: config }, protocols: [erc4626({ chainId, vaults })], venues: [], guards: [] }
}
