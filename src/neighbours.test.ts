// Two chains that hear of each other, each with reorgs of its own: whatever happened on the way, both ends know what both chains say now.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wordsLog } from '../test/support/adapter-bench.ts'
import { ASSESS_RULES } from './assess/assess.ts'
import type { BlockInput, Finding, Hex, Log } from './core/flow.ts'
import { hex32 } from './core/words.ts'
import { PLAYBOOK } from './decide/playbook.ts'
import { mintWithoutLock } from './detect/mint-without-lock.ts'
import { Fold } from './fold.ts'
import { type Neighbour, Neighbours, telling } from './neighbours.ts'
import { call, TOPIC } from './protocols/bridge/abi.ts'
import { bridge } from './protocols/bridge/index.ts'
import { type GatewaySpec, heldCall } from './protocols/bridge/spec.ts'

const START_S = 1_700_000_000
const STEP_S = [12, 5] as const
const CHAINS = [1, 2] as const
const gatewayOf = (n: number): Hex => `0x${String(n + 1).repeat(40)}` as Hex
const tokenOf = (n: number): Hex => `0x${String(n + 5).repeat(40)}` as Hex

interface Message {
  readonly kind: 'departed' | 'arrived' | 'filled'
  readonly id: bigint
}

/** A chain, its node's fold, and what the chain says now. */
class Side {
  readonly spec: GatewaySpec
  readonly fold: Fold
  readonly node: Neighbour
  readonly blocks: { readonly input: BlockInput; readonly messages: readonly Message[] }[] = []
  readonly found: Finding[] = []
  private readonly neighbours: Neighbours
  private readonly n: number
  private salt = 0

  constructor(n: 0 | 1, neighbours: Neighbours) {
    this.n = n
    this.neighbours = neighbours
    this.spec = {
      name: 'B',
      side: n === 0 ? 'lock' : 'mint',
      gateway: gatewayOf(n),
      token: tokenOf(n),
      decimals: 0,
      usd: 1_000,
      other: { chainId: CHAINS[1 - n] as number, gateway: gatewayOf(1 - n) },
    }
    const chainId = CHAINS[n] as number
    const protocols = [bridge({ chainId, gateways: [this.spec] })]
    const detectors = [mintWithoutLock({ delayS: 0, maxTransitS: 0 })]
    this.fold = new Fold({ chainId, protocols, venues: [], detectors, assess: ASSESS_RULES, playbook: PLAYBOOK, rulesHash: hex32(9n) })
    this.node = { chainId, protocols, fold: () => this.fold }
    neighbours.join(this.node)
  }

  mine(messages: readonly Message[]): void {
    const { gateway, token } = this.spec
    const number = this.blocks.length + 1
    const logs = messages.map(({ kind, id }): Log => {
      const [topics, data] =
        kind === 'departed'
          ? [
              [TOPIC.departed, id, 1n],
              [2n, 10n],
            ]
          : kind === 'arrived'
            ? [[TOPIC.arrived, id, 1n], [10n]]
            : [[TOPIC.filled, id, 1n, 2n], [10n]]
      return wordsLog(gateway, topics as (Hex | bigint)[], data as bigint[])
    })
    const answers = [
      [call.token(gateway), BigInt(token)],
      [call.nonce(gateway), 0n],
      [heldCall(this.spec), 5_000n],
    ] as const
    const input: BlockInput = {
      chainId: CHAINS[this.n] as number,
      number,
      hash: hex32(BigInt(++this.salt) * 1_000n + BigInt(number)),
      parentHash: this.blocks.at(-1)?.input.hash ?? hex32(0n),
      timeS: START_S + number * (STEP_S[this.n] as number),
      logs,
      reads: answers.map(([one, word]) => ({ ...one, result: hex32(word) })),
    }
    for (const said of this.neighbours.news(this.node)) this.fold.step({ kind: 'counterpart', ...said })
    for (const { kind, body } of this.fold.step({ kind: 'committed', block: input }).entries)
      if (kind === 'finding') this.found.push(body as Finding)
    this.blocks.push({ input, messages })
    if (number > 4) {
      const last = this.blocks[number - 5]?.input as BlockInput
      this.fold.step({ kind: 'finalized', chainId: last.chainId, number: last.number, hash: last.hash })
    }
  }

  reorg(depth: number): void {
    this.blocks.length = Math.max(1, this.blocks.length - depth)
    const { number, hash, chainId } = (this.blocks.at(-1) as Side['blocks'][number]).input
    this.fold.step({ kind: 'reorged', chainId, toNumber: number, toHash: hash })
  }

  /** Ids by what its chain says of them. The first block is first sight: its logs count for nothing. */
  said(kind: Message['kind']): Map<bigint, number> {
    const found = new Map<bigint, number>()
    for (const { input, messages } of this.blocks.slice(1))
      for (const message of messages) if (message.kind === kind && !found.has(message.id)) found.set(message.id, input.timeS)
    return found
  }

