import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { checksumAddress } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { accountAt, accountOf } from '../../lab/accounts.ts'
import type { Certificate, Hex } from '../core/flow.ts'
import { Database } from '../record/database.ts'
import { tempFolder } from '../record/record.builders.ts'
import { type NodeRecord, openRecord } from '../record/record.ts'
import { StorageError } from '../record/storage-error.ts'
import { callOf } from './calls.ts'
import { GuardWorld, WINDOW_S } from './guard-world.builders.ts'
import type { RpcClient } from './node.ts'
import type { RelayerJob } from './relayer.fixture.ts'
import { createResponder, type Responder, type ResponderOptions } from './responder.ts'
import type { Wallet } from './wallet.ts'

const GWEI = 1_000_000_000n
const FEES = { maxFeePerGasWei: 100n * GWEI, priorityFeePerGasWei: GWEI, bumpBps: 1250 }
const OTHER = accountOf('deployer', 1).address

let world: GuardWorld
let place: ReturnType<typeof tempFolder>
let record: NodeRecord
let wallet: Wallet
let entry: Hex

beforeAll(async () => {
  world = await GuardWorld.start()
})
afterAll(() => world.anvil.stop())
beforeEach(async () => {
  place = tempFolder()
  record = openRecord({ folder: place.folder, nodeId: 'n1' })
  wallet = await world.relayer()
  entry = await world.entry()
  await world.nextWindow()
})
afterEach(() => {
  record.close()
  place.remove()
})

const responderOf = (more: Partial<ResponderOptions> = {}): Responder =>
  createResponder({ record, wallet, rpc: world.rpc, chainId: 31337, fees: FEES, patienceMs: 0, now: () => 0, ...more })
const steps = (): string[] => [...record.entries({ kinds: ['intent'] })].map((stored) => (stored.body as { step: string }).step)
const reasons = (): unknown[] =>
  [...record.entries({ kinds: ['intent'] })].flatMap((stored) => (stored.body as { reason?: string }).reason ?? [])
const bringAsOther = async (certificate: Certificate) => world.send(OTHER, callOf(certificate).calldata)
const dropFromPool = (txHash: Hex | undefined) => world.anvil.rpc.call('anvil_dropTransaction', [txHash])
/** Blocks are taken away without anything coming back into the pool, as anvil does it. */
const reorg = async (depth: number): Promise<number> => {
  await world.anvil.rpc.call('anvil_rollback', [depth])
  return Number(await world.anvil.rpc.call<Hex>('eth_blockNumber'))
}

