// A queued operation on a real pool: what trying it shows is what executing it does, from prices to accounts, and harmless ones show nothing.
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openZeppelinArtifact } from '../../../lab/deploy/artifacts.ts'
import type { Contract } from '../../../lab/deploy/builder.ts'
import { units } from '../../../lab/market.ts'
import { put } from '../../../test/builders.ts'
import { AaveLab } from '../../../test/support/aave-lab.ts'
import { callsAt, Fold } from '../../../test/support/fold.ts'
import type { Rehearsal, RehearsedValue } from '../../core/flow.ts'
import { addressOf, addressWord, callOf, hex32, slotCall, wordAt } from '../../core/words.ts'
import { lastingRpc } from '../../ingest/lasting-rpc.ts'
import { rehearse } from '../../ingest/rehearse.ts'
import { rehearseByCall } from '../../ingest/rehearse-by-call.ts'
import { POWER_TOPICS, recordRehearsal } from '../../state/rehearsals.ts'
import { createWorld, type World } from '../../state/world.ts'
import { VIEW } from './abi.ts'
import { aaveV3 } from './index.ts'

const CHAIN_ID = 31337
const alice: Address = '0x00000000000000000000000000000000a11ce001'
const bob: Address = '0x0000000000000000000000000000000000b0b001'
const HOUR_S = 3_600
const ADMIN_SLOT = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103n

let lab: AaveLab
let pool: Hex
let world: World
let fold: Fold
let timelock: Contract
let head: { readonly number: number; readonly hash: Hex; readonly timeS: number }
const rpc = () => lastingRpc([lab.anvil.url], { chainId: CHAIN_ID, timeoutMs: 10_000 })

beforeAll(async () => {
  lab = await AaveLab.start()
  pool = lab.aave.pool.address.toLowerCase() as Hex
  await lab.fund([alice, bob])
  timelock = await lab.deploy(openZeppelinArtifact('TimelockController'), [HOUR_S, [lab.admin], [lab.admin], lab.admin])
  await lab.mine([])
  await lab.fund([timelock.address])
  const set = await lab.mine([
    lab.call(lab.aave.acl, lab.admin, 'addPoolAdmin', [timelock.address]),
    ...(['WETH', 'USDC'] as const).flatMap((s) => [...lab.endow(alice, s, 1_000_000), ...lab.endow(bob, s, 5_000_000)]),
  ])
  expect(set.ok).not.toContain(false)
  world = createWorld(CHAIN_ID)
  fold = new Fold(lab.anvil.rpc, world, [aaveV3({ chainId: CHAIN_ID, pool })])
  const { number } = await lab.mine([])
  await fold.feed(number)
  const opened = await lab.mine([
    lab.pool(bob, 'supply', lab.asset('USDC'), units('USDC', 4_000_000), bob, 0),
    lab.pool(alice, 'supply', lab.asset('WETH'), units('WETH', 100), alice, 0),
  ])
  await fold.feed(opened.number)
  const borrowed = await lab.mine([lab.pool(alice, 'borrow', lab.asset('USDC'), units('USDC', 120_000), 2n, 0, alice)])
  expect([...opened.ok, ...borrowed.ok]).not.toContain(false)
  const block = await fold.feed(borrowed.number)
  head = { number: block.number, hash: block.hash, timeS: block.timeS }
  put(world.queuedOperations, 'op', { timelock: addressWord(timelock.address.toLowerCase() as Hex), calls: 1, state: 1 })
})
afterAll(() => lab?.stop())

