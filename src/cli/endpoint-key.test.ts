// A key that slips into a config is in every copy of it; so what may be one is taken for one.
import { describe, expect, test } from 'vitest'
import { holdsKey, isOpenToOthers } from './endpoint-key.ts'

describe('holdsKey', () => {
  test.each([
    'https://eth.example.org/v2/abcdefghijklmnopqrstuvwxyz012345',
    'wss://example.org/0123456789abcdef',
    'https://example.org/v3/k3yk3yk3',
    'https://example.org/?apikey=x',
    'https://user:pass@example.org',
    'https://token@example.org',
    'wss://4f2a9c0d1e8b7f6a5c3d2e1f.eth.example.org',
  ])('yes: %s', (address) => expect(holdsKey(address)).toBe(true))
  test.each([
    'http://127.0.0.1:8545',
    'https://ethereum.example.org/',
    'https://rpc.example.org/eth',
    'https://example.org/v1/mainnet',
    'https://a-long-name-of-a-public-node.example.org',
    '/var/run/geth.ipc',
    'ipc:/var/lib/ethereum-node-of-ours/geth1.ipc',
  ])('no: %s', (address) => expect(holdsKey(address)).toBe(false))
  test('edge: 16 characters without a digit are a key, 15 are not', () => {
    expect(holdsKey(`https://example.org/${'a'.repeat(16)}`)).toBe(true)
    expect(holdsKey(`https://example.org/${'a'.repeat(15)}`)).toBe(false)
  })
})

describe('isOpenToOthers', () => {
  test.each(['http://example.org', 'ws://8.8.8.8:8546', 'ws://[2001:db8::1]:8546'])('yes: %s', (address) =>
    expect(isOpenToOthers(address)).toBe(true),
  )
  test.each([
    'https://example.org',
    'wss://example.org',
    'http://127.0.0.1:1',
    'ws://[::1]:1',
    'http://node:8545',
    'http://10.0.0.5',
    '/x.ipc',
  ])('no: %s', (address) => expect(isOpenToOthers(address)).toBe(false))
})