describe('bringing a certificate', () => {
  test('planned, simulated, signed, sent, mined; asked twice, done once', async () => {
    const told: string[] = []
    const responder = responderOf({ onStep: (step) => void told.push(step) })
    const certificate = await world.certificate(entry)
    const [first, second] = await Promise.all([responder.respond(certificate, { class: 'throttle' }), responder.respond(certificate)])
    expect(first).toMatchObject({ state: 'sent', class: 'throttle', signed: { nonce: 0, maxFeePerGas: 100n * GWEI } })
    expect(second.signed).toEqual(first.signed)
    await responder.onBlock(await world.mine())
    expect(record.intents.get(first.id)).toMatchObject({ state: 'mined', minedHash: expect.stringMatching(/^0x/) })
    expect((await responder.respond(certificate)).state).toBe('mined')
    expect(told).toEqual(['planned', 'simulated', 'signed', 'sent', 'mined'])
    expect(steps()).toEqual(told)
    expect(await world.events(entry)).toEqual(['Executed'])
    expect(await world.nonce(wallet.address)).toBe(1)
  })

  test('several at once get nonces in a row and are mined together', async () => {
    const entries = [entry, await world.entry(), await world.entry()]
    const responder = responderOf()
    const certificates = await Promise.all(entries.map((id) => world.certificate(id)))
    const rows = await Promise.all(certificates.map((certificate) => responder.respond(certificate)))
    expect(rows.map((row) => row.signed?.nonce)).toEqual([0, 1, 2])
    await responder.onBlock(await world.mine())
    expect(record.intents.open()).toEqual([])
    for (const id of entries) expect(await world.events(id)).toEqual(['Executed'])
  })

  test('somebody else was faster: obsolete, nothing is sent', async () => {
    const certificate = await world.certificate(entry)
    await bringAsOther(certificate)
    await world.mine()
    expect(await responderOf().respond(certificate)).toMatchObject({ state: 'obsolete', reason: 'WrongRound(0, 1)', signed: null })
    expect(steps()).toEqual(['planned', 'obsolete'])
  })

  test('somebody else is faster in the same block: ours reverts and is obsolete', async () => {
    const responder = responderOf({ fees: { ...FEES, maxFeePerGasWei: 2n * GWEI } })
    const certificate = await world.certificate(entry)
    const { id } = await responder.respond(certificate)
    const params = { from: OTHER, to: world.guard, data: callOf(certificate).calldata, gas: '0x1e8480', maxFeePerGas: '0x174876e800' }
    await world.anvil.rpc.call('eth_sendTransaction', [params])
    await responder.onBlock(await world.mine())
    expect(record.intents.get(id)).toMatchObject({ state: 'obsolete', reason: 'WrongRound(0, 1)', minedBlock: expect.any(Number) })
    expect(await world.events(entry)).toEqual(['Executed'])
  })

  test('a certificate of another window waits; a newer one of the same thing takes its place', async () => {
    const responder = responderOf()
    const old = await world.certificate(entry)
    await world.nextWindow()
    const waiting = await responder.respond(old)
    expect(waiting).toMatchObject({ state: 'planned', reason: expect.stringContaining('WrongWindow(') })
    const sent = await responder.respond(await world.certificate(entry))
    expect(sent).toMatchObject({ id: waiting.id, state: 'sent' })
    await responder.onBlock(await world.mine())
    expect(await world.events(entry)).toEqual(['Executed'])
  })

  test('no block comes, and its window does: simulated at the present time, and sent for the block to come', async () => {
    const responder = responderOf({ blockTimeS: 12 })
    await world.nextWindow()
    const next = await world.certificate(entry, 0, 'execute', 1)
    expect(await responder.respond(next)).toMatchObject({ state: 'planned', reason: expect.stringContaining('WrongWindow(') })
    responder.onTick((await world.timeS()) + WINDOW_S)
    const sent = await responder.respond(next)
    expect(sent).toMatchObject({ state: 'sent' })
    await responder.onBlock(await world.nextWindow())
    expect(record.intents.get(sent.id)?.state).toBe('mined')
    expect(await world.events(entry)).toEqual(['Executed'])
  })

  test('mined in the next window: reverted and planned again, for a newer certificate', async () => {
    const responder = responderOf()
    await world.mine(50)
    const { id } = await responder.respond(await world.certificate(entry))
    await responder.onBlock(await world.mine(12))
    expect(record.intents.get(id)).toMatchObject({ state: 'planned', signed: null })
    const again = await responder.respond(await world.certificate(entry))
    expect(again).toMatchObject({ id, state: 'sent', signed: { nonce: 1 } })
    await responder.onBlock(await world.mine(12))
    expect(record.intents.get(id)?.state).toBe('mined')
  })

  test('refused for another reason: failed, with the reason decoded; a newer certificate is another turn', async () => {
    const responder = responderOf()
    const certificate = await world.certificate(entry)
    const other = await world.certificate(await world.entry())
    const bad = { ...certificate, signatures: other.signatures }
    const failed = await responder.respond(bad)
    expect(failed).toMatchObject({ state: 'failed', reason: 'BadSignature(0)', turn: 0 })
    expect((await responder.respond(bad)).id).toBe(failed.id)
    await world.nextWindow()
    expect(await responder.respond(await world.certificate(entry))).toMatchObject({ state: 'sent', turn: 1 })
  })

  test('nobody asks again: a plan that waits is given up', async () => {
    const responder = responderOf()
    const { id, askedBlock } = await responder.respond(await world.certificate(entry, 0, 'execute', 5))
    await responder.onBlock(askedBlock + 10)
    expect(record.intents.get(id)?.state).toBe('planned')
    await responder.onBlock(askedBlock + 11)
    expect(record.intents.get(id)).toMatchObject({ state: 'obsolete', reason: 'nobody asked for it again' })
  })

  test('renewed twice, lift begun and ended: each its own transaction', async () => {
    const responder = responderOf()
    const now = async (wanted: Parameters<Responder['respond']>[0]) => {
      const { id } = await responder.respond(wanted)
      await responder.onBlock(await world.mine(2))
      return record.intents.get(id)
    }
    await now(await world.certificate(entry))
    await world.mine(2) // in the same second a renewal would prolong nothing
    const renewal = await world.certificate(entry, 0, 'renew')
    expect(await now(renewal)).toMatchObject({ state: 'mined', turn: 0 })
    expect(await now(renewal)).toMatchObject({ state: 'mined', turn: 0 })
    await world.nextWindow()
    expect(await now(await world.certificate(entry, 0, 'renew'))).toMatchObject({ state: 'mined', turn: 1 })
    expect(await now(world.errand('beginLift', entry))).toMatchObject({ state: 'planned', reason: expect.stringContaining('NotExpired(') })
    await world.mine(601)
    expect(await now(world.errand('beginLift', entry))).toMatchObject({ state: 'mined' })
    expect(await now(world.errand('lift', entry))).toMatchObject({ state: 'mined' })
    expect(await world.events(entry)).toEqual(['Executed', 'Renewed', 'Renewed', 'LiftBegan', 'Ended'])
    expect(await responder.respond(await world.certificate(entry, 0, 'lift'))).toMatchObject({ state: 'obsolete', reason: 'NotActive()' })
  })
})

