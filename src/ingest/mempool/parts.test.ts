// The small parts of the mempool's edge: proofs of bytes, what stands in the way of inclusion, the order of a block, rates.
import fc from 'fast-check'
import { keccak256, serializeTransaction } from 'viem'
import { describe, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { at, word } from '../../../test/support/scripted-chain.ts'
import type { Hex, PendingTx } from '../../core/flow.ts'
import { Familiar } from './familiar.ts'
import { nextBaseFee, obstacleOf, type Sender } from './obstacle.ts'
import { inOrder } from './order.ts'
import { heardOf } from './raw-of.ts'
import { SenderRate } from './senders.ts'
import { sameShape } from './shape.ts'
import { MOST_RAW_BYTES, pendingTxOf } from './transaction.ts'
import { WaitingSet } from './waiting-set.ts'

const { signer, address } = accountOf('person')
const FROM = address.toLowerCase() as Hex
const eip1559 = { type: 'eip1559', chainId: 7, nonce: 3, to: at(1), gas: 50_000n, maxFeePerGas: 90n, maxPriorityFeePerGas: 9n } as const
const legacy = { type: 'legacy', chainId: 7, nonce: 0, to: at(1), gas: 21_000n, gasPrice: 50n, value: 1n } as const

describe('signed bytes', () => {
  test('say who sent it, what it may cost and what it does', async () => {
    const raw = await signer.signTransaction({ ...eip1559, data: '0x1234' })
    expect(await pendingTxOf(raw, 7)).toEqual({
      hash: keccak256(raw),
      raw,
      from: FROM,
      to: at(1),
      data: '0x1234',
      value: '0x0',
      nonce: 3,
      gas: 50_000,
      maxFeePerGas: '0x5a',
      priorityFeePerGas: '0x9',
    })
  })
  test('of an older kind: its price is all priority', async () => {
    expect(await pendingTxOf(await signer.signTransaction(legacy), 7)).toMatchObject({
      maxFeePerGas: '0x32',
      priorityFeePerGas: '0x32',
      value: '0x1',
    })
  })
  test('of another chain, another sender, another hash, or none at all', async () => {
    const raw = await signer.signTransaction(eip1559)
    expect(await pendingTxOf(raw, 8)).toBe('wrong-chain')
    expect(await pendingTxOf(raw, 7, { from: at(5) })).toBe('wrong-sender')
    expect(await pendingTxOf(raw, 7, { hash: word(1) })).toBe('wrong-hash')
    expect(await pendingTxOf('0x', 7)).toBe('malformed')
    expect(await pendingTxOf(serializeTransaction(eip1559) as Hex, 7)).toBe('malformed')
    expect(await pendingTxOf(`0x02${'00'.repeat(MOST_RAW_BYTES)}`, 7)).toBe('too-large')
  })
  test('property: any bytes are refused or a transaction, never an error', async () => {
    const bytes = fc.uint8Array({ maxLength: 120 }).map((b): Hex => `0x${Buffer.from(b).toString('hex')}`)
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom('', '01', '02', '03', '04'), async (raw, type) => {
        expect(['string', 'object']).toContain(typeof (await pendingTxOf(`0x${type}${raw.slice(2)}`, 7)))
      }),
      { numRuns: 200, seed: 3 },
    )
  })
  test('property: one bit changed, and it is another sender or nothing', async () => {
    const raw = await signer.signTransaction(eip1559)
    await fc.assert(
      fc.asyncProperty(fc.nat((raw.length - 2) * 4 - 1), async (bit) => {
        const bytes = Buffer.from(raw.slice(2), 'hex')
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const changed = await pendingTxOf(`0x${bytes.toString('hex')}`, 7)
        expect(typeof changed === 'string' || changed.from !== FROM || changed.hash !== keccak256(raw)).toBe(true)
        expect(typeof (await pendingTxOf(`0x${bytes.toString('hex')}`, 7, { hash: keccak256(raw) }))).toBe('string')
      }),
      { numRuns: 100, seed: 5 },
    )
  })
})

describe("a node's object", () => {
  const object = { hash: word(1), from: at(2), to: null, nonce: '0x1', gas: '0x5208', value: '0x0', gasPrice: '0x9' }
  test('whose fields do not hash to its hash has no bytes yet', () => expect(heardOf(object)).toMatchObject({ raw: undefined, to: null }))
  test.each([
    null,
    7,
    {},
    { ...object, nonce: 'x' },
    { ...object, gas: `0x${'f'.repeat(20)}` },
    { ...object, to: '0x12' },
    { ...object, value: -1 },
  ])('that is none: %j', (bad) => expect(heardOf(bad)).toBeUndefined())
})

