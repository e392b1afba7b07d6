// A bridge across two real chains, watched by two nodes in one process: honest messages and fast fills are quiet, a stolen attester is told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, encodeFunctionData, type Hex, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountOf } from '../lab/accounts.ts'
import { type Anvil, startAnvil } from '../lab/anvil.ts'
import { type DeployedBridge, deployBridge } from '../lab/deploy/bridge.ts'
import { Builder, type Contract } from '../lab/deploy/builder.ts'
import { type Config, defineConfig } from '../src/config.ts'
import type { Finding } from '../src/core/flow.ts'
import { mintWithoutLock } from '../src/detect/mint-without-lock.ts'
import { releaseWithoutBurn } from '../src/detect/release-without-burn.ts'
import { openCapture, readCapture } from '../src/ingest/capture.ts'
import { Neighbours } from '../src/neighbours.ts'
import { type RunningNode, startNode } from '../src/pipeline.ts'
import { TOPIC } from '../src/protocols/bridge/abi.ts'
import { localExchange } from '../src/quorum/exchange.ts'
import { rulesOf } from '../src/rules.ts'
import { replay } from '../src/tools/replay.ts'
import { bridgeGateways } from '../src/watched.ts'
import { until } from './support/stage.ts'

const CHAINS = [31_337, 42_161] as const
const AMOUNT = 10n ** 24n
const [attester, ann, maker] = [0, 1, 2].map((n) => accountOf('person', n).address) as [Address, Address, Address]