describe('fees and nonces', () => {
  const at = async (baseFeeWei: bigint, mine = () => world.mine(1)): Promise<number> => {
    await world.anvil.rpc.call('anvil_setNextBlockBaseFeePerGas', [`0x${baseFeeWei.toString(16)}`])
    return mine()
  }
  /** Anvil's pool takes nothing that bids less than the base fee. */
  const spike = (mine?: () => Promise<number>) => at(50n * GWEI, mine)
  const calm = () => at(7n)
  /** A responder that stands at the chain's head. */
  const atHead = async (number: number, more: Partial<ResponderOptions>): Promise<Responder> => {
    const responder = responderOf(more)
    await responder.onBlock(number)
    return responder
  }
  beforeEach(calm)
  afterEach(calm)

  const stuckFees = { maxFeePerGasWei: 2n * GWEI, priorityFeePerGasWei: GWEI, capPerGasWei: 3n * GWEI, bumpBps: 1250 }
  /** The pool has it, and no block takes it. */
  const skip = async (txHash: Hex | undefined) => {
    await dropFromPool(txHash)
    return world.mine(1)
  }

  test('stuck: both fees rise by an eighth with the same nonce, stored before sent, and stop at the cap', async () => {
    const responder = responderOf({ fees: stuckFees })
    let row = await responder.respond(await world.certificate(entry))
    const bids = [row.signed]
    for (let i = 0; i < 8; i++) {
      await responder.onBlock(await skip(row.signed?.txHash))
      row = record.intents.get(row.id) ?? row
      if (row.signed?.txHash !== bids.at(-1)?.txHash) bids.push(row.signed)
    }
    expect(bids.map((bid) => bid?.nonce)).toEqual([0, 0, 0, 0])
    expect(bids.map((bid) => bid?.maxFeePerGas)).toEqual([2_000_000_000n, 2_250_000_000n, 2_531_250_000n, 2_847_656_250n])
    expect(bids.map((bid) => bid?.priorityFeePerGas)).toEqual([1_000_000_000n, 1_125_000_000n, 1_265_625_000n, 1_423_828_125n])
    expect(record.intents.transactions(row.id).map(({ state }) => state)).toEqual(['replaced', 'replaced', 'replaced', 'live'])
    expect(reasons()).toEqual(['the fee cap does not allow to outbid the transaction that waits'])
    await responder.onBlock(await world.mine(1))
    expect(record.intents.get(row.id)?.state).toBe('mined')
    expect(await world.nonce(wallet.address)).toBe(1)
  })

  test('the transaction that was replaced is the one that is mined: found all the same', async () => {
    const responder = responderOf({ fees: stuckFees, stuckBlocks: 1 })
    const first = await responder.respond(await world.certificate(entry))
    await responder.onBlock(await skip(first.signed?.txHash))
    const second = record.intents.get(first.id)
    expect(second?.signed?.txHash).not.toBe(first.signed?.txHash)
    await dropFromPool(second?.signed?.txHash)
    await world.anvil.rpc.call('eth_sendRawTransaction', [first.signed?.raw])
    await responder.onBlock(await world.mine(1))
    expect(record.intents.get(first.id)).toMatchObject({ state: 'mined', signed: { txHash: first.signed?.txHash } })
  })

  test('a base fee above our cap: told once, nothing is sent or signed again, and sent when it falls', async () => {
    const responder = await atHead(await spike(), { fees: stuckFees })
    const row = await responder.respond(await world.certificate(entry))
    expect(row).toMatchObject({ state: 'signed', signed: { maxFeePerGas: 3n * GWEI } })
    for (let i = 0; i < 4; i++) await responder.onBlock(await spike())
    expect(steps()).toEqual(['planned', 'simulated', 'signed', 'capped'])
    expect(record.intents.transactions(row.id)).toHaveLength(1)
    await responder.onBlock(await calm())
    expect(record.intents.get(row.id)?.state).toBe('sent')
    await responder.onBlock(await calm())
    expect(record.intents.get(row.id)?.state).toBe('mined')
    expect([await world.events(entry), await world.nonce(wallet.address)]).toEqual([['Executed'], 1])
  })

  test('it lasts longer than a time slot: the newer certificate is signed at the cap too, and goes when it falls', async () => {
    const responder = await atHead(await spike(), { fees: stuckFees })
    const row = await responder.respond(await world.certificate(entry))
    await responder.onBlock(await spike(() => world.nextWindow()))
    const next = await responder.respond(await world.certificate(entry))
    expect(next.id).toBe(row.id)
    expect(next.calldata).not.toBe(row.calldata)
    expect(next.signed).toMatchObject({ nonce: 0, maxFeePerGas: 3n * GWEI })
    await responder.onBlock(await spike())
    await responder.onBlock(await calm())
    await responder.onBlock(await calm())
    expect(record.intents.get(row.id)?.state).toBe('mined')
    expect([await world.events(entry), await world.nonce(wallet.address)]).toEqual([['Executed'], 1])
  })

  test('it rises within the cap while ours waits: outbid with the same nonce', async () => {
    const responder = await atHead(await calm(), { fees: { ...stuckFees, capPerGasWei: 400n * GWEI }, stuckBlocks: 1 })
    const row = await responder.respond(await world.certificate(entry))
    await dropFromPool(row.signed?.txHash) // as pools do it with what can't be mined
    await responder.onBlock(await spike())
    const higher = record.intents.get(row.id)
    expect(higher).toMatchObject({ state: 'sent', signed: { nonce: 0 } })
    expect(higher?.signed?.maxFeePerGas).toBeGreaterThan(50n * GWEI)
    await responder.onBlock(await spike())
    expect(record.intents.get(row.id)?.state).toBe('mined')
  })

  /** The same key used elsewhere: a transfer to itself with this nonce. */
  const outside = async (nonce: number, maxFeePerGas: bigint) => {
    const to = wallet.address
    const about = { type: 'eip1559', chainId: 31337, nonce, to, data: '0x', gas: 21_000n } as const
    const raw = await wallet.signTransaction({ ...about, maxFeePerGas, maxPriorityFeePerGas: GWEI })
    return world.anvil.rpc.call<Hex>('eth_sendRawTransaction', [raw])
  }

  test('replaced from outside by another of the same nonce, which is mined: done once with the next nonce, same certificate', async () => {
    const responder = await atHead(await calm(), {})
    const row = await responder.respond(await world.certificate(entry))
    await outside(0, 500n * GWEI)
    await responder.onBlock(await world.mine(1))
    expect(record.intents.get(row.id)).toMatchObject({ state: 'sent', turn: 0, signed: { nonce: 1 } })
    expect(reasons()).toEqual(['its nonce was used by another transaction'])
    await responder.onBlock(await world.mine(1))
    expect(record.intents.get(row.id)?.state).toBe('mined')
    expect([await world.events(entry), await world.nonce(wallet.address)]).toEqual([['Executed'], 2])
  })

  test('ours would be an underpriced replacement of what waits from outside: outbid, within the cap', async () => {
    await outside(0, 110n * GWEI)
    // an endpoint whose pool says nothing of it
    const rpc: RpcClient = {
      request: (method, params) => world.rpc.request(method, params[1] === 'pending' ? [params[0], 'latest'] : params),
    }
    const responder = responderOf({ rpc })
    const row = await responder.respond(await world.certificate(entry))
    expect(row).toMatchObject({ state: 'sent', signed: { nonce: 0 } })
    expect(row.signed?.maxFeePerGas).toBeGreaterThan(110n * GWEI)
    await responder.onBlock(await world.mine(1))
    expect(record.intents.get(row.id)?.state).toBe('mined')
    expect([await world.events(entry), await world.nonce(wallet.address)]).toEqual([['Executed'], 1])
  })

  test('a nonce that was given up is taken by the next intent, which outbids what may still be in the pool', async () => {
    const responder = responderOf()
    const certificate = await world.certificate(entry)
    const first = await responder.respond(certificate)
    await bringAsOther(certificate)
    await dropFromPool(first.signed?.txHash)
    await world.mine(1)
    await world.anvil.rpc.call('eth_sendRawTransaction', [first.signed?.raw])
    await responder.onBlock(first.askedBlock + 2)
    expect(record.intents.get(first.id)).toMatchObject({ state: 'obsolete', signed: null })
    const next = await responder.respond(await world.certificate(await world.entry()))
    // the entry's own blocks have mined the old one meanwhile, or the new one has replaced it: never a gap
    expect(next.state).toBe('sent')
    await responder.onBlock(await world.mine(1))
    expect(record.intents.get(next.id)?.state).toBe('mined')
  })
})

