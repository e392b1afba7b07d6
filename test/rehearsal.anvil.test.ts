// What waits in a timelock is tried by a running node before it is due: a handover, an upgrade, a call that fails, a payload that changes its mind.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, encodeFunctionData, type Hex, toHex, zeroAddress, zeroHash } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../lab/accounts.ts'
import { type Anvil, CHAIN_ID, startAnvil } from '../lab/anvil.ts'
import { aaveArtifact, openZeppelinArtifact } from '../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../lab/deploy/builder.ts'
import { defineConfig } from '../src/config.ts'
import { canonical } from '../src/core/canonical.ts'
import type { Finding, Input } from '../src/core/flow.ts'
import { addressOf, hex32, slotCall, wordAt } from '../src/core/words.ts'
import { dangerousProposal } from '../src/detect/dangerous-proposal.ts'
import { queuedHarm } from '../src/detect/queued-harm.ts'
import { Fold } from '../src/fold.ts'
import { openCapture, readCapture } from '../src/ingest/capture.ts'
import { type RunningNode, startNode } from '../src/pipeline.ts'
import { localExchange } from '../src/quorum/exchange.ts'
import { rulesOf } from '../src/rules.ts'
import { governance } from '../src/watched.ts'
import { callsAt } from './support/fold.ts'
import { until } from './support/stage.ts'

type Rehearsed = Extract<Input, { kind: 'rehearsed' }>

const deployer = accountOf('deployer').address
const eve = accountOf('person', 0).address
const DELAY_S = 600
const LEAD_S = 60
/** `owner()` answers slot 0; any longer call writes slot 1 there. */
const FICKLE: Address = '0x00000000000000000000000000000000000f1c1e'
const FICKLE_CODE = '0x36600414600d576001545f55005b5f545f5260205ff3'

let anvil: Anvil
let b: Builder
let node: RunningNode
let folder: string
let config: ReturnType<typeof defineConfig>
let all: Readonly<Record<'timelock' | 'proxy' | 'admin' | 'first' | 'second' | 'owned', Contract>>
let judgedTo = 0
let salt = 0
const entries: { readonly kind: string; readonly body: unknown }[] = []
const errors: unknown[] = []

beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  await anvil.rpc.call('anvil_setBalance', [deployer, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, deployer)
  const provider = aaveArtifact('protocol/configuration/PoolAddressesProvider')
  const timelock = await b.deploy(openZeppelinArtifact('TimelockController'), [DELAY_S, [deployer], [deployer], zeroAddress])
  const [first, second] = [await b.deploy(provider, ['a', deployer]), await b.deploy(provider, ['b', deployer])]
  const init = encodeFunctionData({ abi: first.abi, functionName: 'getMarketId' })
  const proxy = await b.deploy(openZeppelinArtifact('TransparentUpgradeableProxy'), [first.address, timelock.address, init])
  const owned = await b.deploy(provider, ['owned', timelock.address])
  await anvil.rpc.call('anvil_setCode', [FICKLE, FICKLE_CODE])
  for (const slot of [0n, 1n]) await anvil.rpc.call('anvil_setStorageAt', [FICKLE, hex32(slot), hex32(BigInt(timelock.address))])
  await b.flush()
  const slot = slotCall(lower(proxy.address), 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103n)
  const [answer] = await callsAt(anvil.rpc, [slot], (await b.head()).hash)
  const admin = { address: addressOf(wordAt(answer?.result, 0) ?? 0n), abi: openZeppelinArtifact('ProxyAdmin').abi }
  all = { timelock, proxy, admin, first, second, owned }
  folder = mkdtempSync(join(tmpdir(), 'firebreak-rehearsal-'))
  const watched = governance({
    chainId: CHAIN_ID,
    owned: [owned.address, admin.address, FICKLE],
    proxies: [proxy.address],
    timelocks: [timelock.address],
    rehearse: { leadS: LEAD_S },
  })
  config = defineConfig({
    chain: { id: CHAIN_ID, fromBlock: 1 },
    nodes: [{ id: 'a', rpc: anvil.url, dataDir: join(folder, 'a') }],
    watch: [watched],
    detectors: [queuedHarm(), dangerousProposal()],
    history: false,
  })
  node = startNode({
    config,
    node: { id: 'a', endpoints: [anvil.url], dataDir: join(folder, 'a') },
    exchange: localExchange(),
    capture: openCapture(join(folder, 'a.jsonl'), { chainId: CHAIN_ID }),
    events: {
      entries: (_, found) => entries.push(...found),
      block: (_, number) => {
        judgedTo = number
      },
      error: (_, error) => errors.push(error),
    },
  })
})
afterAll(async () => {
  await node?.stop()
  await anvil?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const lower = (address: Address): Hex => address.toLowerCase() as Hex
const data = (contract: Contract, functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: contract.abi, functionName, args })
const rehearsed = (): readonly Rehearsed[] => entries.filter(({ kind }) => kind === 'rehearsal').map(({ body }) => body as Rehearsed)
const harm = (): readonly Finding[] =>
  entries
    .filter(({ kind }) => kind === 'finding')
    .map(({ body }) => body as Finding)
    .filter(({ detector }) => detector === 'queued-harm')

async function queue(to: Address, payload: Hex) {
  const operation = [to, 0n, payload, zeroHash, toHex(salt++, { size: 32 })] as const
  await b.write(all.timelock, 'schedule', [...operation, BigInt(DELAY_S)])
  await b.flush()
  return operation
}
/** Mines until so many rehearsals were taken; the newest finding about them. */
async function tried(count: number): Promise<Finding | undefined> {
  await until(`${count} rehearsals`, async () => {
    if (rehearsed().length >= count) return true
    await b.chain.mine()
    const { number } = await b.head()
    await until(`block ${number}`, () => judgedTo >= number)
    return false
  })
  return harm().at(-1)
}
const wait = async (seconds: number): Promise<void> =>
  void (await anvil.rpc.call('evm_setNextBlockTimestamp', [(await b.head()).timeS + seconds]))

test('a handover to a stranger is seen on the day it is queued', async () => {
  await queue(all.owned.address, data(all.owned, 'transferOwnership', [eve]))
  const found = await tried(1)
  expect(found).toMatchObject({
    severity: 'high',
    subject: { kind: 'contract', id: lower(all.timelock.address) },
    evidence: { strangers: 1, run: 1 },
  })
  expect(found?.summary).toContain(`it hands power to 1 that are neither timelock, Safe nor watched contract, first ${lower(eve)}`)
  const [first] = rehearsed()
  expect(first).toMatchObject({ tried: true, failedCall: -1, run: 'queued' })
  expect(first?.values).toContainEqual({
    kind: 'power',
    subject: lower(all.owned.address),
    name: 'owner',
    before: hex32(BigInt(all.timelock.address)),
    after: hex32(BigInt(eve)),
  })
})

test('quiet twin: an upgrade is told as one, by its slot and its event; a call that fails does nothing', async () => {
  await queue(all.admin.address, data(all.admin, 'upgradeAndCall', [all.proxy.address, all.second.address, '0x']))
  expect(await tried(2)).toMatchObject({ severity: 'medium', evidence: { codeChanges: 1, strangers: 0, broken: 0 } })
  expect(rehearsed().at(-1)?.values).toEqual([
    {
      kind: 'code',
      subject: lower(all.proxy.address),
      name: 'implementation',
      before: hex32(BigInt(all.first.address)),
      after: hex32(BigInt(all.second.address)),
    },
  ])
  await queue(all.owned.address, data(all.owned, 'setPoolImpl', [eve]))
  expect(await tried(3)).toMatchObject({ severity: 'low', evidence: { failedCall: 1, codeChanges: 0 } })
})

test('a payload that does another thing when it is due than when it was queued', async () => {
  await queue(FICKLE, `0x12345678${'00'.repeat(32)}`)
  expect(await tried(4)).toMatchObject({ severity: 'info', evidence: { strangers: 0, powers: 0 } })
  await anvil.rpc.call('anvil_setStorageAt', [FICKLE, hex32(1n), hex32(BigInt(eve))])
  await wait(DELAY_S - LEAD_S)
  await tried(8)
  const told = harm().filter(({ evidence }) => evidence['run'] === 2)
  expect(told.map(({ severity, evidence }) => [severity, evidence['differs']]).sort()).toEqual([
    ['high', 0],
    ['high', 1],
    ['low', 0],
    ['medium', 0],
  ])
  const differs = told.find(({ evidence }) => evidence['differs'] === 1)
  expect(differs?.summary).toContain('it does another thing than when it was queued')
  expect(Number(differs?.evidence['dueInS'])).toBeGreaterThan(0)
})

test('what was done or cancelled is not tried again; and the capture, folded, says the same', async () => {
  for (let n = 0; n < 4; n++) await tried(8)
  await b.chain.mine()
  expect(rehearsed()).toHaveLength(8)
  expect(errors).toEqual([])
  const { number } = await b.head()
  await until(`block ${number}`, () => judgedTo >= number)
  await node.stop()
  const capture = await readCapture(join(folder, 'a.jsonl'))
  const fold = new Fold(rulesOf(config))
  const again = []
  for await (const input of capture.inputs) again.push(...fold.step(input).entries)
  const own = (of: readonly { readonly kind: string; readonly body: unknown }[]) =>
    of
      .filter(({ kind }) => kind === 'rehearsal' || kind === 'finding' || kind === 'verdict')
      .map(({ kind, body }) => canonical({ kind, body }))
  expect(own(again)).toEqual(own(entries))
})