describe('two nodes at the ends of a bridge', () => {
  let folder: string
  let anvils: Anvil[]
  let builders: Builder[]
  let deployed: DeployedBridge
  let nodes: RunningNode[]
  let configs: Config[]
  const found: Finding[][] = [[], []]
  const judged = [0, 0]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-bridges-'))
    anvils = await Promise.all(CHAINS.map((chainId) => startAnvil({ genesisTimeS: 1_780_272_000, chainId })))
    for (const { rpc } of anvils) {
      await rpc.call('anvil_setBlockTimestampInterval', [12])
      for (const who of [attester, ann, maker]) await rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
    }
    builders = anvils.map(({ rpc }, n) => new Builder(rpc, attester, CHAINS[n]))
    const [home, away] = builders as [Builder, Builder]
    deployed = await deployBridge(home, away, attester)
    for (const who of [ann, maker]) {
      await push(0, who, deployed.token, 'mint', [100n * AMOUNT])
      await push(0, who, deployed.token, 'approve', [deployed.lock.address, 2n ** 256n - 1n])
    }
    await Promise.all(builders.map((b) => b.flush()))
    const neighbours = new Neighbours()
    configs = CHAINS.map((chainId, n) => configOf(chainId, n))
    nodes = configs.map((config, n) =>
      startNode({
        config,
        node: { id: 'a', endpoints: [wsOf(n)], dataDir: mkdtempSync(join(folder, `data-${n}-`)) },
        exchange: localExchange(),
        neighbours,
        capture: openCapture(captureOf(n), { chainId: config.chain.id, rulesHash: rulesOf(config).rulesHash }),
        events: {
          entries: (_, entries) => {
            for (const { kind, body } of entries) if (kind === 'finding') found[n]?.push(body as Finding)
          },
          block: (_, number) => {
            judged[n] = number
          },
        },
      }),
    )
  }, 60_000)
  afterAll(async () => {
    for (const node of nodes ?? []) await node.stop()
    for (const anvil of anvils ?? []) await anvil.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const wsOf = (n: number): string => (anvils[n] as Anvil).url.replace('http:', 'ws:')
  const captureOf = (n: number): string => join(folder, `${n}.jsonl`)
  const lower = (address: Address): Hex => address.toLowerCase() as Hex
  const push = (n: number, from: Address, { abi, address }: Contract, functionName: string, args: readonly unknown[]): Promise<void> =>
    (builders[n] as Builder).push(functionName, from, address, encodeFunctionData({ abi, functionName, args }))
  function configOf(chainId: number, n: number): Config {
    const gates = [deployed.lock, deployed.mint].map(({ address }) => lower(address))
    const gateway = {
      name: 'lab',
      side: n === 0 ? ('lock' as const) : ('mint' as const),
      gateway: gates[n] as Hex,
      token: n === 0 ? lower(deployed.token.address) : (gates[1] as Hex),
      decimals: 18,
      other: { chainId: CHAINS[1 - n] as number, gateway: gates[1 - n] as Hex },
    }
    return defineConfig({
      chain: { id: chainId, fromBlock: 1, blockTimeS: 12 },
      nodes: [{ id: 'a', rpc: wsOf(n), dataDir: join(folder, String(n)) }],
      watch: [bridgeGateways({ chainId, gateways: [gateway] })],
      // on a chain of minutes there is no week to wait for; both views begin with the bridge, so nothing is missing before them
      detectors: [mintWithoutLock({ delayS: 24 }), releaseWithoutBurn({ delayS: 24 })],
      history: false,
    })
  }
  /** A block on each chain, judged by each node before the next. */
  async function both(): Promise<void> {
    for (const n of [0, 1]) {
      const b = builders[n] as Builder
      const before = (await b.head()).number
      await b.flush()
      if ((await b.head()).number === before) await (anvils[n] as Anvil).rpc.call('evm_mine')
      const { number } = await b.head()
      await until(`block ${number} of chain ${CHAINS[n]} is judged`, () => judged[n] === number)
    }
  }
  const idOf = async (n: number): Promise<Hex> => {
    const { address } = n === 0 ? deployed.lock : deployed.mint
    const logs = await (anvils[n] as Anvil).rpc.call<{ readonly topics: readonly Hex[] }[]>('eth_getLogs', [{ address, fromBlock: '0x0' }])
    return logs.findLast(({ topics }) => topics[0] === TOPIC.departed)?.topics[1] as Hex
  }

  test('there and back again, and a fill by a market maker: nothing is found', async () => {
    await push(0, ann, deployed.lock, 'depart', [5n * AMOUNT, ann])
    await both()
    const there = await idOf(0)
    await push(1, attester, deployed.mint, 'arrive', [there, ann, 5n * AMOUNT])
    await both()
    await push(1, ann, deployed.mint, 'depart', [AMOUNT, ann])
    await both()
    const back = await idOf(1)
    await push(0, maker, deployed.lock, 'fill', [back, ann, AMOUNT])
    await both()
    for (let n = 0; n < 4; n++) await both()
    await push(0, attester, deployed.lock, 'arrive', [back, ann, AMOUNT])
    for (let n = 0; n < 5; n++) await both()
    expect(found).toEqual([[], []])
  })

  test('a message that never departed: told at either end, once, and none of it waits for the thief to sell', async () => {
    await push(1, attester, deployed.mint, 'arrive', [toHex(666, { size: 32 }), attester, 3n * AMOUNT])
    await push(0, attester, deployed.lock, 'arrive', [toHex(667, { size: 32 }), attester, 2n * AMOUNT])
    for (let n = 0; n < 6; n++) await both()
    expect(found).toMatchObject([
      [{ detector: 'release-without-burn', severity: 'critical', evidence: { id: toHex(667, { size: 32 }), usd: 2e6 } }],
      [{ detector: 'mint-without-lock', severity: 'critical', evidence: { id: toHex(666, { size: 32 }), usd: 3e6 } }],
    ])
    // as soon as the stated delay was over
    for (const [{ block, evidence }] of found as [Finding][]) {
      expect(block).toBeGreaterThan(0)
      expect(evidence['waitedS']).toBe(36)
    }
  })

  test('more than departed: told in the block in which it arrives', async () => {
    await push(0, ann, deployed.lock, 'depart', [AMOUNT, ann])
    await both()
    await push(1, attester, deployed.mint, 'arrive', [await idOf(0), attester, 2n * AMOUNT])
    await both()
    expect(found[1]).toHaveLength(2)
    expect(found[1]?.[1]).toMatchObject({ evidence: { waitedS: 0, amount: 2n * AMOUNT, sentAmount: AMOUNT } })
  })

  test('what the chains said to each other is in the captures: they fold again to the same findings', async () => {
    for (const n of [0, 1]) {
      const capture = await readCapture(captureOf(n))
      let heard = 0
      for await (const input of capture.inputs) if (input.kind === 'counterpart') heard += 1
      expect(heard).toBeGreaterThan(10)
      const again: unknown[] = []
      await replay(configs[n] as Config, captureOf(n), ({ kind, body }) => void (kind === 'finding' && again.push((body as Finding).id)))
      expect(again).toEqual(found[n]?.map(({ id }) => id))
    }
  })
})
