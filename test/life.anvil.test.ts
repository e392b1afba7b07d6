// The life of an action under real time bounds, made short: renewed, handed over at the cap, attacked at its lift, and taken in hand by humans.
import { encodeFunctionData } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accountOf } from '../lab/accounts.ts'
import type { Config } from '../src/config.ts'
import { Guard } from '../src/contracts/Guard.ts'
import type { Decision, Finding, Hex } from '../src/core/flow.ts'
import { entryId } from '../src/core/guard-entry.ts'
import { addressSubject } from '../src/core/subject.ts'
import { aaveGuardEntries } from '../src/protocols/aave-v3/entries.ts'
import { openRecordReadOnly } from '../src/record/record.ts'
import { aaveV3Pool, governance } from '../src/watched.ts'
import { secondGuard, sendAs } from './support/second-guard.ts'
import { type GuardEvent, openStage, type Stage, type StagedNodes, startNodes, until } from './support/stage.ts'

/** Eight blocks, twenty blocks, five blocks; the last quarter is two blocks. The two calls of a lift are two blocks apart. */
const TIMES = { expiryS: 96, hardCapS: 240, cooldownS: 60 }
const QUARTER_S = 24
const WINDOW_S = 120
const ACTIONS = ['stopBorrowingAgainst', 'borrowCap'] as const
const { abi } = Guard

