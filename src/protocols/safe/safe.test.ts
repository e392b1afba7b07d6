import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlockInput, Call, Hex, Log } from '../../core/flow.ts'
import { hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { GOVERNANCE } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { decodeSafeLog } from './decode.ts'
import { safesOf } from './index.ts'
import { call } from './reads.ts'

const SAFE: Hex = `0x${'5a'.repeat(20)}`
const [ANN, BOB, EVE] = [0xan, 0xbn, 0xe7en]
const words = (...all: readonly bigint[]): Hex => `0x${all.map((one) => hex32(one).slice(2)).join('')}`
const log = (topic: Hex, topics: readonly bigint[], data: Hex = '0x'): Log => ({
  address: SAFE,
  topics: [topic, ...topics.map(hex32)],
  data,
  txHash: '0x',
  txIndex: 0,
  logIndex: 0,
})
const key = ({ to, data }: Call): string => `${to}${data}`

/** One of two, no module, code 0xc0de. */
const standing = (owners: readonly bigint[] = [ANN, BOB], threshold = 1n, modules: readonly bigint[] = []): Map<string, Hex | null> =>
  new Map([
    [key(call.owners(SAFE)), words(32n, BigInt(owners.length), ...owners)],
    [key(call.threshold(SAFE)), words(threshold)],
    [key(call.modules(SAFE)), words(64n, 1n, BigInt(modules.length), ...modules)],
    [key(call.singleton(SAFE)), words(0xc0den)],
    [key(call.guard(SAFE)), words(0n)],
    [key(call.fallbackHandler(SAFE)), words(0xfbn)],
  ])

function bench(chain = standing()) {
  const world = createWorld(1)
  const adapter = safesOf({ chainId: 1, safes: [SAFE] })
  let number = 0
  const block = (logs: readonly Log[] = [], signed = true): readonly Call[] => {
    number += 1
    const so = { number, timeS: 1_000 + number, logs }
    const wanted = adapter.reads(world, so, new Answers([]))
    const reads = wanted.map((one) => ({ ...one, result: chain.get(key(one)) ?? null }))
    world.store.begin()
    if (signed && logs.length > 0) world.executions.columns.executor.set(world.executions.append(), BigInt(SAFE))
    const input: BlockInput = { ...so, chainId: 1, hash: '0x', parentHash: '0x', reads }
    adapter.apply(world, input, new Answers(reads))
    return wanted
  }
  return { world, chain, block }
}
const signers = (world: World) =>
  Array.from({ length: world.signerChanges.count }, (_, n) => {
    const { added, removed, thresholdBefore, thresholdAfter, ownersAfter, governed } = world.signerChanges.at(n)
    return { added, removed, thresholdBefore, thresholdAfter, ownersAfter, governed }
  })
const changes = (world: World) =>
  Array.from({ length: world.governanceChanges.count }, (_, n) => {
    const { change, governed, before, after, ageS } = world.governanceChanges.at(n)
    return { change, governed, before, after, ageS }
  })
const set = (chain: Map<string, Hex | null>, to: Map<string, Hex | null>) => {
  for (const [one, value] of to) chain.set(one, value)
}

describe('first sight', () => {
  test('reads all of it, is no change, and is not asked again until its turn or a log', () => {
    const { world, block } = bench()
    expect(block()).toHaveLength(6)
    expect(world.safes.at(0)).toMatchObject({ threshold: 1, owners: 2, modules: 0, singleton: 0xc0den, fallbackHandler: 0xfbn, known: 1 })
    expect([signers(world), changes(world)]).toEqual([[], []])
    expect([block(), block()].flat()).toEqual([])
    expect(block([log(TOPIC.executed, [1n], words(0n))])).toHaveLength(6)
  })
  test('a Safe that is not there is asked in each block, and its set-up is no change', () => {
    const { world, chain, block } = bench(new Map())
    expect([block().length, block().length, world.safes.count]).toEqual([6, 6, 0])
    set(chain, standing())
    block([log(TOPIC.addedOwner, [EVE])])
    expect([world.safes.at(0).owners, signers(world), changes(world)]).toEqual([2, [], []])
  })
})

describe('changes', () => {
  test('a rotation is one row, told with the path that it took; indexed or not', () => {
    const { world, chain, block } = bench()
    block()
    set(chain, standing([ANN, EVE]))
    block([log(TOPIC.removedOwner, [], words(BOB)), log(TOPIC.addedOwner, [EVE])])
    expect(signers(world)).toEqual([{ added: 1, removed: 1, thresholdBefore: 1, thresholdAfter: 1, ownersAfter: 2, governed: 1 }])
    set(chain, standing([ANN, EVE], 2n))
    block([log(TOPIC.changedThreshold, [], words(2n))], false)
    expect(signers(world)).toEqual([{ added: 0, removed: 0, thresholdBefore: 1, thresholdAfter: 2, ownersAfter: 2, governed: 0 }])
  })
  test('without an event: found by reading, in its turn', () => {
    const { world, chain, block } = bench()
    block()
    set(chain, standing([ANN, BOB, EVE], 1n, [EVE]))
    chain.set(key(call.singleton(SAFE)), words(0xbadn))
    for (let n = 0; n < 3; n++) block()
    expect(signers(world)).toMatchObject([{ added: 1, ownersAfter: 3, governed: 0 }])
    expect(changes(world)).toMatchObject([
      { change: GOVERNANCE.moduleEnabled, after: EVE, governed: 0 },
      { change: GOVERNANCE.singleton, before: 0xc0den, after: 0xbadn },
    ])
  })
  test('a module enabled, used and disabled in one block shows in all three', () => {
    const { world, block } = bench()
    block()
    block([log(TOPIC.enabledModule, [EVE]), log(TOPIC.moduleSucceeded, [EVE]), log(TOPIC.disabledModule, [EVE])])
    expect(changes(world)).toMatchObject([
      { change: GOVERNANCE.moduleEnabled, after: EVE },
      { change: GOVERNANCE.moduleActed, after: EVE, ageS: 0 },
      { change: GOVERNANCE.moduleDisabled, before: EVE },
    ])
    expect(world.safes.at(0).modules).toBe(0)
  })
  test('a module that acts and was never seen enabled has no age', () => {
    const { world, block } = bench()
    block()
    block([log(TOPIC.moduleSucceeded, [EVE])], false)
    expect(changes(world)).toMatchObject([{ change: GOVERNANCE.moduleActed, ageS: Number.NaN, governed: 0 }])
  })
  test('added and removed again in one block is no change of signers', () => {
    const { world, block } = bench()
    block()
    block([log(TOPIC.addedOwner, [EVE]), log(TOPIC.removedOwner, [EVE])])
    expect([signers(world), world.safes.at(0).owners]).toEqual([[], 2])
  })
  test('edge: a list of modules that was cut takes nobody away', () => {
    const many = Array.from({ length: 64 }, (_, n) => BigInt(100 + n))
    const { world, block } = bench(standing([ANN], 1n, many))
    block()
    block([log(TOPIC.enabledModule, [EVE])])
    expect(changes(world)).toMatchObject([{ change: GOVERNANCE.moduleEnabled, after: EVE }])
    expect(world.safes.at(0).modules).toBe(65)
  })
})

describe('hostile logs', () => {
  test('property: nothing throws, and what is no address is nobody', () => {
    const word = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 2n ** 160n - 1n))
    const one = fc.record({
      topic: fc.constantFrom(...Object.values(TOPIC)),
      topics: fc.array(word, { maxLength: 3 }),
      data: fc.array(word, { maxLength: 3 }),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (all) => {
        const { world, block } = bench()
        block()
        block(all.map(({ topic, topics, data }) => log(topic, topics, words(...data))))
        // whatever was said, what the Safe answers is what is known in the end
        expect(world.safes.at(0)).toMatchObject({ owners: 2, threshold: 1, modules: 0, guard: 0n, fallbackHandler: 0xfbn })
        for (const { topic, topics } of all)
          if (topics[0] !== undefined && topics[0] >> 160n !== 0n && topic !== TOPIC.changedThreshold)
            expect(decodeSafeLog(log(topic, topics))).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
  test('answers that are none of the kind change nothing', () => {
    const { world, chain, block } = bench()
    block()
    for (const bad of ['0x', words(32n), words(32n, 9n), words(2n ** 255n, 1n, ANN)] as const) {
      chain.set(key(call.owners(SAFE)), bad)
      block([log(TOPIC.executed, [1n], words(0n))])
      expect([world.safes.at(0).owners, signers(world)]).toEqual([2, []])
    }
  })
})