describe('reorgs', () => {
  test('unmined again, not sent blindly; asked again in another window: new calldata, same nonce', async () => {
    const responder = responderOf()
    const first = await responder.respond(await world.certificate(entry))
    await responder.onBlock(await world.mine())
    const toNumber = await reorg(1)
    await responder.onReorg(toNumber)
    expect(record.intents.get(first.id)).toMatchObject({ state: 'sent', minedBlock: null, orphanedBlock: toNumber })
    await dropFromPool(first.signed?.txHash).catch(() => {})
    await responder.onBlock(await world.nextWindow())
    expect(record.intents.get(first.id)?.state).toBe('sent')
    expect(await world.nonce(wallet.address)).toBe(0)
    const again = await responder.respond(await world.certificate(entry))
    expect(again).toMatchObject({ id: first.id, state: 'sent', orphanedBlock: null, signed: { nonce: 0 } })
    expect(again.calldata).not.toBe(first.calldata)
    await responder.onBlock(await world.mine())
    expect(record.intents.get(first.id)?.state).toBe('mined')
    expect(await world.events(entry)).toEqual(['Executed'])
    expect(await world.nonce(wallet.address)).toBe(1)
    expect(steps()).toEqual(['planned', 'simulated', 'signed', 'sent', 'mined', 'reorged', 'signed', 'sent', 'mined'])
  })

  test('nobody asks again within ten blocks: obsolete, and the next intent takes the nonce', async () => {
    const responder = responderOf()
    const first = await responder.respond(await world.certificate(entry))
    await responder.onBlock(await world.mine())
    const toNumber = await reorg(1)
    await responder.onReorg(toNumber)
    await dropFromPool(first.signed?.txHash).catch(() => {})
    await responder.onBlock(toNumber + 10)
    expect(record.intents.get(first.id)?.state).toBe('sent')
    await responder.onBlock(toNumber + 11)
    expect(record.intents.get(first.id)).toMatchObject({ state: 'obsolete', signed: null })
    const next = await responder.respond(await world.certificate(await world.entry()))
    expect(next.signed?.nonce).toBe(0)
  })
})

