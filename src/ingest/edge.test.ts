// Small parts of the edge: names without keys, what counts as a revert, and profiles that can't be half.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameEndpoint } from './endpoint-name.ts'
import { isRevert, isUnsupported, RpcError } from './errors.ts'
import { profileOf } from './profiles.ts'
import { openRpc } from './rpc.ts'
import { backoffMs } from './wait.ts'

describe('an endpoint is named without its key', () => {
  test.each([
    ['https://eth.example/v3/0123456789abcdef0123456789abcdef', 'https://eth.example/v3/***'],
    ['wss://me:pass@node.example:8546/', 'wss://node.example:8546'],
    ['https://node.example/rpc?apikey=abc', 'https://node.example/rpc?***'],
    ['http://127.0.0.1:8545', 'http://127.0.0.1:8545'],
    ['/run/geth.ipc', '/run/geth.ipc'],
    ['ipc:/var/lib/a-folder-with-a-long-name/geth.ipc', 'ipc:/var/lib/a-folder-with-a-long-name/geth.ipc'],
  ])('%s', (address, name) => expect(nameEndpoint(address).name).toBe(name))

  test('property: no secret is left in a text that repeats it', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{16,40}$/)
    fc.assert(
      fc.property(secret, secret, secret, (user, pass, token) => {
        const { name, scrub } = nameEndpoint(`https://${user}:${pass}@node.example/v2/${token}?key=${token}`)
        const text = scrub(`GET https://node.example/v2/${token} as ${user}:${pass} failed; key=${token}`)
        for (const hidden of [user, pass, token]) {
          expect(name).not.toContain(hidden)
          expect(text).not.toContain(hidden)
        }
      }),
    )
  })

  test("an address of no known kind is the config's mistake", () =>
    expect(openRpc('ftp://node', { timeoutMs: 10 })).rejects.toThrow('want a ws:, wss:, http: or https: URL'))
  test('nobody there: unreachable, with the reason', async () => {
    await expect(openRpc('ws://127.0.0.1:9', { timeoutMs: 500 })).rejects.toThrow(/ws:\/\/127\.0\.0\.1:9: connect failed: .*ECONNREFUSED/)
    const http = await openRpc('http://127.0.0.1:9/0123456789abcdef0123', { timeoutMs: 500 })
    await expect(http.request('eth_chainId', [])).rejects.toThrow(/^http:\/\/127\.0\.0\.1:9\/\*\*\*: eth_chainId failed: /)
    for (const address of ['/nonexistent/geth.ipc', 'ipc:/nonexistent/geth.ipc'])
      await expect(openRpc(address, { timeoutMs: 500 })).rejects.toThrow(`${address}: connect failed: connect ENOENT /nonexistent/geth.ipc`)
  })
})

test('reverts and missing methods are told apart from failures', () => {
  const error = (code: number, text: string): RpcError => new RpcError('node', 'eth_call', code, text, undefined)
  expect(isRevert(error(-32_000, 'execution reverted: 29'))).toBe(true)
  expect(isRevert(error(-32_000, 'invalid opcode: opcode 0xfe not defined'))).toBe(true)
  for (const text of ['header not found', 'missing trie node', 'out of gas', 'EVM error OutOfGas', 'timeout', 'method not found'])
    expect(isRevert(error(-32_000, text))).toBe(false)
  expect(isUnsupported(error(-32_601, 'whatever'))).toBe(true)
  expect(isUnsupported(error(-32_000, 'the method eth_getBlockReceipts does not exist/is not available'))).toBe(true)
  expect(isUnsupported(error(-32_000, 'block not found'))).toBe(false)
})

describe('profiles', () => {
  test('what is listed stands, but for what is given', () => {
    expect(profileOf(31_337).pollMs).toBe(50)
    expect(profileOf(1, { pollMs: 7 })).toMatchObject({ name: 'Ethereum', pollMs: 7 })
    expect(profileOf(1, { blockTimeS: 6 })).toMatchObject({ blockTimeS: 6, stallMs: 60_000 })
    expect(profileOf(5, profileOf(1))).toMatchObject({ chainId: 5, journalBlocks: 128 })
  })

  test('any other chain needs its block time, and the error says so', () => {
    expect(() => profileOf(5)).toThrow('config.chain.blockTimeS: got nothing; want seconds between blocks: chain 5 has no profile')
    expect(() => profileOf(5, { pollMs: 7 })).toThrow('only 31337 (lab), 1 (Ethereum) do')
  })

  test('with it, the rest follows: slow chains are waited for, fast ones keep 15 minutes', () => {
    expect(profileOf(137, { blockTimeS: 2 })).toEqual({
      chainId: 137,
      name: 'chain 137',
      ordering: 'priority-fee',
      blockTimeS: 2,
      finality: { kind: 'depth', blocks: 450 },
      finalizedEveryBlocks: 32,
      journalBlocks: 900,
      pollMs: 500,
      stallMs: 30_000,
      tickMs: 2_000,
      blindAfterMs: 30_000,
      requestTimeoutMs: 10_000,
      headerHash: 'unchecked',
    })
    expect(profileOf(61, { blockTimeS: 13 })).toMatchObject({ stallMs: 65_000, blindAfterMs: 39_000, pollMs: 1_000 })
    expect(profileOf(9, { blockTimeS: 60, stallMs: 7 })).toMatchObject({ finality: { blocks: 64 }, stallMs: 7 })
  })

  test('property: the journal holds more than what is not final yet, and nobody is blind before a block is late', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 3_600, noNaN: true }), (blockTimeS) => {
        const { finality, journalBlocks, finalizedEveryBlocks, stallMs, blindAfterMs, pollMs } = profileOf(7, { blockTimeS })
        const depth = finality.kind === 'depth' ? finality.blocks : 0
        expect(journalBlocks).toBeGreaterThanOrEqual(depth + finalizedEveryBlocks)
        expect(Math.min(stallMs, blindAfterMs)).toBeGreaterThan(2 * 1_000 * blockTimeS)
        expect(pollMs).toBeGreaterThanOrEqual(100)
      }),
    )
  })
})

test('waits grow, with jitter, to a limit', () => {
  expect([0, 1, 2, 3, 9].map((attempt) => backoffMs(attempt, 1_000, () => 0))).toEqual([50, 100, 200, 400, 500])
  expect(backoffMs(50, 1_000, () => 1)).toBe(1_000)
})