type Step = readonly [Contract, string, readonly unknown[]]
/** Tries the calls from the timelock in an hour, and the row that is made of it. */
async function tryOut(...steps: readonly Step[]) {
  const lasting = rpc()
  try {
    const answer = await rehearse(lasting, questionOf(steps))
    world.store.begin()
    recordRehearsal(world, answer, [protocol()])
    return { answer, row: world.rehearsals.at(world.rehearsals.find('op:queued') ?? 99) }
  } finally {
    lasting.close()
  }
}
const protocol = () => aaveV3({ chainId: CHAIN_ID, pool })
function questionOf(steps: readonly Step[]): Rehearsal {
  return {
    operation: 'op',
    timelock: timelock.address.toLowerCase() as Hex,
    run: 'queued',
    atS: head.timeS + HOUR_S,
    calls: steps.map(([{ address, abi }, functionName, args]) => ({
      to: address,
      value: 0n,
      data: encodeFunctionData({ abi, functionName, args }),
    })),
    chainId: CHAIN_ID,
    onHash: head.hash,
    onNumber: head.number,
    watchpoints: protocol().watchpoints?.(world) ?? [],
    topics: POWER_TOPICS,
  }
}
async function now(): Promise<void> {
  const block = await lab.anvil.rpc.call<{ number: Hex; hash: Hex; timestamp: Hex }>('eth_getBlockByNumber', ['latest', false])
  head = { number: Number(block.number), hash: block.hash, timeS: Number(block.timestamp) }
}
const named = (values: readonly RehearsedValue[]) => values.map(({ kind, name }) => `${kind}: ${name}`)
const { configurator, oracle, acl } = { configurator: () => lab.aave.configurator, oracle: () => lab.aave.oracle, acl: () => lab.aave.acl }

test('another source for the price: the accounts that would fall, before anybody executes it', async () => {
  // USDC's feed says a dollar: what owes against WETH would be under water
  const { answer, row } = await tryOut([oracle(), 'setAssetSources', [[lab.asset('WETH')], [lab.feeds.USDC.proxy.address]]])
  expect(answer).toMatchObject({ tried: true, failedCall: -1 })
  expect(named(answer.values)).toEqual(['price: price', 'source: price source', 'account: account'])
  expect(row).toMatchObject({ fallen: 1, sources: 1, strangers: 0 })
  expect(row.priceMoveBps).toBeLessThan(-9_900)
  expect(row.badDebtUsd).toBeGreaterThan(100_000)
  expect(row.fallenDebtUsd).toBeGreaterThan(119_000)
})

test('what trying shows is what the contract answers after the real thing', async () => {
  const { answer } = await tryOut([configurator(), 'configureReserveAsCollateral', [lab.asset('WETH'), 3_000n, 4_000n, 10_500n]])
  const account = answer.values.find(({ kind }) => kind === 'account')
  const executed = await lab.aside(async () => {
    await lab.mine(
      [{ ...lab.config('configureReserveAsCollateral', lab.asset('WETH'), 3_000n, 4_000n, 10_500n), from: timelock.address }],
      HOUR_S,
    )
    const { hash } = await lab.anvil.rpc.call<{ hash: Hex }>('eth_getBlockByNumber', ['latest', false])
    return callsAt(lab.anvil.rpc, [callOf(pool, VIEW.accountData, addressWord(alice))], hash)
  })
  expect(account?.after).toBe(executed[0]?.result)
  expect(wordAt(account?.before, 5)).toBeGreaterThan(10n ** 18n)
  expect(wordAt(account?.after, 5)).toBeLessThan(10n ** 18n)
})

test('credit that appears: for whoever has collateral, and for whoever brings it', async () => {
  await lab.mine([lab.config('setSupplyCap', lab.asset('WETH'), 1_000n)])
  await now()
  const wider = await tryOut([configurator(), 'configureReserveAsCollateral', [lab.asset('WETH'), 9_000n, 9_300n, 10_500n]])
  expect([wider.row.parameters, wider.row.fallen]).toEqual([1, 0])
  expect(wider.row.takeableUsd).toBeGreaterThan(10_000)
  const uncapped = await tryOut([configurator(), 'setSupplyCap', [lab.asset('WETH'), 0n]])
  expect([uncapped.row.takeableUsd, uncapped.row.parameters]).toEqual([0, 1])
  // all that others lend, and no more; before, a thousand WETH at their LTV
  const { price, ltvBps } = world.markets.at(world.markets.find(`${pool}:${lab.asset('WETH').toLowerCase()}`) ?? 99)
  expect(uncapped.row.creditUsd).toBeCloseTo(uncapped.row.cashUsd - 100 * price - (1_000 * price * ltvBps) / 10_000, -3)
})

test('a role for a stranger shows in its event; the state of the chain is as it was', async () => {
  await lab.mine([lab.call(acl(), lab.admin, 'grantRole', [`0x${'00'.repeat(32)}`, timelock.address])])
  await now()
  const { answer, row } = await tryOut([acl(), 'addPoolAdmin', [bob]])
  expect(answer.logs).toHaveLength(1)
  expect(row).toMatchObject({ strangers: 1, stranger: addressWord(bob) })
  const [has] = await callsAt(
    lab.anvil.rpc,
    [{ to: acl().address, data: encodeFunctionData({ abi: acl().abi, functionName: 'isPoolAdmin', args: [bob] }) }],
    head.hash,
  )
  expect(wordAt(has?.result, 0)).toBe(0n)
})

