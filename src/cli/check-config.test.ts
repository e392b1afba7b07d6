// A config by itself: what fits is one `ok`, each gap a warning with its mend, what can't work a failure.
import { describe, expect, test } from 'vitest'
import { type Config, type ConfigInput, defineConfig } from '../config.ts'
import type { Hex } from '../core/flow.ts'
import { accountHealth } from '../detect/account-health.ts'
import { blind } from '../detect/blind.ts'
import { aaveV3Pool, chainlinkFeeds } from '../watched.ts'
import { checkConfig } from './check-config.ts'

const at = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const assets = [{ address: at(11), decimals: 18, symbol: 'AAA' }]
type Guard = Partial<NonNullable<Parameters<typeof aaveV3Pool>[0]['guard']>>
const pool = (guard?: Guard) =>
  aaveV3Pool({
    chainId: 31_337,
    pool: at(1),
    ...(guard ? { guard: { address: at(2), configurator: at(3), dataProvider: at(4), assets, ...guard } } : {}),
  })
const feeds = (...list: readonly Hex[][]) =>
  chainlinkFeeds({
    chainId: 31_337,
    feeds: list.map(([proxy = at(9), secondProxy], i) => ({ name: `F${i}`, proxy, ...(secondProxy ? { secondProxy } : {}) })),
  })
const node = (id: string, key = true) => ({ id, rpc: 'ws://127.0.0.1:1', dataDir: id, ...(key ? { key: { env: `KEY_${id}` } } : {}) })
const quorum = { signers: [at(51), at(52), at(53)], k: 2, windowS: 120 }
const config = (over: Partial<ConfigInput> = {}): Config =>
  defineConfig({
    chain: { id: 31_337, fromBlock: 1 },
    nodes: [node('a')],
    watch: [feeds([at(21), at(22)]), pool({})],
    detectors: [accountHealth(), blind()],
    quorum,
    ...over,
  })
const trouble = (over: Partial<ConfigInput> = {}) => checkConfig(config(over)).filter(({ result }) => result !== 'ok')
const about = (over: Partial<ConfigInput>) => trouble(over).map(({ result, name, about: text }) => `${result} ${name}: ${text}`)

