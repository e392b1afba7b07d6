// Coming first, and being seen by nobody: bids over a rival within the cap, and the private way with its way back.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accountOf } from '../../lab/accounts.ts'
import { type PrivateRelayServer, startPrivateRelay } from '../../lab/private-relay.ts'
import type { Hex } from '../core/flow.ts'
import { tempFolder } from '../record/record.builders.ts'
import { type NodeRecord, openRecord } from '../record/record.ts'
import { type Bid, bidOf } from './fees.ts'
import { GuardWorld, walletOf } from './guard-world.builders.ts'
import { privateRelay, type RelayMethod } from './private-relay.ts'
import { createResponder, type ResponderOptions } from './responder.ts'
import { goesPrivately, type PrivateUse } from './submission.ts'
import type { Wallet } from './wallet.ts'

const GWEI = 1_000_000_000n
const FEES = { maxFeePerGasWei: 100n * GWEI, priorityFeePerGasWei: GWEI, bumpBps: 1_250 }

describe('a bid over a rival', () => {
  const fees = { maxFeePerGasWei: 100n, priorityFeePerGasWei: 7n, capPerGasWei: 180n, bumpBps: 1_250 }
  const rival = (maxFeePerGas: bigint, priorityFeePerGas = 0n): Bid => ({ maxFeePerGas, priorityFeePerGas })
  const bid = (over: Bid) => bidOf(fees, null, 0n, undefined, over)

  test('both fees are an eighth over his', () => {
    expect(bid(rival(120n, 16n))).toEqual({ maxFeePerGas: 135n, priorityFeePerGas: 18n })
  })
  test('who bids less than we do anyway changes nothing', () =>
    expect(bid(rival(80n))).toEqual({ maxFeePerGas: 100n, priorityFeePerGas: 7n }))
  test('edge: up to the cap, and there at most: late is better than never', () => {
    expect(bid(rival(160n))?.maxFeePerGas).toBe(180n)
    expect(bid(rival(161n))?.maxFeePerGas).toBe(180n)
    expect(bid(rival(9_000n, 9_000n))).toEqual({ maxFeePerGas: 180n, priorityFeePerGas: 180n })
  })
  test('the own bid on the nonce must be raised all the same', () => {
    const before = { maxFeePerGas: 140n, priorityFeePerGas: 8n }
    expect(bidOf(fees, null, 0n, before, rival(120n))).toEqual({ maxFeePerGas: 158n, priorityFeePerGas: 9n })
    expect(bidOf(fees, null, 0n, { maxFeePerGas: 170n, priorityFeePerGas: 8n }, rival(120n))).toBeUndefined()
  })
})

describe('which way', () => {
  const of = (use: PrivateUse, isRace: boolean, age = 0) => goesPrivately({ relay: {} as never, use, fallbackBlocks: 2 }, isRace, age)
  test('by the playbook', () => {
    expect([of('always', true), of('always', false)]).toEqual([true, true])
    expect([of('races', true), of('races', false)]).toEqual([true, false])
    expect([of('others', true), of('others', false)]).toEqual([false, true])
  })
  test('edge: private in the last of its blocks, public in the next', () =>
    expect([of('always', true, 1), of('always', true, 2)]).toEqual([true, false]))
})

