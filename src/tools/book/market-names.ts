// What people call a market: the symbol or feed that the config names it by, or its address.
import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { Hex } from '../../core/flow.ts'
import { addressOf } from '../../core/words.ts'
import type { World } from '../../state/world.ts'

const named = z.object({
  chainlink: z.object({ feeds: z.array(z.object({ name: z.string(), proxy: z.string() })) }).optional(),
  aaveV3: z.object({ guard: z.object({ assets: z.array(z.object({ address: z.string(), symbol: z.string() })) }).optional() }).optional(),
})

/** By address, of an asset or of a feed's proxy. `rules` are those of the config's `watch`: plain data, taken by shape. */
export function namesOf(rules: readonly unknown[]): ReadonlyMap<Hex, string> {
  const names = new Map<Hex, string>()
  for (const rule of rules) {
    const found = named.safeParse(rule)
    if (!found.success) continue
    for (const { name, proxy } of found.data.chainlink?.feeds ?? []) names.set(proxy.toLowerCase() as Hex, name)
    for (const { address, symbol } of found.data.aaveV3?.guard?.assets ?? []) names.set(address.toLowerCase() as Hex, symbol)
  }
  return names
}

/** The asset's symbol, else its feed's name, else its address. */
export function nameOfMarket(world: World, market: number, names: ReadonlyMap<Hex, string>): string {
  const { asset, feed } = world.markets.columns
  const address = addressOf(asset.get(market))
  const proxy = feed.get(market) === 0 ? undefined : (world.feeds.keyOf(feed.get(market) - 1) as Hex)
  return names.get(address) ?? (proxy && names.get(proxy)) ?? address
}

/**
 * A market by its name, by the first word of a feed's name ("ETH" of "ETH / USD"), by its asset's address, or by `pool:asset` where
 * several pools have it; capitals don't count.
 * @throws UserError naming all markets if none or several answer to it
 */
export function marketNamed(world: World, asked: string, names: ReadonlyMap<Hex, string>): number {
  const wanted = asked.toLowerCase()
  const all = Array.from({ length: world.markets.count }, (_, row) => row)
  const called = (row: number): readonly string[] => {
    const name = nameOfMarket(world, row, names).toLowerCase()
    return [name, name.split(' ')[0] as string, addressOf(world.markets.columns.asset.get(row)), world.markets.keyOf(row).toLowerCase()]
  }
  const found = all.filter((row) => called(row).includes(wanted))
  if (found.length === 1) return found[0] as number
  const there = (found.length > 1 ? found : all).map((row) => {
    const name = nameOfMarket(world, row, names)
    return found.length > 1 ? world.markets.keyOf(row) : name
  })
  throw new UserError(
    '--market',
    asked,
    `${found.length > 1 ? 'one of these that it may mean' : 'a market that is there'}: ${there.join(', ')}`,
  )
}
