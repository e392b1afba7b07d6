// Traced contracts as a config names them: defaults, lower case, and what is refused.
import { describe, expect, test } from 'vitest'
import { tracedContracts } from './traces.ts'

const upper = `0x${'A'.repeat(40)}`
const lower = upper.toLowerCase()
const contract = { name: 'pool', address: upper }

describe('tracedContracts', () => {
  const made = (over: object = {}) => tracedContracts({ chainId: 1, contracts: [contract], ...over })

  test('what is left out has its default, which the rules say too', () => {
    const { rules, protocols, venues, guards } = made()
    expect(rules).toEqual({ traces: { chainId: 1, contracts: [{ name: 'pool', address: lower }], tokens: [], priceSources: [] } })
    expect(protocols.map(({ id, actions }) => [id, actions])).toEqual([['traces:1', {}]])
    expect([venues, guards]).toEqual([[], []])
  })

  test('logs are wanted of tokens and price sources only', () => {
    const token = { token: `0x${'b'.repeat(40)}`, decimals: 6, usd: 1 }
    const source = { pool: `0x${'c'.repeat(40)}`, kind: 'uniswap-v2' }
    const watches = (over: object) =>
      made(over)
        .protocols[0]?.watches({} as never)
        .map(({ address, topics }) => [address, topics?.length])
    expect(watches({})).toEqual([])
    expect(watches({ tokens: [token], priceSources: [source] })).toEqual([
      [token.token, 1],
      [source.pool, 1],
    ])
    expect(watches({ tokens: [{ ...token, wrapsNative: true }] })).toEqual([[token.token, 3]])
  })

  test('refuses a contract twice, a token with two prices or none, odd selectors, and what it does not know', () => {
    expect(() => made({ contracts: [contract, { ...contract, address: lower }] })).toThrow('want each contract once')
    expect(() => made({ contracts: [] })).toThrow()
    expect(() => made({ contracts: [{ ...contract, rates: ['0x123'] }] })).toThrow('want a selector')
    const token = { token: upper, decimals: 6 }
    for (const odd of [token, { ...token, usd: 1, feed: upper }]) expect(() => made({ tokens: [odd] })).toThrow('want either usd or feed')
    expect(() => made({ native: {} })).toThrow('want either usd or feed')
    expect(() => made({ priceSources: [{ pool: upper, kind: 'curve' }] })).toThrow()
    expect(() => made({ more: 1 })).toThrow()
  })
})