describe('on a real chain', () => {
  let world: GuardWorld
  let relay: PrivateRelayServer
  let place: ReturnType<typeof tempFolder>
  let record: NodeRecord
  let wallet: Wallet
  let entry: Hex
  const identity = walletOf(accountOf('treasury'))
  beforeAll(async () => {
    world = await GuardWorld.start()
    relay = await startPrivateRelay(world.anvil.rpc)
  })
  afterAll(async () => {
    await relay.close()
    await world.anvil.stop()
  })
  beforeEach(async () => {
    place = tempFolder()
    record = openRecord({ folder: place.folder, nodeId: 'n1' })
    wallet = await world.relayer()
    entry = await world.entry()
    await world.nextWindow()
    relay.up = true
  })
  afterEach(() => {
    record.close()
    place.remove()
  })

  const responderOf = async (more: Partial<ResponderOptions>) => {
    const responder = createResponder({ record, wallet, rpc: world.rpc, chainId: 31_337, fees: FEES, patienceMs: 0, now: () => 0, ...more })
    await responder.onBlock(Number(await world.anvil.rpc.call<Hex>('eth_blockNumber')))
    return responder
  }
  const submission = (method: RelayMethod = 'bundle', fallbackBlocks = 2) => ({
    relay: privateRelay({ url: relay.url, method, identity }),
    use: 'always' as const,
    fallbackBlocks,
  })
  const inPool = async (): Promise<number> => Number((await world.anvil.rpc.call<{ pending: Hex }>('txpool_status')).pending)
  const routes = (): unknown[] =>
    [...record.entries({ kinds: ['intent'] })].flatMap(({ body }) => (body as { readonly route?: string }).route ?? [])

  test.each(['bundle', 'private'] as const)(
    'as a %s: no pool shows it, the next block has it, under a signature that the relay checked',
    async (method) => {
      const responder = await responderOf({ submission: submission(method) })
      const row = await responder.respond(await world.certificate(entry))
      expect([row.state, await inPool(), routes()]).toEqual(['sent', 0, ['private']])
      expect(relay.senders.at(-1)?.toLowerCase()).toBe(identity.address)
      await responder.onBlock(await relay.mine())
      expect(record.intents.get(row.id)?.state).toBe('mined')
      expect(await world.events(entry)).toEqual(['Executed'])
    },
  )

  test('a builder that passes it over: brought again for each block, and publicly after so many', async () => {
    const responder = await responderOf({ submission: submission() })
    const row = await responder.respond(await world.certificate(entry))
    await responder.onBlock(await world.mine())
    expect([routes(), await inPool()]).toEqual([['private', 'private'], 0])
    await responder.onBlock(await world.mine())
    expect([routes(), await inPool()]).toEqual([['private', 'private', 'public'], 1])
    await responder.onBlock(await world.mine())
    expect(record.intents.get(row.id)).toMatchObject({ state: 'mined', signed: { txHash: row.signed?.txHash } })
  })

  test('a relay that is down: public at once', async () => {
    relay.up = false
    const row = await (await responderOf({ submission: submission() })).respond(await world.certificate(entry))
    expect([row.state, routes(), await inPool()]).toEqual(['sent', ['public'], 1])
    await world.mine()
  })

  test('a body under another signature is refused', async () => {
    const stranger = privateRelay({
      url: relay.url,
      method: 'bundle',
      identity: { address: wallet.address, signDigest: identity.signDigest },
    })
    expect(await stranger.send('0x02', 1, 1)).toEqual({ kind: 'refused', reason: 'private relay: the signature is not of this body' })
    const nowhere = privateRelay({ url: 'http://127.0.0.1:9', method: 'bundle', identity })
    expect(await nowhere.send('0x02', 1, 1)).toMatchObject({ kind: 'refused' })
  })

  test('a rival who bids more after us: the same call again, over his bid, on the same nonce', async () => {
    let rival: Bid | undefined = { maxFeePerGas: 120n * GWEI, priorityFeePerGas: GWEI }
    const responder = await responderOf({ outbid: () => rival })
    const certificate = await world.certificate(entry)
    const first = await responder.respond(certificate)
    expect(first.signed?.maxFeePerGas).toBe(135n * GWEI)
    expect((await responder.respond(certificate)).signed).toEqual(first.signed)
    rival = { maxFeePerGas: 200n * GWEI, priorityFeePerGas: GWEI }
    const second = await responder.respond(certificate)
    expect(second.signed).toMatchObject({ nonce: first.signed?.nonce, maxFeePerGas: 225n * GWEI })
    await responder.onBlock(await world.mine())
    expect(record.intents.get(first.id)).toMatchObject({ state: 'mined', signed: { txHash: second.signed?.txHash } })
  })
})
