import { describe, expect, test } from 'vitest'
import { chainlinkFeeds, erc20Tokens, governance, uniswapV3Pools } from './index.ts'

const upper = `0x${'A'.repeat(40)}`
const lower = upper.toLowerCase()
const base = `0x${'b'.repeat(40)}`
const pool = { name: 'X / USD', pool: upper, base, baseDecimals: 18, quoteDecimals: 6 }

describe('uniswapV3Pools', () => {
  const made = (over: object = {}) => uniswapV3Pools({ chainId: 1, pools: [{ ...pool, ...over }] })

  test('what is left out has its default, which the rules say too', () => {
    const { rules, protocols, venues, guards } = made()
    const filled = { ...pool, pool: lower, quoteUsd: 1, twapWindowS: 1_800, bandBps: 5_000 }
    expect(rules).toEqual({ uniswapV3: { chainId: 1, pools: [filled] } })
    expect(protocols.map(({ id, actions }) => [id, actions])).toEqual([['uniswap-v3:1', {}]])
    expect([venues, guards]).toEqual([[], []])
  })

  test('refuses what can be no pool, and says where', () => {
    expect(() => made({ bandBps: 10_000 })).toThrow('a price falls by less than all of it')
    expect(() => made({ twapWindowS: 604_801 })).toThrow('want at most a week in seconds')
    expect(() => made({ base: lower })).toThrow("want the base token's address, not the pool's")
    expect(() => made({ feed: '0x1' })).toThrow('want an address')
    for (const odd of [{ bandBps: 0 }, { twapWindowS: 0 }, { quoteUsd: 0 }, { baseDecimals: 37 }, { more: 1 }])
      expect(() => made(odd)).toThrow()
    const twice = [pool, { ...pool, pool: lower }]
    expect(() => uniswapV3Pools({ chainId: 1, pools: twice })).toThrow('want each pool once')
  })
})

describe('erc20Tokens', () => {
  const token = { name: 'X', token: upper, decimals: 6 }
  test('without holders: supply, mints and burns alone', () => {
    const { rules, protocols } = erc20Tokens({ chainId: 1, tokens: [token] })
    expect(rules).toEqual({ erc20: { chainId: 1, tokens: [{ ...token, token: lower, holders: [] }] } })
    expect(protocols.map(({ id }) => id)).toEqual(['erc20:1'])
  })
  test('refuses a token twice and a holder that is no address', () => {
    expect(() => erc20Tokens({ chainId: 1, tokens: [token, token] })).toThrow('want each token once')
    expect(() => erc20Tokens({ chainId: 1, tokens: [{ ...token, holders: ['ann'] }] })).toThrow('want an address')
  })
})

test('a feed may say how often it promises a round', () => {
  const feed = { name: 'X / USD', proxy: lower }
  expect(chainlinkFeeds({ chainId: 1, feeds: [{ ...feed, heartbeatS: 3_600 }] }).rules).toMatchObject({
    chainlink: { feeds: [{ heartbeatS: 3_600 }] },
  })
  for (const heartbeatS of [0, -1, 1.5]) expect(() => chainlinkFeeds({ chainId: 1, feeds: [{ ...feed, heartbeatS }] })).toThrow()
})

describe('governance', () => {
  test('what is left out is nobody; roles are those of Aave unless others are named', () => {
    const { rules, protocols, venues } = governance({
      chainId: 1,
      accessControls: [{ address: upper }, { address: base, roles: ['MINTER_ROLE'] }],
    })
    const none = {
      owned: [],
      proxies: [],
      beacons: [],
      timelocks: [],
      governors: [],
      safes: [],
      own: [],
      codes: [],
      privileged: [],
      rehearse: { leadS: 21_600 },
      sinceBlock: 0,
    }
    const roles = ['DEFAULT_ADMIN_ROLE', 'POOL_ADMIN', 'EMERGENCY_ADMIN', 'RISK_ADMIN', 'ASSET_LISTING_ADMIN', 'FLASH_BORROWER', 'BRIDGE']
    const accessControls = [
      { address: lower, roles },
      { address: base, roles: ['MINTER_ROLE'] },
    ]
    expect(rules).toEqual({ governance: { chainId: 1, accessControls, ...none } })
    expect([protocols.map(({ id }) => id), venues]).toEqual([['governance:1', 'safe:1', 'timelock:1', 'code:1'], []])
  })
  test("refuses a Guard that is people's too, and a name that no contract hashes", () => {
    for (const people of ['timelocks', 'safes'])
      expect(() => governance({ chainId: 1, own: [upper], [people]: [lower] })).toThrow('want our Guards only')
    for (const role of ['', 'POOL ADMIN', 'r\u00f4le'])
      expect(() => governance({ chainId: 1, accessControls: [{ address: lower, roles: [role] }] })).toThrow("want a role's name")
  })
})
