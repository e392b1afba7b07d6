// The mempool's edge against a real node: what is heard, proven, tried alone and beside others, and what it then says became of it.
import { keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { at, word } from '../../../test/support/scripted-chain.ts'
import { SUBSCRIBED, startScriptedRpc } from '../../../test/support/scripted-rpc.ts'
import { until } from '../../../test/support/stage.ts'
import type { Hex, Input, PendingTx } from '../../core/flow.ts'
import { slotCall } from '../../core/words.ts'
import type { BlockAdapter } from '../block-source.ts'
import { lastingRpc } from '../lasting-rpc.ts'
import { openRpc } from '../rpc.ts'
import { blockOf } from './chain-facts.ts'
import type { FeedKind } from './feed.ts'
import { Mempool } from './mempool.ts'
import { simulateV1 } from './simulate-v1.ts'
import { traces } from './traces.ts'
import { pendingTxOf } from './transaction.ts'

type Pending = Extract<Input, { kind: 'pending' }>
const CHAIN_ID = 31_337
const BLOCK_S = 12
/** Stores the word that it is given and says so. */
const LOGGER = at(0x71)
const LOGGER_CODE = '0x600035600055600035600052600160206000a100'
const callsLogger = `60096000526000600060206000600073${LOGGER.slice(2)}5af1`
/** Speaks to the logger only where gas has a price: not where careless simulators try it. */
const TRAP = at(0x72)
const TRAP_CODE = `0x3a15602b57${callsLogger}5b00`
/** The first call prepares, the second says so. */
const PAIR = at(0x73)
const PAIR_CODE = '0x600054600c576001600055005b600260006000a100'
/** Deploys what calls the logger. */
const runtime = `${callsLogger}00`
const size = (runtime.length / 2).toString(16).padStart(2, '0')
const CREATES = `0x60${size}600c60003960${size}6000f3${runtime}` as Hex
const SLOT = slotCall(LOGGER, 0n)

const adapter: BlockAdapter = {
  watches: () => [{ address: LOGGER }, { address: PAIR }],
  reads: ({ logs }) => [SLOT, ...(logs.length > 0 ? [{ to: LOGGER, data: '0x12345678' as Hex }] : [])],
}

let anvil: Anvil
let nonces: Map<Hex, number>
beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_700_000_000 })
  for (const [address, code] of [
    [LOGGER, LOGGER_CODE],
    [TRAP, TRAP_CODE],
    [PAIR, PAIR_CODE],
  ])
    await anvil.rpc.call('anvil_setCode', [address, code])
  for (let n = 0; n < 6; n++) await anvil.rpc.call('anvil_setBalance', [accountOf('person', n).address, '0xd3c21bcecceda1000000'])
  await anvil.rpc.call('anvil_mine', ['0x2'])
  nonces = new Map()
})
afterAll(() => anvil.stop())

const GWEI = 1_000_000_000n
interface Sent {
  readonly by?: number
  readonly nonce?: number
  readonly to?: Hex | null
  readonly data?: Hex
  readonly gas?: bigint
  readonly maxFeePerGas?: bigint
}
async function signed({ by = 0, nonce, to = LOGGER, data = word(7), gas = 100_000n, maxFeePerGas = 20n * GWEI }: Sent = {}): Promise<Hex> {
  const { address, signer } = accountOf('person', by)
  const own = nonce ?? nonces.get(address) ?? 0
  if (nonce === undefined) nonces.set(address, own + 1)
  const common = { chainId: CHAIN_ID, nonce: own, data, gas, maxFeePerGas, maxPriorityFeePerGas: maxFeePerGas < GWEI ? 1n : GWEI } as const
  return signer.signTransaction({ type: 'eip1559', ...common, ...(to === null ? {} : { to }) })
}
const broadcast = async (raw: Hex): Promise<Hex> => anvil.rpc.call<Hex>('eth_sendRawTransaction', [raw])
const send = async (sent: Sent = {}): Promise<Hex> => broadcast(await signed(sent))
const headHash = async (): Promise<Hex> => (await anvil.rpc.call<{ hash: Hex }>('eth_getBlockByNumber', ['latest', false])).hash
async function proven(raw: Hex): Promise<PendingTx> {
  const tx = await pendingTxOf(raw, CHAIN_ID)
  if (typeof tx === 'string') throw new Error(tx)
  return tx
}

