import { describe, expect, test } from 'vitest'
import { perpV2Exchange } from './perps.ts'

const at = (n: number): string => `0x${n.toString(16).padStart(40, 'C')}`
const MARKET = { name: 'ETH', baseToken: at(2), pool: at(3) }
const GUARD = { address: at(4), exchange: at(5), registry: at(6), config: at(7) }

describe('perpV2Exchange', () => {
  test('watches the exchange and the pools of its markets; without a guard it offers nothing', () => {
    const { protocols, venues, guards } = perpV2Exchange({ chainId: 1, clearingHouse: at(1), markets: [MARKET] })
    expect(protocols.map(({ id }) => id)).toEqual(['uniswap-v3:1', `perp-v2:1:${at(1).toLowerCase()}`])
    expect([venues[0]?.pool, venues[0]?.guard, guards]).toEqual([at(1).toLowerCase(), undefined, []])
    expect(protocols[1]?.actions).toEqual({})
  })
  test('offers what there is a route for, in each market', () => {
    const markets = [MARKET, { name: 'BTC', baseToken: at(8), pool: at(9) }]
    const { guards, protocols } = perpV2Exchange({
      chainId: 1,
      clearingHouse: at(1),
      markets,
      guard: { ...GUARD, routes: { stopSwaps: at(0xa), capFunding: at(0xb) } },
    })
    expect(guards[0]?.entries.map(({ name }) => name)).toEqual(['stopSwaps ETH', 'stopSwaps BTC', 'capFunding'])
    expect(Object.keys(protocols[1]?.actions ?? {}).sort()).toEqual(['capFunding', 'stopSwaps'])
  })
  test('the same market or pool twice, no market, no route: refused', () => {
    const of = (markets: readonly (typeof MARKET)[], guard?: object) => () =>
      perpV2Exchange({ chainId: 1, clearingHouse: at(1), markets: [...markets], ...(guard as object) } as Parameters<
        typeof perpV2Exchange
      >[0])
    expect(of([])).toThrow()
    expect(of([MARKET, { ...MARKET, pool: at(9) }])).toThrow('want each market once')
    expect(of([MARKET, { ...MARKET, baseToken: at(9) }])).toThrow('want a pool of its own')
    expect(of([MARKET], { guard: { ...GUARD, routes: {} } })).toThrow('want a route')
  })
})
