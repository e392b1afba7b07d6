import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { encodeErrorResult, recoverAddress } from 'viem'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Guard } from '../contracts/Guard.ts'
import type { Hex } from '../core/flow.ts'
import type { StoredTransaction, TransactionState } from '../record/intent.ts'
import { tempFolder } from '../record/record.builders.ts'
import { bidOf, checkFees, type Fees } from './fees.ts'
import { Node, type RpcClient } from './node.ts'
import { freeNonces } from './nonces.ts'
import { OK, verdictOf } from './verdict.ts'
import { loadWallet } from './wallet.ts'

const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'

describe("the Guard's words", () => {
  test('what a refusal means', () => {
    const round = (got: number, want: number) =>
      verdictOf(encodeErrorResult({ abi: Guard.abi, errorName: 'WrongRound', args: [got, want] }))
    expect(round(0, 1)).toEqual({ kind: 'obsolete', reason: 'WrongRound(0, 1)' })
    expect(round(1, 0)).toEqual({ kind: 'wait', reason: 'WrongRound(1, 0)' })
    const kind = (errorName: 'AlreadyActive' | 'NotActive' | 'LiftBegun' | 'NotArmed') =>
      verdictOf(encodeErrorResult({ abi: Guard.abi, errorName })).kind
    expect((['AlreadyActive', 'NotActive', 'LiftBegun', 'NotArmed'] as const).map(kind)).toEqual([
      'obsolete',
      'obsolete',
      'obsolete',
      'failed',
    ])
    expect(verdictOf(undefined)).toEqual({ kind: 'failed', reason: 'reverted without a reason' })
    expect(verdictOf('0xdeadbeef')).toEqual({ kind: 'failed', reason: 'reverted with 0xdeadbeef' })
    expect(verdictOf(`0x${'ee'.repeat(5000)}`)).toMatchObject({ reason: expect.stringMatching(/^.{200}$/) })
  })
})

describe('fees', () => {
  const fees: Fees = { maxFeePerGasWei: { default: 100n, throttle: 50n }, priorityFeePerGasWei: 7n, capPerGasWei: 150n, bumpBps: 1250 }
  test('by class; over the base fee; never above the cap', () => {
    expect(bidOf(fees, 'throttle', 10n, undefined)).toEqual({ maxFeePerGas: 50n, priorityFeePerGas: 7n })
    expect(bidOf(fees, 'pause', 60n, undefined)).toEqual({ maxFeePerGas: 127n, priorityFeePerGas: 7n })
    expect(bidOf(fees, null, 500n, undefined)).toEqual({ maxFeePerGas: 150n, priorityFeePerGas: 7n })
  })
  test('edge: a raise up to the cap is bid, one wei more is not', () => {
    expect(bidOf(fees, null, 0n, { maxFeePerGas: 133n, priorityFeePerGas: 7n })).toEqual({ maxFeePerGas: 150n, priorityFeePerGas: 8n })
    expect(bidOf(fees, null, 0n, { maxFeePerGas: 134n, priorityFeePerGas: 7n })).toBeUndefined()
  })
  test('a raise that pools would refuse is refused here', () => {
    expect(() => checkFees({ ...fees, bumpBps: 1249 })).toThrow('fees.bumpBps: got 1249; want a whole number, 1250 or more')
  })
  test('property: each replacement raises both fields by the bump at least, and stays under the cap', () => {
    const wei = fc.bigInt(1n, 10n ** 13n)
    fc.assert(
      fc.property(wei, wei, wei, wei, fc.integer({ min: 1250, max: 20_000 }), (first, priority, cap, baseFee, bumpBps) => {
        const policy = { maxFeePerGasWei: first, priorityFeePerGasWei: priority, capPerGasWei: cap, bumpBps }
        let before = bidOf(policy, null, baseFee, undefined)
        for (let i = 0; before !== undefined && i < 20; i++) {
          expect(before.maxFeePerGas <= cap && before.priorityFeePerGas <= before.maxFeePerGas).toBe(true)
          const bid = bidOf(policy, null, baseFee, before)
          for (const field of ['maxFeePerGas', 'priorityFeePerGas'] as const) {
            if (bid !== undefined) expect(bid[field] * 10_000n >= before[field] * BigInt(10_000 + bumpBps)).toBe(true)
          }
          before = bid
        }
      }),
    )
  })
})

describe('nonces', () => {
  const held = (nonce: number, state: TransactionState, maxFeePerGas = 5n): StoredTransaction => ({
    ...{ nonce, state, maxFeePerGas, priorityFeePerGas: 1n, intent: '0x', signer: '0x', raw: '0x', txHash: '0x', signedBlock: 0 },
  })
  const first = (...args: Parameters<typeof freeNonces>) => freeNonces(...args).next().value
  test('behind what waits in the pool, behind what we have signed', () => {
    expect(first(3, 3, [])).toEqual({ nonce: 3, before: undefined, inPool: false })
    expect(first(3, 5, [])).toMatchObject({ nonce: 5 })
    expect(first(3, 3, [held(3, 'live'), held(4, 'live')])).toMatchObject({ nonce: 5 })
  })
  test('a gap is filled first: what is behind it cannot be mined before', () => {
    expect(first(3, 3, [held(4, 'live')])).toMatchObject({ nonce: 3 })
  })
  test('what was given up is taken, and must be outbid where the pool may have it', () => {
    const given = [held(3, 'replaced', 4n), held(3, 'released', 9n), held(4, 'live')]
    expect(first(3, 5, given)).toEqual({ nonce: 3, before: { maxFeePerGas: 9n, priorityFeePerGas: 1n }, inPool: true })
  })
})

