// Those who govern, on a real chain: a Safe 1.4.1, a TimelockController, a proxy and keys, changed in every way that a detector is to see.
import { type Address, encodeFunctionData, type Hex, keccak256, toHex, zeroAddress, zeroHash } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../lab/accounts.ts'
import { type Anvil, CHAIN_ID, startAnvil } from '../lab/anvil.ts'
import { aaveArtifact, openZeppelinArtifact, safeArtifact } from '../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../lab/deploy/builder.ts'
import { deploySafe, safeCall } from '../lab/deploy/safe.ts'
import type { Finding } from '../src/core/flow.ts'
import { addressOf, addressWord, codeCall, slotCall, wordAt } from '../src/core/words.ts'
import { codeChanged } from '../src/detect/code-changed.ts'
import { dangerousProposal } from '../src/detect/dangerous-proposal.ts'
import { delegatedKey } from '../src/detect/delegated-key.ts'
import { Engine } from '../src/detect/engine.ts'
import { implementationChange } from '../src/detect/implementation-change.ts'
import { ownerChange } from '../src/detect/owner-change.ts'
import { safeModuleChange } from '../src/detect/safe-module-change.ts'
import { signerSetChange } from '../src/detect/signer-set-change.ts'
import { timelockShortened } from '../src/detect/timelock-shortened.ts'
import { callsOf, waiting } from '../src/state/queued.ts'
import { GOVERNANCE, OPERATION } from '../src/state/tables.ts'
import { createWorld, type World } from '../src/state/world.ts'
import { governance } from '../src/watched.ts'
import { applyTo, callsAt, Fold } from './support/fold.ts'

const deployer = accountOf('deployer').address
const owners = [0, 1, 2].map((n) => accountOf('safeOwner', n).address)
const [eve, mallory, carol] = [0, 1, 2].map((n) => accountOf('person', n).address) as [Address, Address, Address]
const lower = (address: Address): Hex => address.toLowerCase() as Hex
const DELAY_S = 172_800
const SENTINEL: Address = '0x0000000000000000000000000000000000000001'
/** Writes an address into slot 0: what three owners of Bybit's Safe signed for without knowing. */
const TRICK: Address = '0x00000000000000000000000000000000000b1b17'

let anvil: Anvil
let b: Builder
let nonce = 0n
let safe: Contract
let fold: Fold
let engine: Engine
let seenTo = 0
let all: Readonly<Record<'timelock' | 'proxy' | 'first' | 'second' | 'owned' | 'other', Contract>>

beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of [deployer, eve, mallory, carol, ...owners]) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, deployer)
  safe = { address: await deploySafe(b, owners), abi: safeArtifact('Safe').abi }
  const timelock = await b.deploy(openZeppelinArtifact('TimelockController'), [DELAY_S, [safe.address], [safe.address], zeroAddress])
  const first = await b.deploy(aaveArtifact('protocol/configuration/PoolAddressesProvider'), ['a', deployer])
  const second = await b.deploy(aaveArtifact('protocol/configuration/PoolAddressesProvider'), ['b', deployer])
  const other = await b.deploy(safeArtifact('Safe'))
  const init = encodeFunctionData({ abi: first.abi, functionName: 'getMarketId' })
  const proxy = await b.deploy(openZeppelinArtifact('TransparentUpgradeableProxy'), [first.address, timelock.address, init])
  const owned = await b.deploy(aaveArtifact('protocol/configuration/PoolAddressesProvider'), ['owned', timelock.address])
  await b.flush()
  all = { timelock, proxy, first, second, owned, other }
  const { protocols } = governance({
    chainId: CHAIN_ID,
    owned: [owned.address],
    proxies: [proxy.address],
    timelocks: [timelock.address],
    safes: [safe.address],
  })
  const world = createWorld(CHAIN_ID)
  fold = new Fold(anvil.rpc, world, protocols)
  const detectors = [codeChanged, dangerousProposal, delegatedKey, implementationChange, ownerChange, safeModuleChange, signerSetChange]
  engine = new Engine(world, [...detectors.map((one) => one()), timelockShortened()])
  seenTo = (await b.head()).number - 1
  await blocks(8) // every account's code is known by now
})
afterAll(() => anvil?.stop())

