// What a config says of an exchange of perpetuals, and the same in lower case with its defaults filled in.
import type { Hex } from '../../core/flow.ts'
import type { PerpGuardEntry } from './entries.ts'

export interface PerpV2Config {
  readonly chainId: number
  readonly clearingHouse: Hex
  readonly markets: readonly {
    /** For people: `ETH`. */
    readonly name: string
    readonly baseToken: Hex
    /** Proxy of the Chainlink feed that the index follows. */
    readonly feed?: Hex
    /** Whole tokens of the underlying asset in circulation, for open interest against its market capitalisation. */
    readonly circulatingSupply?: number
  }[]
  /** Watch the settlement token's transfers, to see who pays for whom; a token that moves in every block makes many logs. */
  readonly followPayers?: boolean
  /** Undefined: we only watch. */
  readonly guard?: { readonly entries: readonly PerpGuardEntry[] }
}

export interface MarketSpec {
  readonly baseToken: Hex
  readonly feed: Hex | undefined
  readonly circulatingSupply: number
}
export interface PerpSpec {
  readonly clearingHouse: Hex
  readonly followPayers: boolean
  readonly markets: ReadonlyMap<Hex, MarketSpec>
}

export function specOf({ clearingHouse, markets, followPayers = true }: PerpV2Config): PerpSpec {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex
  return {
    clearingHouse: lower(clearingHouse),
    followPayers,
    markets: new Map(
      markets.map(({ baseToken, feed, circulatingSupply = 0 }) => [
        lower(baseToken),
        { baseToken: lower(baseToken), feed: feed && lower(feed), circulatingSupply },
      ]),
    ),
  }
}
