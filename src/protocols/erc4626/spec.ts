// What a config says of a vault, and the same with its defaults filled in.
import type { Hex } from '../../core/flow.ts'

export interface Erc4626Config {
  readonly chainId: number
  readonly vaults: readonly {
    readonly name: string
    readonly vault: Hex
    readonly asset: Hex
    readonly assetDecimals: number
    /** The asset's, plus the offset if the vault has one. */
    readonly shareDecimals: number
    /** USD of a whole asset token, where no feed says it. */
    readonly assetUsd?: number
    /** Proxy of the Chainlink feed of the asset's price. */
    readonly feed?: Hex
  }[]
}

export interface VaultSpec {
  readonly vault: Hex
  readonly asset: Hex
  readonly assetDecimals: number
  readonly shareDecimals: number
  readonly assetUsd: number
  readonly feed: Hex | undefined
}

export function specOf({ vault, asset, feed, assetUsd, ...rest }: Erc4626Config['vaults'][number]): VaultSpec {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex
  return { ...rest, vault: lower(vault), asset: lower(asset), assetUsd: assetUsd ?? 1, feed: feed === undefined ? undefined : lower(feed) }
}
