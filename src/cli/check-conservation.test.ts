// Factories of what conservation watches: what they take, and what they refuse by name.
import { describe, expect, test } from 'vitest'
import { backedTokens, bridgeGateways, erc4626Vaults, uniswapV2Pools, uniswapV4Pools } from '../watched.ts'
import { watchedThings } from './check-watched.ts'

const at = (n: number): string => `0x${String(n).repeat(40)}`
const gateway = { name: 'B', side: 'lock' as const, gateway: at(1), token: at(2), decimals: 18, other: { chainId: 2, gateway: at(3) } }
const vault = { name: 'V', vault: `0x${'AB'.repeat(20)}`, asset: at(2), assetDecimals: 6, shareDecimals: 9 }
const v4 = {
  name: 'P',
  currency0: at(1),
  currency1: at(2),
  fee: 500,
  tickSpacing: 10,
  base: at(1),
  baseDecimals: 18,
  quoteDecimals: 6,
}
const v2 = { name: 'P', pool: at(4), base: at(1), baseDecimals: 18, quoteDecimals: 6 }

describe('factories', () => {
  test('each makes one adapter of its chain, which acts on nothing', () => {
    const all = [
      erc4626Vaults({ chainId: 1, vaults: [vault] }),
      uniswapV2Pools({ chainId: 1, pools: [v2] }),
      uniswapV4Pools({ chainId: 1, manager: at(9), pools: [v4] }),
      bridgeGateways({ chainId: 1, gateways: [gateway] }),
      backedTokens({
        chainId: 1,
        tokens: [{ name: 'T', token: at(1), decimals: 6, reserves: [{ asset: at(2), holder: at(3), decimals: 6 }] }],
      }),
    ]
    for (const { chainId, protocols, venues, guards } of all) {
      expect([chainId, protocols.length, venues.length, guards.length]).toEqual([1, 1, 0, 0])
      expect(protocols[0]?.actions).toEqual({})
    }
    expect(all[0]?.protocols[0]?.id).toBe('erc4626:1')
    expect(all[3]?.protocols[0]?.hears).toEqual([2])
  })
  test.each([
    ['a vault twice', () => erc4626Vaults({ chainId: 1, vaults: [vault, vault] }), 'each vault once'],
    [
      'a base that is none of the two',
      () => uniswapV4Pools({ chainId: 1, manager: at(9), pools: [{ ...v4, base: at(5) }] }),
      'one of the two',
    ],
    [
      'a key that is not sorted',
      () => uniswapV4Pools({ chainId: 1, manager: at(9), pools: [{ ...v4, currency0: at(3) }] }),
      'a key is sorted',
    ],
    ['a bridge to its own chain', () => bridgeGateways({ chainId: 2, gateways: [gateway] }), "another chain's id"],
  ])('%s is refused', (_, make, want) => expect(make).toThrow(want))
  test('`check` looks for the contracts of this chain only', () => {
    const watch = [bridgeGateways({ chainId: 1, gateways: [gateway] }), uniswapV4Pools({ chainId: 1, manager: at(9), pools: [v4] })]
    const addresses = watchedThings({ watch }).others.flatMap(({ contracts }) => contracts.map(({ address }) => address))
    expect(new Set(addresses)).toEqual(new Set([at(1), at(2), at(9)]))
  })
})