describe('a node that fails us', () => {
  test('silence: the row stays on disk, the log says so once, and a later block goes on', async () => {
    let down = true
    const rpc: RpcClient = {
      request: (method, params) =>
        down ? Promise.reject(new Error('connect ECONNREFUSED https://x.io/v2/KEY')) : world.rpc.request(method, params),
    }
    const responder = responderOf({ rpc, patienceMs: 150 })
    const row = await responder.respond(await world.certificate(entry))
    expect(row.state).toBe('planned')
    await responder.onBlock(row.askedBlock + 1)
    expect(reasons()).toEqual(['the node: eth_call failed: connect ECONNREFUSED (endpoint)'])
    down = false
    await responder.onBlock(row.askedBlock + 2)
    expect(record.intents.get(row.id)?.state).toBe('sent')
  })

  test('a wallet that throws its key about: none of it reaches the log', async () => {
    const responder = responderOf({
      wallet: { address: wallet.address, signTransaction: () => Promise.reject(new Error('key 0xdeadbeef')) },
    })
    expect((await responder.respond(await world.certificate(entry))).state).toBe('simulated')
    expect(reasons()).toEqual([
      `the wallet ${wallet.address} did not sign the transaction with nonce 0: check that its signer is reachable and unlocked`,
    ])
  })
})

