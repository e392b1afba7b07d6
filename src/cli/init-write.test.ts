// The written config loads and says what was found, whatever a token calls itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '../core/flow.ts'
import { watchedThings } from './check-watched.ts'
import type { GuardFound } from './init-guard.ts'
import type { Found } from './init-read.ts'
import { configText } from './init-write.ts'
import { loadConfig } from './load-config.ts'

const at = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const feed = (description: string) => ({ proxy: at(21), aggregator: at(31), description, decimals: 8, answer: 1n, updatedAtS: 1 })
const guard: GuardFound = {
  address: at(7),
  signers: [at(8), at(9)],
  k: 2,
  windowS: 120,
  armed: true,
  authorities: [at(40)],
  assets: [{ address: at(11), decimals: 18, symbol: 'AAA' }],
  actions: ['freeze'],
  times: { expiryS: 700, hardCapS: 7_000, cooldownS: 0 },
  entries: 1,
  partly: ['supplyCap'],
}
const found = (over: Partial<Found> = {}, symbol = 'AAA', description = 'AAA / USD'): Found => ({
  chainId: 31_337,
  chainName: 'lab',
  blockTimeS: undefined,
  headNumber: 100,
  contracts: { pool: at(1), revision: 1n, provider: at(2), oracle: at(3), configurator: at(4), dataProvider: at(5), aclManager: at(6) },
  revision: '3.0',
  reserves: [
    { asset: at(11), symbol, decimals: 18, source: at(21), feed: feed(description) },
    { asset: at(12), symbol: undefined, decimals: 6, source: at(22), feed: undefined },
    { asset: at(13), symbol: 'CCC', decimals: 6, source: undefined, feed: undefined },
  ],
  fromBlock: 6,
  fromBlockBy: 'code',
  guard: undefined,
  authorities: { timelocks: [at(41)], safes: [at(42)], others: [{ address: at(43), what: 'a plain account' }] },
  ...over,
})

let folder: string
let files = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-init-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const load = (text: string) => {
  const file = join(folder, `c${files++}.config.ts`)
  writeFileSync(file, text)
  return loadConfig(file)
}

describe('configText', () => {
  test('without a Guard: one node that observes', async () => {
    const config = await load(configText(found(), { env: 'RPC' }, 'x.config.ts'))
    expect(config.chain).toEqual({ id: 31_337, fromBlock: 6 })
    expect(config.nodes).toEqual([{ id: 'a', rpc: { env: 'RPC' }, dataDir: '.firebreak' }])
    expect(config.quorum).toBeUndefined()
    const { feeds, pools } = watchedThings(config)
    expect(feeds.map(({ name, proxy }) => [name, proxy])).toEqual([['AAA / USD', at(21)]])
    expect(pools.map(({ pool, guard: none }) => [pool, none])).toEqual([[at(1), undefined]])
  })
  test('with a Guard: its quorum, assets, actions and times', async () => {
    const config = await load(configText(found({ guard }), 'ws://127.0.0.1:1', 'x.config.ts'))
    expect(config.quorum).toEqual({ signers: [at(8), at(9)], k: 2, windowS: 120 })
    expect(watchedThings(config).pools[0]?.guard).toMatchObject({
      address: at(7),
      configurator: at(4),
      dataProvider: at(5),
      assets: guard.assets,
      actions: ['freeze'],
      expiryS: 700,
      hardCapS: 7_000,
      cooldownS: 0,
    })
  })
  test('a chain without a profile gets its measured block time; a history that is lost is said', async () => {
    const text = configText(
      found({ chainId: 5_000, chainName: undefined, blockTimeS: 2.1, fromBlockBy: 'head', fromBlock: 100 }),
      'ws://x',
      'x.ts',
    )
    expect((await load(text)).chain).toEqual({ id: 5_000, fromBlock: 100, blockTimeS: 2.1 })
    expect(text).toContain('NOT the pool')
  })
  test('no feed at all: no chainlinkFeeds', async () => {
    const [first, ...rest] = found().reserves
    const reserves = first ? [{ ...first, feed: undefined }, ...rest] : []
    expect(watchedThings(await load(configText(found({ reserves }), 'ws://x', 'x.ts'))).feeds).toEqual([])
  })
  test('whatever a token or feed calls itself, the file loads and nothing of it runs', async () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }).filter((s) => s.length > 0),
      fc.constantFrom("'}), process.exit(9) //", '\n*/ throw 1 //', '\u2028throw 1', '`; throw 1; `', "\\' + boom() + \\'", '\\'),
    )
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (symbol, description) => {
        const named = { ...guard, assets: [{ address: at(11), decimals: 18, symbol }] }
        const config = await load(configText(found({ guard: named }, symbol, description), { file: symbol }, description))
        expect(config.nodes[0]?.rpc).toEqual({ file: symbol })
        const { feeds, pools } = watchedThings(config)
        expect(feeds[0]?.name).toBe(description)
        expect(pools[0]?.guard?.assets[0]?.symbol).toBe(symbol)
      }),
      { numRuns: 60 },
    )
  })
})
