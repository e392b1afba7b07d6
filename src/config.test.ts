import { describe, expect, test } from 'vitest'
import { type ConfigInput, defineConfig } from './config.ts'
import { aaveGuardEntries, aaveV3Pool, blind, chainlinkFeeds, entryId } from './index.ts'

const address = (n: number): `0x${string}` => `0x${n.toString(16).padStart(40, '0')}`
const feeds = (chainId: number) => chainlinkFeeds({ chainId, feeds: [{ name: 'X', proxy: address(1) }] })
const assets = [
  { address: address(0xa), decimals: 18, symbol: 'WETH' },
  { address: address(0xb), decimals: 6, symbol: 'USDC' },
]
const contracts = { configurator: address(3), dataProvider: address(4), assets }
const pool = (over: object = {}, chainId = 1) =>
  aaveV3Pool({ chainId, pool: address(2), guard: { address: address(5), ...contracts, ...over } })

const config = (over: Partial<ConfigInput> = {}): ConfigInput => ({
  chain: { id: 1, fromBlock: 7 },
  nodes: [{ id: 'a', rpc: 'http://127.0.0.1:8545', dataDir: 'a' }],
  watch: [feeds(1), pool()],
  detectors: [blind()],
  ...over,
})
const quorum = (...signers: readonly number[]) => ({ quorum: { signers: signers.map(address), k: 1, windowS: 60 } })

describe('defineConfig', () => {
  test('a whole config passes, with its defaults', () => {
    expect(defineConfig(config(quorum(1, 2, 0xff)))).toMatchObject({ fees: { maxFeeGwei: 300 }, simulationDeadlineMs: 60 })
  })

  test('what is watched is on the chain of the config', () => {
    expect(() => defineConfig(config({ watch: [feeds(1), pool({}, 10)] }))).toThrow(
      'config.watch.1.chainId: got 10; want 1, as config.chain.id says',
    )
    expect(() => defineConfig(config({ watch: [feeds(5), pool()] }))).toThrow('config.watch.0.chainId: got 5')
  })

  test("signers are in the Guard's order: ascending, none twice, whatever the letters", () => {
    const above = (last: number) => `want an address above the one before it, ${address(last)}: ascending, none twice`
    expect(() => defineConfig(config(quorum(2, 1)))).toThrow(`config.quorum.signers.1: got "${address(1)}"; ${above(2)}`)
    expect(() => defineConfig(config(quorum(1, 2, 2)))).toThrow(`config.quorum.signers.2: got "${address(2)}"; ${above(2)}`)
    const [low, high] = [`0x${'a'.repeat(40)}`, `0x${'B'.repeat(40)}`]
    const signers = { k: 1, windowS: 60 }
    expect(defineConfig(config({ quorum: { ...signers, signers: [low, high] } })).quorum?.signers).toEqual([low, high.toLowerCase()])
    expect(() => defineConfig(config({ quorum: { ...signers, signers: [high, low] } }))).toThrow('config.quorum.signers.1')
  })

  test('a node has one endpoint or several in order of preference, each an address or where that is', () => {
    const node = (rpc: unknown) => config({ nodes: [{ id: 'a', rpc: rpc as string, dataDir: 'a' }] })
    for (const rpc of ['ipc:/run/geth.ipc', { env: 'RPC' }, ['ws://x', { file: 'rpc' }, { env: 'RPC' }]])
      expect(defineConfig(node(rpc)).nodes[0]?.rpc).toEqual(rpc)
    for (const rpc of [[], '', [''], [{}], { env: 'A', file: 'b' }, 7, [['ws://x']]])
      expect(() => defineConfig(node(rpc)), JSON.stringify(rpc)).toThrow(/^config\.nodes\.0\.rpc/)
  })

  test('something else than what is watched is refused', () => {
    expect(() => defineConfig(config({ watch: [{ protocols: [], venues: [] } as never] }))).toThrow('config.watch.0')
  })
})

describe('aaveV3Pool', () => {
  const made = aaveGuardEntries({ pool: address(2), ...contracts })

  test('names the entries that governance must have added, as the functions for governance make them', () => {
    expect(pool().guards).toEqual([
      {
        guard: address(5),
        entries: made.map(({ action, symbol, entry }) => ({ id: entryId(entry), name: `${action} ${symbol}` })),
      },
    ])
    const actions = ['stopBorrowingAgainst', 'stopBorrowing', 'freeze', 'reservePause', 'supplyCap', 'borrowCap']
    expect(pool().guards[0]?.entries.map(({ name }) => name)).toEqual(
      ['WETH', 'USDC'].flatMap((symbol) => actions.map((action) => `${action} ${symbol}`)),
    )
    expect([feeds(1).guards, aaveV3Pool({ chainId: 1, pool: address(2) }).guards]).toEqual([[], []])
  })

  test('offers only the actions that it is told of', () => {
    const narrow = pool({ actions: ['freeze', 'borrowCap'] })
    expect(narrow.guards[0]?.entries.map(({ name }) => name)).toEqual(['freeze WETH', 'borrowCap WETH', 'freeze USDC', 'borrowCap USDC'])
    expect(Object.keys(narrow.protocols[0]?.actions ?? {}).sort()).toEqual(['borrowCap', 'freeze'])
    expect(() => pool({ actions: ['upgrade'] })).toThrow()
  })
})