describe('checkConfig', () => {
  test('quiet: a config where everything fits', () => expect(trouble()).toEqual([]))
  test('every trouble has a mend', () => {
    const all = trouble({
      watch: [feeds([at(21)])],
      quorum: { ...quorum, k: 1, windowS: 12 },
      detectors: [accountHealth(), accountHealth()],
    })
    expect(all.length).toBeGreaterThan(4)
    for (const { mend } of all) expect(mend).toBeTruthy()
  })

  test('feeds: none, without a second, its own second, twice, behind the pool', () => {
    expect(about({ watch: [pool({})] })).toEqual(['warning feeds: no price feed is watched'])
    expect(about({ watch: [feeds([at(21)], [at(23), at(24)]), pool({})] })).toEqual(['warning second feeds: none for F0'])
    expect(about({ watch: [feeds([at(21), at(21)]), pool({})] })[0]).toMatch(
      /^failure second feeds: F0: config.watch.0.feeds.0.secondProxy/,
    )
    expect(about({ watch: [feeds([at(21), at(22)], [at(21), at(22)]), pool({})] })[0]).toMatch(/^failure feeds: F1: .* listed twice/)
    expect(about({ watch: [pool({}), feeds([at(21), at(22)])] })[0]).toMatch(/^failure order: F0 come after a pool/)
  })
  test('pools: none, one that is only watched, two assets of one symbol', () => {
    const { quorum: _, ...alone } = config()
    expect(about({ watch: [feeds([at(21), at(22)])] })).toContain('warning pools: no pool is watched')
    const only = checkConfig(defineConfig({ ...alone, watch: [feeds([at(21), at(22)]), pool()] } as ConfigInput))
    expect(only.filter(({ result }) => result !== 'ok').map(({ name }) => name)).toEqual(['guard'])
    const same = [...assets, { address: at(12), decimals: 6, symbol: 'AAA' }]
    expect(about({ watch: [feeds([at(21), at(22)]), pool({ assets: same })] })[0]).toMatch(/^failure assets: .* AAA twice/)
  })
  test('bounds: an execution at most as long as an episode, exactly so is fine', () => {
    const bounds = (guard: Guard) => about({ watch: [feeds([at(21), at(22)]), pool(guard)] })
    expect(bounds({ expiryS: 600, hardCapS: 600 })).toEqual([])
    expect(bounds({ expiryS: 601, hardCapS: 600 })[0]).toMatch(/^failure bounds: config.watch.1.guard.expiryS is 601, over hardCapS 600/)
    expect(bounds({ expiryS: 60 })).toEqual([])
    expect(bounds({ expiryS: 59 })[0]).toMatch(/^warning bounds: .*under 5 blocks/)
    expect(bounds({ cooldownS: 0 })[0]).toMatch(/^warning bounds: .*cooldownS is 0/)
    expect(bounds({ hardCapS: 300_000 })[0]).toMatch(/^warning bounds: .*three days/)
  })
  test('quorum: over half, not all, not one, not all of it in one process', () => {
    const said = (over: Partial<typeof quorum>, nodes = [node('a')]) => about({ quorum: { ...quorum, ...over }, nodes })
    expect(said({ k: 1 })[0]).toMatch(/^warning quorum: k is 1 of 3/)
    expect(said({ k: 3 })).toEqual(['warning quorum: k is 3 of 3: one node that is down stops every action'])
    expect(said({ signers: [at(51), at(52), at(53), at(54)] })).toEqual([
      'warning quorum: k is 2 of 4: not over half, so two groups may act without each other',
    ])
    expect(said({}, [node('a'), node('b', false)])).toEqual([])
    expect(said({}, [node('a'), node('b')])[0]).toMatch(/^warning quorum: 2 keys in this one process/)
    expect(said({ windowS: 60 })).toEqual([])
    expect(said({ windowS: 59 })[0]).toMatch(/under 5 blocks of 12 s/)
    expect(said({ windowS: 1_801 })[0]).toMatch(/windowS 1801 is long/)
  })
  test('a quorum without a Guard, and a Guard without a quorum', () => {
    expect(about({ watch: [feeds([at(21), at(22)]), pool()] }).join()).toMatch(/no pool has a guard/)
    const { quorum: _, ...rest } = config()
    const checks = checkConfig(defineConfig(rest as unknown as ConfigInput))
    expect(checks.find(({ name }) => name === 'quorum')).toMatchObject({ result: 'warning' })
  })
  test('fees: priority up to the bid, no further', () => {
    expect(about({ fees: { maxFeeGwei: 5, priorityFeeGwei: 5 } })).toEqual([])
    expect(about({ fees: { maxFeeGwei: 5, priorityFeeGwei: 5.1 } })[0]).toMatch(/^failure fees: /)
    expect(about({ fees: { maxFeeGwei: 5_001, priorityFeeGwei: 5 } })[0]).toMatch(/^warning fees: /)
    expect(about({ simulationDeadlineMs: 6_001 })[0]).toMatch(/^warning simulation: /)
  })
  test('detectors: no eyes for blindness, one twice', () => {
    expect(about({ detectors: [accountHealth()] })[0]).toMatch(/^warning detectors: blind is not among them/)
    expect(about({ detectors: [blind(), accountHealth(), accountHealth()] })).toEqual([
      'failure detectors: config.detectors names account-health twice',
    ])
  })
  test('a chain without profile and block time', () => {
    const chainId = 5_000
    const watch = [aaveV3Pool({ chainId, pool: at(1) }), chainlinkFeeds({ chainId, feeds: [{ name: 'F', proxy: at(9) }] })]
    expect(about({ chain: { id: chainId, fromBlock: 1 }, watch }).join()).toMatch(/failure chain: chain 5000 has no profile/)
    expect(about({ chain: { id: chainId, fromBlock: 1, blockTimeS: 2 }, watch }).join()).not.toMatch(/failure chain/)
  })
})
