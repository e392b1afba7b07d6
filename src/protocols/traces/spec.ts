// What a config says of traced contracts, sorted for looking up.
import type { Hex } from '../../core/flow.ts'
import type { World } from '../../state/world.ts'

export interface TracedSpec {
  readonly chainId: number
  readonly contracts: readonly {
    readonly name: string
    readonly address: Hex
    /** The venue that it belongs to, by its main address; left out: it is one by itself. */
    readonly venue?: Hex
    /** Selectors of further views from which others make prices. */
    readonly rates?: readonly Hex[]
    /** Few may write to it: then the transaction's outermost callee is part of the way. */
    readonly strict?: boolean
  }[]
  /** Tokens whose movements are counted. `liability`: who holds it owes (debt tokens). `wrapsNative`: as WETH does. */
  readonly tokens: readonly {
    readonly token: Hex
    readonly decimals: number
    readonly usd?: number
    readonly feed?: Hex
    readonly liability?: boolean
    readonly wrapsNative?: boolean
  }[]
  readonly native?: { readonly usd?: number; readonly feed?: Hex }
  /** Pools of exchanges whose price a transaction might move. */
  readonly priceSources: readonly { readonly pool: Hex; readonly kind: 'uniswap-v2' | 'uniswap-v3' }[]
}

export interface Family {
  readonly venue: Hex
  readonly members: ReadonlySet<Hex>
}

export class Spec {
  readonly addresses: readonly Hex[]
  readonly families: readonly Family[]
  private readonly byAddress: ReadonlyMap<Hex, Family>
  private readonly rates: ReadonlyMap<Hex, ReadonlySet<string>>
  private readonly strict: ReadonlySet<Hex>
  readonly tokens: ReadonlyMap<Hex, TracedSpec['tokens'][number]>
  readonly sources: ReadonlyMap<Hex, TracedSpec['priceSources'][number]>

  constructor(readonly given: TracedSpec) {
    const members = new Map<Hex, Set<Hex>>()
    for (const { address, venue = address } of given.contracts) members.set(venue, (members.get(venue) ?? new Set<Hex>()).add(address))
    this.families = [...members].map(([venue, of]) => ({ venue, members: of }))
    this.byAddress = new Map(this.families.flatMap((family) => [...family.members].map((address) => [address, family] as const)))
    this.addresses = [...this.byAddress.keys()]
    this.rates = new Map(given.contracts.map(({ address, rates = [] }) => [address, new Set<string>(rates)]))
    this.strict = new Set(given.contracts.flatMap(({ address, strict }) => (strict ? [address] : [])))
    this.tokens = new Map(given.tokens.map((one) => [one.token, one]))
    this.sources = new Map(given.priceSources.map((one) => [one.pool, one]))
  }

  familyOf(address: Hex): Family | undefined {
    return this.byAddress.get(address)
  }
  isRate(address: Hex, selector: Hex): boolean {
    return this.rates.get(address)?.has(selector) === true
  }
  isStrict(address: Hex): boolean {
    return this.strict.has(address)
  }
}

/** USD a whole unit; undefined: not known now. */
export function priceOf(world: World, { usd, feed }: { readonly usd?: number; readonly feed?: Hex }): number | undefined {
  if (usd !== undefined) return usd
  const row = feed === undefined ? undefined : world.feeds.find(feed)
  const price = row === undefined ? 0 : world.feeds.columns.price.get(row)
  return price > 0 && price < Number.POSITIVE_INFINITY ? price : undefined
}