describe('the mempool', () => {
  let mempool: Mempool
  const given: Input[] = []
  async function open(address = `ws://127.0.0.1:${anvil.port}`, feed: FeedKind = 'objects'): Promise<void> {
    const connect = () => lastingRpc([address], { chainId: CHAIN_ID, timeoutMs: 5_000 })
    given.length = 0
    mempool = new Mempool({
      chainId: CHAIN_ID,
      feedRpc: connect(),
      rpc: connect(),
      adapter,
      privileged: () => new Set(),
      blockTimeS: BLOCK_S,
      onFailure: (error) => console.warn(String(error)),
    })
    await mempool.standOn({ hash: await headHash() })
    await until('it hears', () => mempool.status().feed === feed)
  }
  afterEach(async () => {
    await mempool.stop()
    await anvil.rpc.call('anvil_dropAllTransactions')
    nonces.clear()
    for (let n = 0; n < 6; n++) {
      const { address } = accountOf('person', n)
      nonces.set(address, Number(await anvil.rpc.call('eth_getTransactionCount', [address, 'latest'])))
    }
  })
  const mine = async (): Promise<void> => {
    await anvil.rpc.call('evm_mine')
    await mempool.standOn({ hash: await headHash() })
  }
  const drain = (): readonly Input[] => {
    for (let input = mempool.shift(); input; input = mempool.shift()) given.push(input)
    return given
  }
  const pendingOf = (hash: Hex): readonly Pending[] =>
    drain().filter((input): input is Pending => input.kind === 'pending' && input.txHash === hash)
  const seen = async (hash: Hex, count = 1): Promise<readonly Pending[]> => {
    await until(`${hash} is given`, () => pendingOf(hash).length >= count, 5_000)
    return pendingOf(hash)
  }

  test('a transaction is given with its proven bytes, its events, and reads and slots of the state after it', async () => {
    await open()
    const hash = await send()
    const [input] = await seen(hash)
    expect(input).toMatchObject({ txHash: hash, obstacle: '', chainId: CHAIN_ID, onHash: await headHash() })
    expect(keccak256(input?.rawTx ?? '0x')).toBe(hash)
    expect(input?.txs).toHaveLength(1)
    expect(input?.other).toBeUndefined()
    expect(input?.logs).toEqual([{ address: LOGGER, topics: [word(1)], data: word(7), txHash: hash, txIndex: 0, logIndex: 0 }])
    expect(input?.reads).toEqual([
      { ...SLOT, result: word(7) },
      // a view that would write, as a hostile one may: it reverts, as it does of a block
      { to: LOGGER, data: '0x12345678', result: null },
    ])
    await mine()
    await until('it is settled', () => drain().some((i) => i.kind === 'settled'))
    expect(given.find((i) => i.kind === 'settled')).toMatchObject({ txHash: hash, how: 'included' })
  })

  test('what has no effect on what is watched is not given', async () => {
    await open()
    await send({ to: at(0x99), data: '0x' })
    await until('it was looked at', () => mempool.status().harmless === 1)
    expect([drain(), mempool.status().given]).toEqual([[], 0])
  })

  test('two that do nothing alone and something together are tried together, in the order of their fees', async () => {
    await open()
    const first = await send({ by: 1, to: PAIR, data: '0x', maxFeePerGas: 30n * GWEI })
    await until('the first was looked at', () => mempool.status().simulated >= 1, 5_000)
    const second = await send({ by: 2, to: PAIR, data: '0x', maxFeePerGas: 20n * GWEI })
    const [together] = await seen(second)
    expect(together?.txs.map(({ hash }) => hash)).toEqual([first, second])
    expect(together?.logs.map(({ address, txIndex, txHash }) => [address, txIndex, txHash])).toEqual([[PAIR, 1, second]])
  })

  test('the contract that an attack calls is created by the transaction before it: both are tried', async () => {
    await open()
    const create = await send({ by: 3, to: null, data: CREATES, gas: 200_000n })
    await until('the first was looked at', () => mempool.status().simulated >= 1, 5_000)
    const { contractAddress } = { contractAddress: await createdBy(3) }
    const call = await send({ by: 4, to: contractAddress, data: '0x' })
    const [input] = await seen(call)
    expect(input?.txs.map(({ hash }) => hash)).toEqual([create, call])
    expect(input?.logs).toMatchObject([{ address: LOGGER, data: word(9), txIndex: 1 }])
  })

  test('what looks at its gas price shows two faces', async () => {
    await open()
    const [input] = await seen(await send({ to: TRAP, data: '0x' }))
    expect(input?.logs).toHaveLength(1)
    expect(input?.other).toEqual({ logs: [], reads: [{ ...SLOT, result: await slotNow() }] })
  })

  test('pretenders are given with what stands in their way: a nonce with a gap, a fee, a purse, a gas limit', async () => {
    await open()
    const poor = privateKeyToAccount(`0x${'77'.repeat(32)}`)
    const common = { type: 'eip1559', chainId: CHAIN_ID, to: LOGGER, data: word(7), maxPriorityFeePerGas: 1n } as const
    const ofPoor = await poor.signTransaction({ ...common, nonce: 0, gas: 100_000n, maxFeePerGas: 20n * GWEI })
    const { address } = accountOf('person', 5)
    const gap = await signed({ by: 5, nonce: (nonces.get(address) ?? 0) + 3 })
    const low = await signed({ by: 2, maxFeePerGas: 1_000n })
    const big = await signed({ by: 1, gas: 600_000_000n })
    await mempool.told([ofPoor, gap, low, big], at(0xaa))
    for (const [raw, why] of [
      [ofPoor, /its sender has 0/],
      [gap, /nothing waits for one below it/],
      [low, /under the base fee/],
      [big, /over the block's/],
    ] as const) {
      const [input] = await seen(keccak256(raw))
      expect(input?.obstacle).toMatch(why)
    }
  })

  test('bytes of a peer that are not what they should be are counted, and nothing comes of them', async () => {
    await open()
    const other = await accountOf('person', 0).signer.signTransaction({ type: 'eip1559', chainId: 1, nonce: 0, to: LOGGER, gas: 21_000n })
    await mempool.told(['0x02c0', other, '0xzz' as Hex], at(0xaa))
    expect(mempool.status().refused).toMatchObject({ malformed: 2, 'wrong-chain': 1 })
    const many = await Promise.all(Array.from({ length: 16 }, (_, n) => signed({ by: 3, nonce: n })))
    await mempool.told(many, at(0xaa))
    expect(mempool.status().toldTooMuch).toBe(3)
  })

  test('replaced by its sender at a higher fee: the first is settled as that', async () => {
    await open()
    const nonce = nonces.get(accountOf('person', 0).address) ?? 0
    const first = await send({ nonce })
    await seen(first)
    const second = await send({ nonce, maxFeePerGas: 40n * GWEI, data: word(8) })
    await seen(second)
    await until('it is settled', () => drain().some((i) => i.kind === 'settled'))
    expect(given.filter((i) => i.kind === 'settled')).toMatchObject([{ txHash: first, how: 'replaced' }])
  })

  test('on a new head what still waits is judged again', async () => {
    await open()
    const raw = await signed({ by: 1, nonce: (nonces.get(accountOf('person', 1).address) ?? 0) + 2 })
    await mempool.told([raw], at(0xaa))
    await seen(keccak256(raw))
    const before = await headHash()
    await mine()
    const inputs = await seen(keccak256(raw), 2)
    expect(inputs.map(({ onHash }) => onHash)).toEqual([before, await headHash()])
  })

  test('over HTTP, by a filter that is asked again and again', async () => {
    await open(`http://127.0.0.1:${anvil.port}`, 'polled')
    const hash = await send()
    const [input] = await seen(hash)
    expect(input?.logs).toHaveLength(1)
  })

  test('a node that pushes hashes alone and has no eth_simulateV1: bytes are asked for, and traces say the same', async () => {
    const node = await startScriptedRpc(async (method, params) => {
      if (method === 'eth_subscribe') return params.length > 1 ? { error: { code: -32_602, message: 'too many arguments' } } : SUBSCRIBED
      if (method === 'eth_simulateV1') return { error: { code: -32_601, message: 'Method not found' } }
      return { result: await anvil.rpc.call(method, params) }
    })
    await open(node.ws, 'hashes')
    const hash = await send({ data: word(5) })
    node.push(hash)
    const [input] = await seen(hash)
    expect(mempool.status()).toMatchObject({ feed: 'hashes', engine: 'traces' })
    expect(input).toMatchObject({
      obstacle: '',
      logs: [{ address: LOGGER, data: word(5) }],
      reads: [{ ...SLOT, result: word(5) }, { result: null }],
    })
    await mempool.stop()
    await node.close()
  })

  const createdBy = async (n: number): Promise<Hex> => {
    const { getContractAddress } = await import('viem')
    const { address } = accountOf('person', n)
    return getContractAddress({ from: address, nonce: BigInt((nonces.get(address) ?? 1) - 1) }).toLowerCase() as Hex
  }
  const slotNow = (): Promise<Hex> => anvil.rpc.call('eth_getStorageAt', [LOGGER, word(0), 'latest'])
})

describe('the two ways of simulating', () => {
  test('say the same of two transactions, their events, views and slots', async () => {
    const rpc = await openRpc(`ws://127.0.0.1:${anvil.port}`, { timeoutMs: 5_000 })
    const { signal } = new AbortController()
    const on = (await blockOf(rpc, await headHash(), signal))?.standing
    if (!on) throw new Error('no head')
    const txs = await Promise.all([
      proven(await signed({ by: 0 })),
      proven(await signed({ by: 1, to: PAIR, data: '0x' })),
      proven(await signed({ by: 2, to: PAIR, data: '0x' })),
      proven(await signed({ by: 3, to: TRAP, data: '0x' })),
    ])
    const calls = [SLOT, { to: LOGGER, data: '0x12345678' as Hex }, slotCall(PAIR, 0n), { to: at(0x99), data: '0x' as Hex }]
    for (const environment of ['next', 'odd'] as const) {
      const one = await simulateV1(rpc, BLOCK_S).run(on, txs, calls, environment, signal)
      const other = await traces(rpc, BLOCK_S).run(on, txs, calls, environment, signal)
      expect(other).toEqual(one)
      expect(one.logs).toHaveLength(environment === 'next' ? 3 : 2)
      expect(one.answers[0]).toBe(word(environment === 'next' ? 9 : 7))
    }
    rpc.close()
  })
})