const call = (contract: Contract, functionName: string, args: readonly unknown[] = []): Hex =>
  encodeFunctionData({ abi: contract.abi, functionName, args })
const bySafe = async (what: string, to: Address, data: Hex, operation: 0 | 1 = 0, signers = owners): Promise<void> =>
  b.push(what, deployer, safe.address, await safeCall(safe.address, signers, nonce++, to, data, operation))
const ofSafe = (functionName: string, args: readonly unknown[], signers = owners) =>
  bySafe(functionName, safe.address, call(safe, functionName, args), 0, signers)

/** Mines what waits and so many blocks more; what was found, and that the tables are what the Safe says. */
async function blocks(more = 0): Promise<readonly Finding[]> {
  await b.flush()
  if (more > 0) await anvil.rpc.call('anvil_mine', [toHex(more), '0xc'])
  const found: Finding[] = []
  const head = await b.head()
  for (let number = seenTo + 1; number <= head.number; number++) {
    const { hash, timeS } = await fold.feed(number)
    found.push(...engine.run({ chainId: CHAIN_ID, number, hash, timeS, pending: false, provisional: false }))
  }
  seenTo = head.number
  const row = fold.world.safes.at(fold.world.safes.find(lower(safe.address)) ?? 99)
  const said = await Promise.all([b.read<Address[]>(safe, 'getOwners'), b.read<bigint>(safe, 'getThreshold')])
  expect([row.owners, row.threshold]).toEqual([said[0].length, Number(said[1])])
  expect(ownersKnown().sort()).toEqual(said[0].map(lower).sort())
  return found
}
const ownersKnown = (): Hex[] =>
  Array.from({ length: fold.world.safeOwners.count }, (_, n) => fold.world.safeOwners.at(n))
    .filter(({ active }) => active === 1)
    .map(({ owner }) => addressOf(owner))
const brief = (found: readonly Finding[]) => found.map(({ detector, severity }) => `${detector}: ${severity}`)

test('what stands is known and is no finding', async () => {
  expect(brief(await blocks(2))).toEqual([])
  const row = fold.world.safes.at(0)
  expect([row.threshold, row.owners, row.modules, row.guard]).toEqual([2, 3, 0, 0n])
  const slot = await callsAt(anvil.rpc, [slotCall(lower(safe.address), 0n)], (await b.head()).hash)
  expect(row.singleton).toBe(wordAt(slot[0]?.result, 0))
  const { codes } = fold.world
  expect(codes.find(addressOf(row.singleton))).toBeDefined()
  for (const who of owners) expect(codes.at(codes.find(lower(who)) ?? 99)).toMatchObject({ hash: 0n, delegate: 0n })
  const code = await anvil.rpc.call<Hex>('eth_getCode', [all.timelock.address, 'latest'])
  expect(codes.at(codes.find(lower(all.timelock.address)) ?? 99).hash).toBe(BigInt(keccak256(code)))
})

test('quiet twin: one signer replaced with signatures is told, and an upgrade that waited its time', async () => {
  await ofSafe('swapOwner', [owners[1], owners[2], carol])
  expect(brief(await blocks())).toEqual(['signer-set-change: info'])
  const admin = { address: await adminOf(), abi: openZeppelinArtifact('ProxyAdmin').abi }
  const operation = [admin.address, 0n, call(admin, 'upgradeAndCall', [all.proxy.address, all.second.address, '0x']), zeroHash, zeroHash]
  await bySafe('schedule', all.timelock.address, call(all.timelock, 'schedule', [...operation, BigInt(DELAY_S)]))
  const queued = await blocks()
  expect(brief(queued)).toEqual(['dangerous-proposal: medium'])
  expect(queued[0]?.evidence).toMatchObject({ danger: 'upgrade', favours: lower(all.second.address), target: lower(admin.address) })
  expect(waiting(fold.world).map((row) => callsOf(fold.world, row))).toEqual([
    [{ to: lower(admin.address), value: 0n, data: operation[2] }],
  ])
  await anvil.rpc.call('evm_setNextBlockTimestamp', [(await b.head()).timeS + DELAY_S])
  await bySafe('execute', all.timelock.address, call(all.timelock, 'execute', operation))
  const done = await blocks()
  expect(brief(done)).toEqual(['implementation-change: low'])
  expect(Number(done[0]?.evidence['queuedForS'])).toBeGreaterThanOrEqual(DELAY_S)
  expect(waiting(fold.world)).toEqual([])
  expect(brief(await blocks(8))).toEqual([])
})

