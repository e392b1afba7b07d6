import {
  compactSignatureToSignature,
  hashTypedData,
  parseCompactSignature,
  parseSignature,
  recoverAddress,
  serializeCompactSignature,
  serializeSignature,
  signatureToCompactSignature,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CHAIN_ID, GUARD, hashOf, START_S } from '../../test/builders.ts'
import type { Approval, Certificate, Hex, Proposal } from '../core/flow.ts'
import { proposalDigest, windowsAt } from './digest.ts'
import { localExchange } from './exchange.ts'
import { Quorum } from './quorum.ts'

const WINDOW_S = 300
const keys = [1, 2, 3, 4].map((n) => privateKeyToAccount(hashOf(n)))
const address = (n: number): Hex => (keys[n] as (typeof keys)[number]).address.toLowerCase() as Hex
const sign = async (n: number, digest: Hex): Promise<Hex> =>
  serializeCompactSignature(signatureToCompactSignature(parseSignature(await (keys[n] as (typeof keys)[number]).sign({ hash: digest }))))

const proposal = (values: Partial<Proposal> = {}): Proposal => ({
  chainId: CHAIN_ID,
  guard: GUARD,
  operation: 'execute',
  entry: hashOf(1),
  subject: hashOf(2),
  step: 0,
  round: 0,
  incident: hashOf(3),
  action: 'freeze',
  market: 0,
  ...values,
})
const mine = proposal()
const other = proposal({ subject: hashOf(9) })
/** Early in a window: one only. */
const EARLY = START_S - (START_S % WINDOW_S) + 10
const SLOT = EARLY / WINDOW_S - 10 / WINDOW_S
/** Signing and recovering are done between turns of the loop, once their code is loaded. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}
beforeAll(async () => {
  await recoverAddress({ hash: hashOf(1), signature: await (keys[0] as (typeof keys)[number]).sign({ hash: hashOf(1) }) })
})

let exchange: ReturnType<typeof localExchange>
let published: Approval[]
let floods: number[]
let errors: unknown[]
beforeEach(() => {
  exchange = localExchange()
  published = []
  floods = []
  errors = []
  exchange.join('ear', (approval) => published.push(approval))
})

function node(n: number, k = 3) {
  const certificates: Certificate[] = []
  const seen: Approval[] = []
  const quorum = new Quorum({
    node: `n${n}`,
    exchange,
    signers: keys.map((_, i) => address(i)),
    k,
    windowS: WINDOW_S,
    address: keys[n] ? address(n) : GUARD,
    sign: (digest) => sign(n, digest),
    onApproval: (approval, own) => own || seen.push(approval),
    onFlood: (_, dropped) => floods.push(dropped),
    onError: (error) => errors.push(error),
    onCertificate: (certificate) => certificates.push(certificate),
  })
  return {
    quorum,
    certificates,
    seen,
    offer: (own: readonly Proposal[], acceptable = own, timeS = EARLY) => quorum.offer(own, acceptable, timeS),
  }
}
const approvalOf = async (n: number, p: Proposal, window = SLOT): Promise<Approval> => {
  const digest = proposalDigest(p, window)
  return { proposal: p, window, digest, signer: address(n), signature: await sign(n, digest) }
}
const signers = () => published.map((a) => keys.findIndex((_, i) => address(i) === a.signer)).sort()

describe('the digest', () => {
  test('is the EIP-712 one of the Guard', async () => {
    const digest = hashTypedData({
      domain: { name: 'Firebreak Guard', version: '1', chainId: CHAIN_ID, verifyingContract: GUARD },
      types: {
        Approval: ['uint8 operation', 'bytes32 entry', 'bytes32 subject', 'uint8 step', 'uint32 round', 'uint64 window'].map((t) => ({
          type: t.split(' ')[0] as string,
          name: t.split(' ')[1] as string,
        })),
      },
      primaryType: 'Approval',
      message: { operation: 0, entry: mine.entry, subject: mine.subject, step: 0, round: 0, window: 7n },
    })
    expect(proposalDigest(mine, 7)).toBe(digest)
  })
  test('differs with all that the Guard acts on, and with nothing else', () => {
    const digest = proposalDigest(mine, 7)
    const changes: Partial<Proposal>[] = [
      { chainId: 2 },
      { guard: hashOf(1).slice(0, 42) as Hex },
      { operation: 'renew' },
      { operation: 'lift' },
      { entry: hashOf(8) },
      { subject: hashOf(8) },
      { step: 1 },
      { round: 1 },
    ]
    const digests = changes.map((change) => proposalDigest({ ...mine, ...change }, 7))
    expect(new Set([digest, proposalDigest(mine, 8), ...digests]).size).toBe(changes.length + 2)
    expect(proposalDigest({ ...mine, incident: hashOf(77), action: 'freeze', market: 5 }, 7)).toBe(digest)
  })
  test('edge: the next window too from the last quarter on, not a second earlier', () => {
    expect([windowsAt(3_000, 300), windowsAt(3_224, 300), windowsAt(3_225, 300), windowsAt(3_299, 300), windowsAt(3_300, 300)]).toEqual([
      [10],
      [10],
      [10, 11],
      [10, 11],
      [11],
    ])
  })
})

describe('k of n', () => {
  test('nodes of one mind: each has the certificate once, with k valid signatures in the order of the bits', async () => {
    const nodes = [2, 0, 3].map((n) => node(n))
    for (const n of nodes) await n.offer([mine])
    await settled()
    for (const { certificates } of nodes) {
      expect(certificates).toHaveLength(1)
      const [{ signers, signatures, digest, window }] = certificates as [Certificate]
      expect([signers, window, digest]).toEqual([0b1101n, SLOT, proposalDigest(mine, SLOT)])
      const parts = [0, 1, 2].map((i): Hex => `0x${signatures.slice(2 + i * 128, 2 + (i + 1) * 128)}`)
      expect(signatures).toHaveLength(2 + 3 * 128)
      const recovered = parts.map((part) =>
        recoverAddress({ hash: digest, signature: serializeSignature(compactSignatureToSignature(parseCompactSignature(part))) }),
      )
      expect((await Promise.all(recovered)).map((a) => a.toLowerCase())).toEqual([address(0), address(2), address(3)])
    }
  })

  test('edge: k - 1 are none', async () => {
    const nodes = [0, 1].map((n) => node(n))
    for (const n of nodes) await n.offer([mine])
    await settled()
    expect(nodes.flatMap((n) => n.certificates)).toEqual([])
    const third = node(2)
    await third.offer([mine])
    await settled()
    expect([...nodes, third].map((n) => n.certificates.length)).toEqual([1, 1, 0]) // who came late has not seen the others yet
    for (const n of [0, 1]) exchange.publish(`n${n}`, await approvalOf(n, mine))
    await settled()
    expect(third.certificates).toHaveLength(1)
  })

  test('more than k: still k signatures, the lowest bits', async () => {
    const last = node(3, 2)
    for (const n of [2, 1, 0]) exchange.publish('x', await approvalOf(n, mine))
    await settled()
    await last.offer([mine])
    expect(last.certificates.map((c) => c.signers)).toEqual([0b0011n])
  })

  test('the same signer twice is one signature', async () => {
    const a = node(0)
    await a.offer([mine])
    for (let n = 0; n < 3; n++) exchange.publish('n1', await approvalOf(1, mine))
    await settled()
    expect(a.certificates).toEqual([])
  })

  test('offering again in the next blocks signs and certifies nothing twice', async () => {
    const nodes = [0, 1, 2].map((n) => node(n))
    for (let block = 0; block < 3; block++) for (const n of nodes) await n.offer([mine], [mine], EARLY + block * 12)
    await settled()
    expect(signers()).toEqual([0, 1, 2])
    expect(nodes.map((n) => n.certificates.length)).toEqual([1, 1, 1])
  })

  test('who is no signer collects and certifies, but signs nothing', async () => {
    const watcher = node(9)
    await watcher.offer([mine])
    for (const n of [0, 1, 2]) exchange.publish('x', await approvalOf(n, mine))
    await settled()
    expect(watcher.certificates).toHaveLength(1)
    expect(published.filter((a) => a.signer === GUARD)).toEqual([])
  })
})

describe('what a node signs', () => {
  test("another's proposal that is in its own acceptable set, if it comes before or after", async () => {
    const early = node(0)
    await early.offer([other], [other, mine])
    await settled()
    expect(published.map((a) => a.proposal.subject)).toEqual([other.subject])
    exchange.publish('n1', await approvalOf(1, mine))
    await settled()
    expect(published.filter((a) => a.signer === address(0)).map((a) => a.proposal.subject)).toEqual([other.subject, mine.subject])
    const late = node(2)
    exchange.publish('n1', await approvalOf(1, mine))
    await settled()
    await late.offer([], [mine])
    await settled()
    expect(published.filter((a) => a.signer === address(2))).toHaveLength(1)
  })

  test('nothing outside it, however many others did; and it brings no certificate of it', async () => {
    const n = node(0)
    await n.offer([mine])
    await settled()
    for (const peer of [1, 2, 3]) exchange.publish(`n${peer}`, await approvalOf(peer, other))
    await settled()
    expect(n.seen).toHaveLength(3)
    expect(published.filter((a) => a.signer === address(0)).map((a) => a.proposal.subject)).toEqual([mine.subject])
    expect(n.certificates).toEqual([])
  })

  test('nothing that it stood for before and does not any more', async () => {
    const n = node(0)
    await n.offer([], [mine])
    await n.offer([], [], EARLY + 12)
    for (const peer of [1, 2, 3]) exchange.publish(`n${peer}`, await approvalOf(peer, mine))
    await settled()
    expect(published.filter((a) => a.signer === address(0))).toEqual([])
    expect(n.certificates).toEqual([])
    await n.offer([], [mine], EARLY + 24)
    expect(n.certificates).toHaveLength(1)
  })

  test('the next window too in the last quarter, so that a certificate is good in the block that takes it', async () => {
    const nodes = [0, 1, 2].map((n) => node(n))
    const timeS = EARLY - 10 + WINDOW_S * 0.75
    for (const n of nodes) await n.offer([mine], [mine], timeS)
    await settled()
    for (const { certificates } of nodes) expect(certificates.map((c) => c.window)).toEqual([SLOT, SLOT + 1])
    // in the next window it has signed already
    for (const n of nodes) await n.offer([mine], [mine], timeS + WINDOW_S / 4)
    await settled()
    expect(published).toHaveLength(6)
  })

  test('approvals of a window that is over count for nothing', async () => {
    const n = node(0)
    for (const peer of [1, 2]) exchange.publish('x', await approvalOf(peer, mine))
    await settled()
    await n.offer([mine], [mine], EARLY + WINDOW_S)
    await settled()
    expect(n.certificates).toEqual([])
    expect(published.filter((a) => a.signer === address(0)).map((a) => a.window)).toEqual([SLOT + 1])
  })
})

describe('hostile approvals', () => {
  const cases: readonly (readonly [string, (good: Approval) => Approval | Promise<Approval>])[] = [
    ["in another signer's name", (good) => ({ ...good, signer: address(2) })],
    ['by a key that is no signer', (good) => ({ ...good, signer: GUARD })],
    ['in our own name', (good) => ({ ...good, signer: address(0) })],
    ['with the digest of something else', (good) => ({ ...good, digest: proposalDigest(other, SLOT) })],
    ['of something else under the digest of ours', (good) => ({ ...good, proposal: other })],
    ['for another window under the same digest', (good) => ({ ...good, window: SLOT + 1 })],
    ['with a signature of something else', async (good) => ({ ...good, signature: await sign(1, proposalDigest(other, SLOT)) })],
    ['with no signature', (good) => ({ ...good, signature: '0x' })],
    ['with half a signature', (good) => ({ ...good, signature: good.signature.slice(0, 66) as Hex })],
    [
      'with a byte after the signature, which would shift all that follow in a certificate',
      (good) => ({ ...good, signature: `${good.signature}00` }),
    ],
    ['with a signature of zeros', (good) => ({ ...good, signature: `0x${'0'.repeat(128)}` })],
    ['with a signature that is no hex', (good) => ({ ...good, signature: `0x${'z'.repeat(128)}` })],
  ]
  test.each(cases)('%s: ignored', async (_, forge) => {
    const n = node(0, 2)
    await n.offer([mine])
    exchange.publish('x', await forge(await approvalOf(1, mine)))
    await settled()
    expect([n.seen, n.certificates]).toEqual([[], []])
    exchange.publish('x', await approvalOf(1, mine))
    await settled()
    expect(n.certificates.map((c) => c.signers)).toEqual([0b11n])
  })
})

describe('a signer that says too much', () => {
  const many = (count: number, from = 100) => Array.from({ length: count }, (_, i) => proposal({ subject: hashOf(from + i) }))
  const say = async (approvals: readonly Approval[]): Promise<void> => {
    for (const approval of approvals) exchange.publish('x', approval)
    await settled()
  }
  const collected = (n: ReturnType<typeof node>): number => (n.quorum as unknown as { collected: Map<Hex, unknown> }).collected.size

  test('the same again is not told again, at once or later', async () => {
    const n = node(0)
    const good = await approvalOf(1, mine)
    await say([good, good])
    await n.offer([mine])
    await say([good])
    expect(n.seen).toHaveLength(1)
  })

  test('edge: two windows off are kept, three are not; before the first offer any is, and goes with it', async () => {
    const n = node(0)
    await say([await approvalOf(1, mine, SLOT + 1_000)])
    expect(collected(n)).toBe(1)
    await n.offer([mine])
    expect(collected(n)).toBe(1)
    await say(await Promise.all([-3, -2, 2, 3].map((off) => approvalOf(1, mine, SLOT + off))))
    expect(n.seen.map((a) => a.window - SLOT)).toEqual([1_000, -2, 2])
    await n.offer([mine], [mine], EARLY + WINDOW_S)
    expect(collected(n)).toBe(2)
  })

  test.each([Number.NaN, 1.5, -1, Number.MAX_SAFE_INTEGER + 1])('window %d is none', async (window) => {
    const n = node(0)
    await say([{ ...(await approvalOf(1, mine)), window }])
    expect([n.seen, errors]).toEqual([[], []])
  })

  test('no proposal at all: ignored', async () => {
    const n = node(0)
    await say([{ ...(await approvalOf(1, mine)), proposal: { ...mine, entry: '0x12' } as Proposal }])
    expect([n.seen, errors]).toEqual([[], []])
  })

  test('a callback that fails is told of, and does no more harm', async () => {
    const n = node(0)
    const options = (n.quorum as unknown as { options: { onApproval: () => void } }).options
    options.onApproval = () => {
      throw new Error('disk full')
    }
    await say([await approvalOf(1, mine)])
    expect(errors).toEqual([new Error('disk full')])
  })

  test('edge: 64 digests a window, or in all before the first offer; the rest is counted', async () => {
    const n = node(0, 2)
    await say(await Promise.all(many(40).map((p, i) => approvalOf(1, p, SLOT + (i % 7)))))
    await say(await Promise.all(many(40, 200).map((p) => approvalOf(1, p))))
    expect([n.seen.length, floods]).toEqual([64, [1, 10]])
    await n.offer([mine])
    const before = n.seen.length
    for (let round = 0; round < 2; round++) await say(await Promise.all(many(90, 300 + 100 * round).map((p) => approvalOf(1, p, SLOT + 1))))
    expect(n.seen.length - before).toBeLessThanOrEqual(64)
    expect(floods).toEqual([1, 10, 100])
    // others are still heard, and so is the flooder on what this node stands for itself
    await say(await Promise.all(many(70, 500).map((p) => approvalOf(1, p))))
    await say([await approvalOf(1, mine)])
    expect(n.certificates.map((c) => c.signers)).toEqual([0b11n])
  })
})

test('after close nothing is received', async () => {
  const n = node(0)
  n.quorum.close()
  exchange.publish('x', await approvalOf(1, mine))
  await settled()
  expect(n.seen).toEqual([])
})