describe('a full disk', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })
  /** From its n-th write on the database takes nothing; returns how many were tried. */
  const fillUp = (n: number): (() => number) => {
    let writes = 0
    const run = Database.prototype.run
    vi.spyOn(Database.prototype, 'run').mockImplementation(function (this: Database, ...args) {
      writes += 1
      if (writes >= n) throw new StorageError(this.file, 'SQLITE_FULL', 'database or disk is full')
      return run.apply(this, args)
    })
    return () => writes
  }

  test('at any write: nothing is sent that is not stored; with space again it is done once, with one transaction', async () => {
    for (let n = 1; ; n++) {
      const [place, wallet, entry] = [tempFolder(), await world.relayer(), await world.entry()]
      await world.nextWindow()
      const certificate = await world.certificate(entry)
      const record = openRecord({ folder: place.folder, nodeId: 'n1' })
      const sent: unknown[] = []
      const rpc: RpcClient = {
        request: (method, params) => {
          if (method === 'eth_sendRawTransaction') sent.push(params[0])
          return world.rpc.request(method, params)
        },
      }
      const writes = fillUp(n)
      const responder = responderOf({ record, wallet, rpc })
      const failure = await responder.respond(certificate).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      const [isOver, row] = [writes() < n, record.intents.latest(callOf(certificate))]
      vi.restoreAllMocks()
      if (!isOver) expect(failure).toBeInstanceOf(StorageError)
      expect(sent.filter((raw) => !record.intents.transactions(row?.id ?? '0x').some((known) => known.raw === raw))).toEqual([])

      const again = responderOf({ record, wallet })
      await again.resume()
      const { id } = await again.respond(certificate)
      await again.onBlock(await world.mine(1))
      const paid = await world.nonce(wallet.address)
      expect({ n, state: record.intents.get(id)?.state, events: await world.events(entry), paid, ok: record.verify().ok }).toEqual({
        ...{ n, state: 'mined', events: ['Executed'], paid: 1, ok: true },
      })
      record.close()
      place.remove()
      if (isOver) {
        expect(n).toBeGreaterThan(8)
        return
      }
    }
  })
})