test('a queued handover to a stranger, cancelled; a shorter delay', async () => {
  const operation = [all.owned.address, 0n, call(all.owned, 'transferOwnership', [eve]), zeroHash, toHex(1, { size: 32 })] as const
  await bySafe('schedule', all.timelock.address, call(all.timelock, 'schedule', [...operation, BigInt(DELAY_S)]))
  expect(brief(await blocks())).toEqual(['dangerous-proposal: high'])
  const id = await b.read<Hex>(all.timelock, 'hashOperation', operation)
  await bySafe('cancel', all.timelock.address, call(all.timelock, 'cancel', [id]))
  expect(brief(await blocks())).toEqual([])
  expect(fold.world.queuedOperations.at(1)).toMatchObject({ id: BigInt(id), state: OPERATION.cancelled })
  const shorter = [all.timelock.address, 0n, call(all.timelock, 'updateDelay', [3_600n]), zeroHash, zeroHash] as const
  await bySafe('schedule', all.timelock.address, call(all.timelock, 'schedule', [...shorter, BigInt(DELAY_S)]))
  expect(brief(await blocks())).toEqual(['dangerous-proposal: medium'])
  await anvil.rpc.call('evm_setNextBlockTimestamp', [(await b.head()).timeS + DELAY_S])
  await bySafe('execute', all.timelock.address, call(all.timelock, 'execute', shorter))
  expect(brief(await blocks())).toEqual(['timelock-shortened: high'])
})

test('a module is enabled and acts, a guard and a handler are set', async () => {
  await ofSafe('enableModule', [mallory])
  expect(brief(await blocks())).toEqual(['safe-module-change: medium'])
  await b.push('act', mallory, safe.address, call(safe, 'execTransactionFromModule', [eve, 0n, '0x', 0]))
  expect(brief(await blocks())).toEqual(['safe-module-change: high'])
  await ofSafe('setFallbackHandler', [eve])
  expect(brief(await blocks())).toEqual(['safe-module-change: medium'])
  expect(fold.world.safes.at(0).fallbackHandler).toBe(addressWord(lower(eve)))
  // without signatures: the module changes the owners
  const added = call(safe, 'addOwnerWithThreshold', [eve, 2n])
  await b.push('act', mallory, safe.address, call(safe, 'execTransactionFromModule', [safe.address, 0n, added, 0]))
  expect(brief(await blocks()).sort()).toEqual(['safe-module-change: high', 'signer-set-change: critical'])
  await ofSafe('disableModule', [SENTINEL, mallory])
  expect(brief(await blocks())).toEqual(['safe-module-change: info'])
  expect(fold.world.safes.at(0).modules).toBe(0)
})