describe('the life of an action', () => {
  const human = accountOf('deployer').address // admin and guardian of this Guard
  const stranger = accountOf('person').address
  let stage: Stage
  let node: StagedNodes
  let guard: Hex
  let entry: Hex
  let subject: Hex
  let base = 0
  beforeAll(async () => {
    stage = await openStage()
    const { anvil, prepared, config } = stage
    const { deployment } = prepared
    guard = await secondGuard(anvil, prepared, TIMES, (action) => ACTIONS.some((known) => known === action))
    const { pool, configurator, dataProvider, assets } = deployment
    const link = assets.find(({ symbol }) => symbol === 'LINK')
    const entries = aaveGuardEntries({ pool, configurator, dataProvider, assets, ...TIMES })
    const ours = entries.find(({ action, symbol }) => action === 'stopBorrowingAgainst' && symbol === 'LINK')
    if (!link || !ours) throw new Error('the lab has no LINK')
    entry = entryId(ours.entry)
    subject = addressSubject(link.address)
    const grant = [
      { type: 'function', name: 'addRiskAdmin', inputs: [{ type: 'address' }], outputs: [], stateMutability: 'nonpayable' },
    ] as const
    await sendAs(anvil, deployment.safe, deployment.aclManager, encodeFunctionData({ abi: grant, args: [guard] }))
    // what was set up until here is as governance wants it
    const sinceBlock = (await stage.chain.head()).number
    const { chainId } = deployment
    const [signer, keeper] = [deployment.nodes[0]?.address.toLowerCase() as Hex, config.nodes[0]]
    const watch = config.watch.map((watched) => {
      const rules = watched.rules as { readonly governance?: object; readonly aaveV3?: object }
      if (rules.governance) return governance({ chainId, ...rules.governance, own: [guard], sinceBlock })
      const acts = {
        address: guard,
        configurator,
        dataProvider,
        assets: assets.map(({ address, decimals, symbol }) => ({ address, decimals, symbol })),
      }
      if (rules.aaveV3) return aaveV3Pool({ chainId, pool, guard: { ...acts, ...TIMES, actions: [...ACTIONS] } })
      return watched
    })
    const alone: Config = { ...config, watch, nodes: keeper ? [keeper] : [], quorum: { signers: [signer], k: 1, windowS: WINDOW_S } }
    node = await startNodes({ ...stage, config: alone }, { armed: true })
    base = await step()
  }, 120_000)
  afterEach(async () => {
    // back to before the attack
    await stage.anvil.rpc.call('anvil_reorg', [(await head()).number - base, []])
    stage.rewind()
    await step()
    node.entries.get('a')?.splice(0)
  })
  afterAll(async () => {
    await node?.stop()
    await stage?.close()
  })

  const head = () => stage.chain.head()
  const step = async (): Promise<number> => {
    const number = await stage.mine()
    await node.judged(number)
    return number
  }
  const steps = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await step()
  }
  /** The node's transaction is on its way. */
  const sent = () => until('something waits', async () => (await stage.anvil.rpc.call<{ pending: Hex }>('txpool_status')).pending !== '0x0')
  const allEvents = async () => (await stage.guardEvents(guard)).filter(({ blockNumber }) => Number(blockNumber) > base)
  const events = async () => (await allEvents()).filter(({ args }) => args?.entry === entry)
  const names = async () => (await events()).map(({ eventName }) => eventName)
  const seen = (name: string) =>
    until(name, async () => {
      await step()
      return (await names()).includes(name)
    })
  const timeOf = async (event: GuardEvent | undefined): Promise<number> =>
    Number(
      (await stage.anvil.rpc.call<{ timestamp: Hex }>('eth_getBlockByNumber', [`0x${BigInt(event?.blockNumber ?? 0).toString(16)}`, false]))
        .timestamp,
    )
  const ltv = async (): Promise<number> => {
    const data = encodeFunctionData({ abi: CONFIGURATION, args: [`0x${subject.slice(26)}`] })
    return Number(BigInt(await stage.anvil.rpc.call<Hex>('eth_call', [{ to: stage.prepared.deployment.pool, data }, 'latest'])) & 0xffffn)
  }
  const as = (from: Hex, functionName: 'keep' | 'lift', args: readonly [Hex, Hex]) =>
    sendAs(stage.anvil, from, guard, encodeFunctionData({ abi, functionName, args }))
  const beginLift = (round: number) =>
    sendAs(
      stage.anvil,
      stranger,
      guard,
      encodeFunctionData({ abi, functionName: 'beginLift', args: [entry, subject, round, 0n, 0n, '0x'] }),
    )
  const heard = (kind: string) => (node.entries.get('a') ?? []).filter((e) => e.kind === kind)
  /** Intents of the node that were refused by the Guard. */
  const failed = (): readonly unknown[] => {
    const record = openRecordReadOnly(stage.config.nodes[0]?.dataDir ?? '')
    try {
      return [...record.entries({ kinds: ['intent'] })].map(({ body }) => body as { step: string }).filter(({ step }) => step === 'failed')
    } finally {
      record.close()
    }
  }

  test('renewed in its last quarter until the cap; then left alone until anyone lifts it, and done again after the cooldown', async () => {
    const before = await ltv()
    await stage.falsePrice()
    await seen('Executed')
    const startS = await timeOf((await events())[0])
    await until('the cap', async () => {
      await step()
      await new Promise((rest) => setTimeout(rest, 30)) // so that a renewal is sent before the next block
      return (await events()).some(({ args }) => args.capped === true)
    })
    const renewals = (await events()).filter(({ eventName }) => eventName === 'Renewed')
    expect(renewals.length).toBeGreaterThanOrEqual(2)
    let expiresAtS = startS + TIMES.expiryS
    for (const renewal of renewals) {
      const atS = await timeOf(renewal)
      expect(atS, 'not before the last quarter').toBeGreaterThanOrEqual(expiresAtS - QUARTER_S)
      expiresAtS = Number(renewal.args.expiresAtS)
    }
    expect(expiresAtS).toBe(startS + TIMES.hardCapS)
    await until('past the cap', async () => (await step()) > 0 && (await head()).timeS > expiresAtS + 36)
    expect((await names()).filter((name) => name !== 'Renewed')).toEqual(['Executed'])
    expect(await ltv()).toBe(0)

    await beginLift(0)
    await steps(2)
    await as(stranger, 'lift', [entry, subject])
    expect(await ltv()).toBe(before)
    await until('executed again', async () => {
      await step()
      return (await events()).some(({ eventName, args }) => eventName === 'Executed' && args.round === 1)
    })
    const again = (await events()).find(({ eventName, args }) => eventName === 'Executed' && args.round === 1)
    expect(await timeOf(again)).toBeGreaterThanOrEqual(startS + TIMES.hardCapS + TIMES.cooldownS)
    expect(failed()).toEqual([])
  }, 120_000)

  test('attacked between the two calls of its lift: renewed at once, and the lift that the attacker brings is refused', async () => {
    // a second renewal of one round needs a window of its own: see docs/threat-model.md
    while (((await head()).timeS + 12) % WINDOW_S < WINDOW_S * 0.6) await step()
    await stage.falsePrice()
    await seen('Executed')
    await stage.truePrice()
    await seen('LiftBegan')
    expect(await ltv()).toBe(0)
    await stage.falsePrice()
    await step()
    await sent() // the renewal
    const data = encodeFunctionData({ abi, functionName: 'lift', args: [entry, subject] })
    await stage.anvil.rpc.call('anvil_impersonateAccount', [stranger])
    const lift = await stage.anvil.rpc.call<Hex>('eth_sendTransaction', [
      { from: stranger, to: guard, data, gas: '0x7a120', maxFeePerGas: '0x77359400' },
    ])
    await step()
    const receipt = await stage.anvil.rpc.call<{ readonly status: Hex }>('eth_getTransactionReceipt', [lift])
    expect(receipt.status).toBe('0x0')
    const all = await names()
    expect(all.slice(all.lastIndexOf('LiftBegan'))).toEqual(['LiftBegan', 'Renewed'])
    for (let i = 0; i < 6; i++) {
      await step()
      expect(await ltv()).toBe(0)
    }
  }, 120_000)

  test('the chain stands still in the last quarter: the renewal waits for the next block, and that we see nothing is said', async () => {
    await stage.falsePrice()
    await seen('Executed')
    const startS = await timeOf((await events())[0])
    const quarterS = startS + TIMES.expiryS - QUARTER_S
    while ((await head()).timeS < quarterS - 12) await step()
    expect((await stage.anvil.rpc.call<{ pending: Hex }>('txpool_status')).pending).toBe('0x0')
    await sent() // no block, but time goes on
    expect(await names()).toEqual(['Executed'])
    await until('it is blind', () => heard('blind').some(({ body }) => (body as { reason: string }).reason === 'stalled'))
    await stage.anvil.rpc.call('evm_setNextBlockTimestamp', [quarterS + 12])
    await step()
    expect(await names()).toEqual(['Executed', 'Renewed'])
    expect(failed()).toEqual([])
  }, 120_000)

  test('kept by the guardian: the nodes let go, whatever comes', async () => {
    await stage.falsePrice()
    await seen('Executed')
    await as(human, 'keep', [entry, subject])
    await steps(12)
    await stage.truePrice()
    await steps(15)
    expect(await names()).toEqual(['Executed', 'Ended'])
    expect(await ltv()).toBe(0)
    expect(failed()).toEqual([])
  }, 120_000)

  test('vetoed before it: the next option is taken, and the vetoed one is never tried', async () => {
    const untilS = (await head()).timeS + 86_400
    await sendAs(stage.anvil, human, guard, encodeFunctionData({ abi, functionName: 'veto', args: [entry, subject, untilS] }))
    await stage.falsePrice()
    await until('another action', async () => {
      await step()
      return (await allEvents()).some(({ eventName }) => eventName === 'Executed')
    })
    await steps(12)
    expect(await names()).toEqual(['VetoSet'])
    const chosen = new Set(heard('decision').map(({ body }) => (body as Decision).chosen))
    expect(chosen).toContain('borrowCap(all)')
    expect(failed()).toEqual([])
  }, 120_000)

  test('disarmed during an incident: a critical finding, nothing is tried; armed again, the action goes on', async () => {
    await stage.falsePrice()
    await seen('Executed')
    await sendAs(stage.anvil, human, guard, encodeFunctionData({ abi, functionName: 'disarm' }))
    await steps(10)
    const told = heard('finding')
      .map(({ body }) => body as Finding)
      .filter(({ detector }) => detector === 'guard-disarmed')
    expect(told.map(({ severity, subject }) => [severity, subject.kind])).toEqual([['critical', 'chain']])
    expect(await names()).toEqual(['Executed'])
    await sendAs(stage.anvil, human, guard, encodeFunctionData({ abi, functionName: 'arm' }))
    await seen('Renewed')
    expect(failed()).toEqual([])
  }, 120_000)
})

const CONFIGURATION = [
  { type: 'function', name: 'getConfiguration', inputs: [{ type: 'address' }], outputs: [{ type: 'uint256' }], stateMutability: 'view' },
] as const