  knows(): readonly (readonly [bigint, number, number])[] {
    const { bridgeArrivals } = this.fold.world
    return Array.from({ length: bridgeArrivals.count }, (_, n) => bridgeArrivals.at(n))
      .map(({ id, arrivedAtS, sentAtS }) => [id, arrivedAtS, sentAtS] as const)
      .filter(([, arrivedAtS, sentAtS]) => arrivedAtS + sentAtS > 0)
      .sort(([a], [b]) => Number(a - b))
  }
}

function pair(): { readonly sides: readonly [Side, Side]; readonly neighbours: Neighbours } {
  const neighbours = new Neighbours()
  const sides = [new Side(0, neighbours), new Side(1, neighbours)] as const
  for (const side of sides) side.mine([])
  return { sides, neighbours }
}

/** What both chains say now, as one end should know it. */
function truth(own: Side, other: Side): readonly (readonly [bigint, number, number])[] {
  const [arrived, sent] = [own.said('arrived'), other.said('departed')]
  const ids = [...new Set([...arrived.keys(), ...sent.keys()])].sort((a, b) => Number(a - b))
  return ids.map((id) => [id, arrived.get(id) ?? 0, sent.get(id) ?? 0] as const)
}

describe('neighbours', () => {
  test('law: whatever was mined, undone and heard on the way, both ends know what both chains say now', () => {
    const message = fc.record({
      kind: fc.constantFrom('departed' as const, 'arrived' as const, 'filled' as const),
      id: fc.integer({ min: 1, max: 6 }).map(BigInt),
    })
    const act = fc.oneof(
      { weight: 4, arbitrary: fc.record({ on: fc.nat(1), messages: fc.array(message, { maxLength: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ on: fc.nat(1), depth: fc.integer({ min: 1, max: 3 }) }) },
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const { sides } = pair()
        for (const one of acts) {
          const side = sides[one.on] as Side
          if ('depth' in one) side.reorg(one.depth)
          else side.mine(one.messages)
        }
        for (const side of [...sides, ...sides]) side.mine([])
        for (const [n, side] of sides.entries()) {
          const other = sides[1 - n] as Side
          expect(side.knows()).toEqual(truth(side, other))
          const unmatched = truth(side, other).filter(([, arrivedAtS, sentAtS]) => arrivedAtS > 0 && sentAtS === 0)
          expect(side.fold.world.bridges.at(0).pending).toBe(unmatched.length)
        }
      }),
      { numRuns: 150, seed: 3 },
    )
  })

  test('a mint whose lock is known is quiet, one whose is not is told once the other view is as new', () => {
    const { sides } = pair()
    const [lock, mint] = sides
    lock.mine([{ kind: 'departed', id: 1n }])
    mint.mine([
      { kind: 'arrived', id: 1n },
      { kind: 'arrived', id: 2n },
      { kind: 'filled', id: 3n },
    ])
    mint.mine([])
    expect(mint.found).toMatchObject([{ evidence: { id: hex32(2n) } }])
    mint.mine([])
    lock.mine([])
    mint.mine([])
    expect(mint.found).toHaveLength(1)
  })

  test('a lock that a reorg takes back makes its mint one without', () => {
    const { sides } = pair()
    const [lock, mint] = sides
    lock.mine([{ kind: 'departed', id: 1n }])
    mint.mine([{ kind: 'arrived', id: 1n }])
    lock.reorg(1)
    lock.mine([])
    mint.mine([])
    expect(mint.found).toHaveLength(1)
  })

  test('a reorg of our own chain takes back what was heard on the old branch: it is asked for again', () => {
    const { sides } = pair()
    const [lock, mint] = sides
    mint.mine([])
    lock.mine([{ kind: 'departed', id: 1n }])
    mint.mine([])
    expect(mint.knows()).toEqual([[1n, 0, START_S + 24]])
    mint.reorg(2)
    expect(mint.knows()).toEqual([])
    mint.mine([])
    expect(mint.knows()).toEqual([[1n, 0, START_S + 24]])
  })

  test('what is heard behind a gap stands when the gap is filled', () => {
    const { sides } = pair()
    const [lock, mint] = sides
    mint.mine([])
    const { input } = mint.blocks.at(-1) as Side['blocks'][number]
    mint.fold.step({ kind: 'provisional', block: { ...input, number: 4, hash: hex32(88n), parentHash: hex32(87n) } })
    lock.mine([{ kind: 'departed', id: 1n }])
    mint.mine([])
    expect(mint.knows()).toEqual([[1n, 0, START_S + 24]])
  })

  test('behind a gap nothing is told; nobody to ask, nothing is heard', () => {
    const { sides, neighbours } = pair()
    const [lock, mint] = sides
    const head = lock.blocks[0]?.input as BlockInput
    const block = { ...head, number: 3, hash: hex32(77n), parentHash: hex32(76n) }
    lock.fold.step({ kind: 'provisional', block })
    expect(telling(lock.node, 2, { number: 0, hash: hex32(0n) })).toBeUndefined()
    const alone = new Neighbours()
    const leave = alone.join(mint.node)
    expect(alone.news(mint.node)).toEqual([])
    leave()
    expect(neighbours.news(mint.node)).toEqual([])
  })
})