test('a key of an owner is delegated to code, and is told within some blocks', async () => {
  const key = accountOf('safeOwner', 0)
  const nonceOf = async (who: Address) => Number(await anvil.rpc.call<Hex>('eth_getTransactionCount', [who, 'latest']))
  const delegate = async (to: Address): Promise<void> => {
    const authorization = await key.signer.signAuthorization({ contractAddress: to, chainId: CHAIN_ID, nonce: await nonceOf(key.address) })
    const raw = await accountOf('person', 2).signer.signTransaction({
      type: 'eip7702',
      chainId: CHAIN_ID,
      nonce: await nonceOf(carol),
      to: carol,
      gas: 200_000n,
      maxFeePerGas: 10n ** 12n,
      maxPriorityFeePerGas: 10n ** 9n,
      authorizationList: [authorization],
    })
    await anvil.rpc.call('eth_sendRawTransaction', [raw])
  }
  await delegate(all.other.address)
  const found = await blocks(8)
  expect(brief(found)).toEqual(['delegated-key: high'])
  expect(found[0]).toMatchObject({ subject: { id: lower(key.address) }, evidence: { after: lower(all.other.address), privileged: 1 } })
  // the Reader, lent to a call, says the same as the node
  const [answer] = await callsAt(anvil.rpc, [codeCall(lower(key.address))], (await b.head()).hash)
  expect(answer?.result?.slice(66, 66 + 46)).toBe(`ef0100${lower(all.other.address).slice(2)}`)
  await delegate(zeroAddress)
  expect(brief(await blocks(8))).toEqual(['delegated-key: info'])
})

test('code that changes under an address, and an implementation that is gone', async () => {
  await anvil.rpc.call('anvil_setCode', [all.owned.address, '0x6001'])
  expect(brief(await blocks(8))).toEqual(['code-changed: critical'])
  await anvil.rpc.call('anvil_setCode', [all.second.address, '0x'])
  expect(brief(await blocks(8))).toEqual(['code-changed: critical'])
})

test('as at Bybit: one signed delegate call, and the Safe runs other code', async () => {
  await anvil.rpc.call('anvil_setCode', [TRICK, `0x73${lower(all.other.address).slice(2)}5f5500`])
  await bySafe('trick', TRICK, '0x', 1)
  const found = await blocks()
  expect(brief(found)).toEqual(['safe-module-change: critical'])
  expect(found[0]?.evidence).toMatchObject({ change: 'singleton', after: lower(all.other.address), governed: 1 })
})

test('a late start knows the same, and the same blocks again give the same bytes', async () => {
  const { protocols } = fold
  const again = createWorld(CHAIN_ID)
  const marks: number[] = []
  for (const block of fold.blocks) {
    marks.push(again.store.mark())
    applyTo(again, protocols, block)
  }
  expect(tables(again)).toEqual(tables(fold.world))
  const last = fold.blocks.length - 40
  again.store.undoTo(marks[last] as number)
  for (const block of fold.blocks.slice(last)) applyTo(again, protocols, block)
  expect(tables(again)).toEqual(tables(fold.world))

  const late = createWorld(CHAIN_ID)
  const lateFold = new Fold(anvil.rpc, late, protocols)
  await anvil.rpc.call('anvil_mine', ['0x2', '0xc'])
  const { number } = await b.head()
  await lateFold.feed(number - 1)
  await lateFold.feed(number)
  // what stands is no change, but that a proxy runs nothing is said whenever it is seen
  expect(late.signerChanges.count).toBe(0)
  expect(Array.from({ length: late.governanceChanges.count }, (_, n) => late.governanceChanges.at(n))).toMatchObject([
    { change: GOVERNANCE.codeGone, firstSight: 1 },
  ])
  const parts = ['threshold', 'owners', 'modules', 'guard', 'fallbackHandler', 'singleton'] as const
  const of = (world: typeof late) => parts.map((part) => world.safes.columns[part].get(0))
  expect(of(late)).toEqual(of(fold.world))
  for (let row = 0; row < late.codes.count; row++) {
    const known = fold.world.codes.find(late.codes.keyOf(row))
    if (known !== undefined) expect(late.codes.columns.hash.get(row)).toBe(fold.world.codes.columns.hash.get(known))
  }
})

/** Without the memory of detectors, whose names have a slash. */
const tables = (world: World) => new Map([...world.store.dump()].filter(([name]) => !name.includes('/')))

async function adminOf(): Promise<Address> {
  const slot = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103n
  const [answer] = await callsAt(anvil.rpc, [slotCall(lower(all.proxy.address), slot)], (await b.head()).hash)
  return addressOf(wordAt(answer?.result, 0) ?? 0n)
}