describe('anything in any order', () => {
  // Seeds 7, 22 and 53 once left a gap below a nonce after a reorg. In 134 and 151 a reorg undoes what somebody else had done.
  // Lost transactions, other relayers, windows, reorgs, restarts and a silent node, by seed; then calm: all must have come right.
  test.each([1, 7, 22, 53, 134, 151])('seed %i: each executed once, no nonce left behind', async (seed) => {
    let state = seed
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const entries = [entry, await world.entry(), await world.entry()]
    const lowest = (await world.nextWindow()) + 1
    let down = false
    const rpc: RpcClient = { request: (...args) => (down ? Promise.reject(new Error('silence')) : world.rpc.request(...args)) }
    const start = () => responderOf({ rpc, stuckBlocks: 1, fees: { ...FEES, capPerGasWei: 10_000n * GWEI } })
    let responder = start()
    let number = lowest
    const ask = async () => responder.respond(await world.certificate(entries[random(3)] ?? entry))
    const block = async () => {
      number = random(4) === 0 ? await world.nextWindow() : await world.mine()
      await responder.onBlock(number)
    }
    const moves: (() => Promise<unknown>)[] = [
      ask,
      ask,
      block,
      block,
      async () => dropFromPool(record.intents.open()[0]?.signed?.txHash).catch(() => {}),
      async () => random(3) === 0 && bringAsOther(await world.certificate(entries[random(3)] ?? entry)),
      async () => {
        if (number <= lowest) return
        number = await reorg(1)
        await responder.onReorg(number)
      },
      async () => {
        responder = start()
        await responder.resume()
        await responder.onBlock(number)
      },
      async () => {
        down = random(3) === 0
      },
    ]
    for (let i = 0; i < 45; i++) await moves[random(moves.length)]?.()
    down = false
    for (let i = 0; i < 14; i++) {
      for (const id of entries) if (i < 6) await responder.respond(await world.certificate(id))
      await responder.onBlock(await world.mine())
    }
    for (const id of entries) expect(await world.events(id)).toEqual(['Executed'])
    expect(record.intents.open()).toEqual([])
    expect(record.verify().ok).toBe(true)
    const pending = Number(await world.rpc.request('eth_getTransactionCount', [wallet.address, 'pending']))
    expect(pending).toBe(await world.nonce(wallet.address))
  })
})

const STEPS = ['planned', 'simulated', 'signed', 'between', 'sent']
type Relayer = { readonly place: ReturnType<typeof tempFolder>; readonly wallet: Wallet; readonly entry: Hex }

describe('killed with SIGKILL and started again', () => {
  /** Runs a relayer in a process of its own until it kills itself at `dieAt`; `between` is sent but not yet stored as sent. */
  async function kill(dieAt: string, { place, wallet, entry }: Relayer) {
    const certificate = await world.certificate(entry)
    const job: RelayerJob = { url: world.anvil.url, folder: place.folder, dieAt, certificate: { ...certificate, signers: '3' } }
    const script = fileURLToPath(new URL('./relayer.fixture.ts', import.meta.url))
    const env = { ...process.env, RELAYER_KEY: accountAt(checksumAddress(wallet.address)).privateKey }
    const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(job)], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    })
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
    expect([dieAt, signal]).toEqual([dieAt, 'SIGKILL'])
    return { dieAt, place, wallet, entry, certificate }
  }

  test('at any step: executed once, and one transaction paid for', async () => {
    const relayers: Relayer[] = []
    for (const _ of STEPS) relayers.push({ place: tempFolder(), wallet: await world.relayer(), entry: await world.entry() })
    await world.nextWindow()
    const killed = await Promise.all(relayers.map((relayer, i) => kill(STEPS[i] ?? '', relayer)))
    const again = killed.map((at) => {
      const record = openRecord({ folder: at.place.folder, nodeId: 'n1' })
      return { ...at, record, responder: responderOf({ record, wallet: at.wallet }) }
    })
    for (const { responder, certificate } of again) {
      await responder.resume()
      await responder.respond(certificate)
    }
    const number = await world.mine(1)
    for (const { dieAt, responder, record, certificate, entry, wallet, place } of again) {
      await responder.onBlock(number)
      const row = record.intents.latest(callOf(certificate))
      const found = { state: row?.state, turn: row?.turn, events: await world.events(entry), paid: await world.nonce(wallet.address) }
      expect({ dieAt, ...found }).toEqual({ dieAt, state: 'mined', turn: 0, events: ['Executed'], paid: 1 })
      expect(record.verify().ok).toBe(true)
      record.close()
      place.remove()
    }
  })
})