describe('node', () => {
  const refusing = (error: unknown): RpcClient => ({ endpoint: 'e', request: () => Promise.reject(error) })
  const say = (message: string) => new Node(refusing(Object.assign(new Error(message), { code: -32000 }))).send('0x', 0)
  test('the ways in which nodes take and refuse a transaction', async () => {
    for (const text of ['already known', 'transaction already imported', 'ALREADY_EXISTS: already known'])
      expect(await say(text)).toEqual({ kind: 'accepted' })
    for (const text of ['nonce too low', 'nonce too low: next nonce 4, tx nonce 3', 'OldNonce: old nonce'])
      expect((await say(text)).kind).toBe('nonce-used')
    for (const text of ['replacement transaction underpriced', 'max fee per gas less than block base fee'])
      expect((await say(text)).kind).toBe('underpriced')
    expect(await say('insufficient funds for gas * price + value')).toMatchObject({ kind: 'refused' })
  })
  const call = { from: '0x', to: '0x', data: '0x' } as const
  test('a revert is an answer, wherever the client puts it; anything else is not', async () => {
    const data = encodeErrorResult({ abi: Guard.abi, errorName: 'NotActive' })
    const direct = Object.assign(new Error('execution reverted'), { code: 3, data })
    for (const error of [direct, new Error('outer', { cause: direct }), { code: -32000, message: 'x', data: { data } }]) {
      expect(await new Node(refusing(error)).simulate(call, 'latest', 0)).toEqual({ kind: 'obsolete', reason: 'NotActive()' })
    }
    await expect(new Node(refusing({ code: -32000, message: 'header not found' })).simulate(call, 'latest', 0)).rejects.toThrow(
      'e: eth_call failed: header not found',
    )
  })
  test('silence and rate limits are waited out, as long as patience lasts', async () => {
    let calls = 0
    const request = () =>
      ++calls < 3 ? Promise.reject(Object.assign(new Error('limit'), { code: calls === 1 ? -32005 : 'ECONNRESET' })) : Promise.resolve('0x')
    expect(await new Node({ request }).simulate(call, 'latest', 2_000)).toEqual(OK)
    calls = 0
    await expect(new Node({ request }).simulate(call, 'latest', 150)).rejects.toThrow('limit')
  })
  test('an answer that is not what it should be names endpoint and method', async () => {
    const node = new Node({ endpoint: 'e', request: () => Promise.resolve('zero') })
    await expect(node.transactionCount('0x', 'latest', 0)).rejects.toThrow(
      'e: the answer to eth_getTransactionCount is "zero"; want a hex quantity',
    )
    await expect(node.receipt('0x', 0)).rejects.toThrow('want a receipt or null')
  })
})

describe('wallet', () => {
  const place = tempFolder()
  const file = join(place.folder, 'key')
  afterEach(() => {
    vi.unstubAllEnvs()
  })
  test('from the environment or from a file; warns if others may read the file', () => {
    vi.stubEnv('TEST_WALLET', KEY)
    const address = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
    expect(loadWallet({ env: 'TEST_WALLET' }).address).toBe(address)
    writeFileSync(file, `${KEY.slice(2)}\n`, { mode: 0o600 })
    const warnings: string[] = []
    expect(loadWallet({ file }, (text) => warnings.push(text)).address).toBe(address)
    expect(warnings).toEqual([])
    chmodSync(file, 0o640)
    loadWallet({ file }, (text) => warnings.push(text))
    expect(warnings).toEqual([`${file} can be read or changed by others (mode ..40): chmod 600 ${file}`])
  })
  test('its errors name the place and never the key', () => {
    vi.stubEnv('TEST_WALLET', `${KEY}0`)
    expect(() => loadWallet({ env: 'TEST_WALLET' })).toThrow(
      'wallet key: got "environment variable TEST_WALLET"; want a private key there, as 64 hexadecimal digits',
    )
    vi.stubEnv('TEST_WALLET', `0x${'f'.repeat(64)}`)
    expect(() => loadWallet({ env: 'TEST_WALLET' })).toThrow('a private key of secp256k1')
    expect(() => loadWallet({ env: 'NO_SUCH_VARIABLE' })).toThrow('want one that is set and readable')
    expect(() => loadWallet({ file: join(place.folder, 'nowhere') })).toThrow('want one that is set and readable')
    vi.stubEnv('TEST_WALLET', KEY)
    const wallet = loadWallet({ env: 'TEST_WALLET' })
    expect(JSON.stringify(wallet) + Object.values(wallet).map(String)).not.toContain(KEY.slice(2))
  })
  test('a compact signature: 64 bytes that recover to the address', async () => {
    vi.stubEnv('TEST_WALLET', KEY)
    const wallet = loadWallet({ env: 'TEST_WALLET' })
    for (let i = 0; i < 8; i++) {
      const digest: Hex = `0x${String(i).repeat(64)}`
      const compact = await wallet.signDigest(digest)
      expect(compact).toHaveLength(2 + 128)
      const high = BigInt(`0x${compact.slice(66)}`)
      const [s, yParity] = [high & (2n ** 255n - 1n), Number(high >> 255n)]
      const signature = { r: compact.slice(0, 66) as Hex, s: `0x${s.toString(16).padStart(64, '0')}` as Hex, yParity }
      expect((await recoverAddress({ hash: digest, signature })).toLowerCase()).toBe(wallet.address)
    }
    place.remove()
  })
})