describe('what stands in the way', () => {
  const tx = (more: Partial<PendingTx> = {}): PendingTx => ({
    hash: word(1),
    raw: '0x',
    from: FROM,
    to: at(1),
    data: '0x',
    value: '0x0',
    nonce: 5,
    gas: 21_000,
    maxFeePerGas: '0x64',
    priorityFeePerGas: '0x1',
    ...more,
  })
  const block = { baseFee: 100n, gasLimit: 30_000 }
  const able: Sender = { nonce: 5, pendingNonce: 5, balance: 2_100_000n, isContract: false, earlier: [] }
  const why = (more: Partial<PendingTx> = {}, sender: Partial<Sender> = {}): string => obstacleOf(tx(more), block, { ...able, ...sender })

  test('nothing', () => expect(why()).toBe(''))
  test('edge: a fee at the base fee passes, a wei less does not', () => {
    expect(why({ maxFeePerGas: '0x63' })).toMatch(/under the base fee/)
  })
  test('edge: the whole balance passes, a wei less does not; value counts', () => {
    expect(why({}, { balance: 2_099_999n })).toMatch(/may cost 2100000/)
    expect(why({ value: '0x1' })).toMatch(/may cost 2100001/)
  })
  test('edge: the gas of the block passes, one more does not; nor one less than a transfer', () => {
    expect(why({ gas: 30_000, maxFeePerGas: '0x64' }, { balance: 10n ** 9n })).toBe('')
    expect(why({ gas: 30_001 }, { balance: 10n ** 9n })).toMatch(/over the block/)
    expect(why({ gas: 20_999 })).toMatch(/pays for no transaction/)
  })
  test('a nonce: used up, with a gap, or linked by what waits with us', () => {
    expect(why({ nonce: 4 })).toMatch(/used up/)
    expect(why({ nonce: 7 })).toMatch(/nothing waits/)
    expect(why({ nonce: 7 }, { pendingNonce: 7 })).toBe('')
    const earlier = [tx({ nonce: 5 }), tx({ nonce: 6 })]
    expect(why({ nonce: 7 }, { earlier, balance: 6_300_000n })).toBe('')
    expect(why({ nonce: 7 }, { earlier, balance: 6_299_999n })).toMatch(/may cost 6300000/)
  })
  test('a sender with code, a priority over the whole', () => {
    expect(why({}, { isContract: true })).toMatch(/has code/)
    expect(why({ priorityFeePerGas: '0x65' })).toMatch(/priority/)
  })
})

test('the next base fee, as EIP-1559 has it', () => {
  const gasLimit = 200n
  expect(nextBaseFee({ baseFee: 1_000n, gasUsed: 100n, gasLimit })).toBe(1_000n)
  expect(nextBaseFee({ baseFee: 1_000n, gasUsed: 200n, gasLimit })).toBe(1_125n)
  expect(nextBaseFee({ baseFee: 1_000n, gasUsed: 0n, gasLimit })).toBe(875n)
  expect(nextBaseFee({ baseFee: 1n, gasUsed: 101n, gasLimit })).toBe(2n)
})

describe('the order of a block', () => {
  const of = (from: number, nonce: number, fee: number): PendingTx => ({
    hash: word(from * 100 + nonce),
    raw: '0x',
    from: at(from),
    to: at(1),
    data: '0x',
    value: '0x0',
    nonce,
    gas: 1,
    maxFeePerGas: `0x${fee.toString(16)}`,
    priorityFeePerGas: '0x0',
  })
  test('the dearest first, but a sender never out of turn', () => {
    const [a0, a1, b0] = [of(1, 0, 1), of(1, 1, 9), of(2, 0, 5)]
    expect(inOrder([a1, b0, a0])).toEqual([b0, a0, a1])
  })
  test('property: the same whatever comes first, each once, nonces rising', () => {
    const txs = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(3), fc.nat(4)), {
      selector: ([f, n]) => f * 10 + n,
      maxLength: 12,
    })
    fc.assert(
      fc.property(txs, (parts) => {
        const all = parts.map(([f, n, fee]) => of(f, n, fee))
        const ordered = inOrder(all)
        expect(inOrder([...all].reverse())).toEqual(ordered)
        expect(new Set(ordered)).toEqual(new Set(all))
        for (const [i, tx] of ordered.entries())
          for (const later of ordered.slice(i)) if (later.from === tx.from) expect(later.nonce).toBeGreaterThanOrEqual(tx.nonce)
      }),
      { numRuns: 200, seed: 9 },
    )
  })
  test('what must come before: the own earlier ones, not those of others', () => {
    const set = new WaitingSet(10, 10)
    for (const tx of [of(1, 0, 1), of(1, 2, 1), of(2, 0, 1)]) set.add({ tx, sinceMs: 0, told: false, touched: new Set(), given: false })
    expect(set.neededBy(of(1, 1, 1)).map(({ nonce, from }) => [from, nonce])).toEqual([[at(1), 0]])
    const over = new WaitingSet(1, 1)
    for (const tx of [of(1, 0, 7), of(2, 0, 3)]) over.add({ tx, sinceMs: 0, told: false, touched: new Set([at(1)]), given: false })
    expect(over.overflow().map(({ tx }) => tx.from)).toEqual([at(2)])
  })
})

test('a sender has so many looks a block, and begins anew with the next', () => {
  const rate = new SenderRate(2)
  for (let n = 0; n < 2; n++) {
    expect(rate.may(at(1))).toBe(true)
    rate.use(at(1))
  }
  expect([rate.may(at(1)), rate.may(at(2))]).toEqual([false, true])
  rate.begin()
  expect(rate.may(at(1))).toBe(true)
})

test('a contract becomes familiar by calls without effect, and strange again by one with it', () => {
  const familiar = new Familiar()
  for (let n = 0; n < 2; n++) familiar.saw(at(1), false)
  expect(familiar.has(at(1))).toBe(false)
  familiar.saw(at(1), false)
  expect(familiar.has(at(1))).toBe(true)
  familiar.saw(at(1), true)
  expect(familiar.has(at(1))).toBe(false)
})

test('two environments: kinds and order of events and outcomes are compared, amounts are not', () => {
  const log = (data: Hex, topic: number) => ({ address: at(1), topics: [word(topic)], data, txHash: word(1), txIndex: 0, logIndex: 0 })
  const one = { ok: [true], watched: [log('0x01', 1), log('0x01', 2)] }
  expect(sameShape(one, { ok: [true], watched: [log('0x99', 1), log('0x01', 2)] })).toBe(true)
  expect(sameShape(one, { ok: [true], watched: [log('0x01', 2), log('0x01', 1)] })).toBe(false)
  expect(sameShape(one, { ...one, ok: [false] })).toBe(false)
})