test('quiet twin: other fees and a tighter cap move no account, no price and no cash', async () => {
  const { answer, row } = await tryOut(
    [configurator(), 'setReserveFactor', [lab.asset('WETH'), 1_600n]],
    [configurator(), 'setBorrowCap', [lab.asset('USDC'), 1_000_000n]],
  )
  expect(named(answer.values)).toEqual(['parameter: parameters', 'parameter: parameters'])
  expect(row).toMatchObject({
    parameters: 2,
    fallen: 0,
    fallenDebtUsd: 0,
    badDebtUsd: 0,
    cashOutUsd: 0,
    takeableUsd: 0,
    creditUsd: 0,
    priceMoveBps: 0,
  })
})

test('a call that fails: which, and why, and nothing of it counts', async () => {
  const { answer, row } = await tryOut(
    [configurator(), 'setReserveFactor', [lab.asset('WETH'), 1_600n]],
    [configurator(), 'setReserveFactor', [lab.asset('WETH'), 10_001n]],
  )
  expect(answer).toMatchObject({ tried: true, failedCall: 1, why: 'reverted: 67', values: [], logs: [] })
  expect(row).toMatchObject({ failedCall: 2, parameters: 0 })
})

test('as with Aevo: the upgrade of a pricer from 8 decimals to 18 is seen on the day it is queued, not on the day it is used', async () => {
  const pricer = (decimals: bigint): Hex => `0x7f${hex32(2_000n * 10n ** decimals).slice(2)}5f5260205ff3`
  const [old, next]: readonly Address[] = ['0x0000000000000000000000000000000000000008', '0x0000000000000000000000000000000000000018'].map(
    (one) => `0xae50${one.slice(6)}` as Address,
  )
  for (const [address, decimals] of [
    [old, 8n],
    [next, 18n],
  ] as const)
    await lab.anvil.rpc.call('anvil_setCode', [address, pricer(decimals)])
  const proxy = await lab.deploy(openZeppelinArtifact('TransparentUpgradeableProxy'), [old, timelock.address, '0x50d25bcd'])
  await lab.mine([])
  await lab.mine([lab.call(oracle(), lab.admin, 'setAssetSources', [[lab.asset('WETH')], [proxy.address]])])
  await now()
  const [slot] = await callsAt(lab.anvil.rpc, [slotCall(proxy.address, ADMIN_SLOT)], head.hash)
  const admin = { address: addressOf(wordAt(slot?.result, 0) ?? 0n), abi: openZeppelinArtifact('ProxyAdmin').abi }
  const { answer, row } = await tryOut([admin, 'upgradeAndCall', [proxy.address, next, '0x']])
  expect(answer).toMatchObject({ tried: true, failedCall: -1 })
  expect([row.codeChanges, row.changed]).toEqual([1, addressWord(proxy.address.toLowerCase() as Hex)])
  expect(row.priceMoveBps).toBeCloseTo(10_000 * (1e10 - 1), -6)
  expect(row.takeableUsd).toBeGreaterThan(1_000_000)
})

test('without eth_simulateV1: one call shows the same of all that views show', async () => {
  const step: Step = [oracle(), 'setAssetSources', [[lab.asset('WETH')], [lab.feeds.USDC.proxy.address]]]
  const whole = await tryOut(step)
  const lasting = rpc()
  const part = await rehearseByCall(await lasting.connection(), questionOf([step]), undefined)
  expect(part).toMatchObject({ tried: true, partial: true, failedCall: -1, logs: [] })
  expect(part.values).toEqual(whole.answer.values)
  const bad = await rehearseByCall(
    await lasting.connection(),
    questionOf([step, [configurator(), 'setReserveFactor', [lab.asset('WETH'), 10_001n]]]),
    undefined,
  )
  expect(bad).toMatchObject({ tried: true, failedCall: 1, why: 'reverted: 67', values: [] })
  const itself = await rehearseByCall(await lasting.connection(), questionOf([[timelock, 'updateDelay', [1n]]]), undefined)
  expect(itself).toMatchObject({ tried: false, why: expect.stringContaining('it calls its timelock') })
  lasting.close()
})
