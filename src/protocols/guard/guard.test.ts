import { decodeFunctionData, encodeAbiParameters, encodeEventTopics, encodeFunctionResult, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { Guard } from '../../contracts/Guard.ts'
import type { Call, Log } from '../../core/flow.ts'
import { NO_LIVE } from '../../core/guard-entry.ts'
import { hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { createWorld, type World } from '../../state/world.ts'
import { guardMismatches } from './check.ts'
import { guard } from './index.ts'
import { signersOf } from './signers.ts'

const ADDRESS: Hex = `0x${'60'.repeat(20)}`
const [ENTRY, OTHER, UNKNOWN] = [hex32(0xe1n), hex32(0xe2n), hex32(0xe3n)]
const SUBJECT = hex32(0xabn)
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const [A, B, C] = [address(0xa), address(0xb), address(0xc)]

const { abi } = Guard
const log = (topics: readonly unknown[], data: Hex = '0x', from = ADDRESS): Log => ({
  ...{ address: from, topics: topics as Hex[], data, txHash: '0x', txIndex: 0, logIndex: 0 },
})
const added = (entry: Hex, from = ADDRESS): Log =>
  log(
    encodeEventTopics({ abi, eventName: 'EntryAdded', args: { entry } }),
    encodeAbiParameters([{ type: 'address' }, { type: 'bytes4' }, { type: 'uint8' }, { type: 'bytes' }], [A, '0x12345678', 0, '0x']),
    from,
  )
const retired = (entry: Hex): Log => log(encodeEventTopics({ abi, eventName: 'EntryRetired', args: { entry } }))
const signersSet = (list: readonly Hex[], k: bigint): Log =>
  log(
    encodeEventTopics({ abi, eventName: 'SignersSet' }),
    encodeAbiParameters([{ type: 'address[]' }, { type: 'uint256' }], [list as Hex[], k]),
  )

/** What a Guard says of itself: a change to it is a transaction of governance. */
interface Chain {
  deployed: boolean
  signers: readonly Hex[]
  k: bigint
  entries: Map<Hex, boolean>
}

const ENTRY_SHAPE = {
  ...{ target: ADDRESS, selector: '0x12345678' as const, class: 0, expiryS: 600, hardCapS: 7_200, cooldownS: 30, budget: 24 },
  ...{ budgetWindowS: 86_400, minGas: 1, owned: 1, getter: NO_LIVE, direction: 0, zeroMeansUnlimited: false, args: [], steps: [] },
} as const

function answer(chain: Chain, { data }: Call): Hex | null {
  if (!chain.deployed) return '0x'
  const { functionName, args } = decodeFunctionData({ abi, data })
  switch (functionName) {
    case 'armed':
      return encodeFunctionResult({ abi, functionName, result: true })
    case 'signers':
      return encodeFunctionResult({ abi, functionName, result: [chain.signers, chain.k] })
    case 'windowS':
      return encodeFunctionResult({ abi, functionName, result: 120n })
    case 'liftGapS':
      return encodeFunctionResult({ abi, functionName, result: 24n })
    case 'action': {
      const times = { episodeStartS: 0, expiresAtS: 0, liftReadyAtS: 0, vetoUntilS: 0 }
      return encodeFunctionResult({ abi, functionName, result: { round: 0, active: false, ...times, prior: 0n, applied: 0n } })
    }
    case 'entryOf': {
      const isLive = chain.entries.get(args[0])
      return isLive === undefined ? null : encodeFunctionResult({ abi, functionName, result: [ENTRY_SHAPE, isLive, 0, 0] })
    }
    default:
      throw new Error(`nobody should ask ${functionName}`)
  }
}

function bench(chain: Chain) {
  const world = createWorld(1)
  const adapter = guard({
    chainId: 1,
    guard: ADDRESS,
    entries: [
      { id: ENTRY, subjects: [SUBJECT] },
      { id: OTHER, subjects: [SUBJECT] },
    ],
  })
  let number = 0
  return {
    world,
    /** One block; how many calls each round of it asked. */
    block(logs: readonly Log[] = []): readonly number[] {
      number += 1
      const at = { number, timeS: 1_000 + 12 * number, logs }
      const rounds: number[] = []
      let answers = new Answers([])
      for (;;) {
        const wanted = adapter.reads(world, at, answers)
        if (wanted.length === 0) break
        rounds.push(wanted.length)
        answers = new Answers([...answers.all, ...wanted.map((call) => ({ ...call, result: answer(chain, call) }))])
      }
      world.store.begin()
      adapter.apply(world, { ...at, chainId: 1, hash: '0x', parentHash: '0x', reads: answers.all }, answers)
      return rounds
    },
  }
}
const chainOf = (over: Partial<Chain> = {}): Chain => ({ deployed: true, signers: [A, B, C], k: 2n, entries: new Map(), ...over })
const live = (world: World, id: Hex): number | undefined => {
  const row = world.guardEntries.find(id)
  return row === undefined ? undefined : world.guardEntries.columns.live.get(row)
}

describe('a Guard', () => {
  test('that is not deployed yet costs one call a block, and is read whole once it is there', () => {
    const chain = chainOf({ deployed: false, entries: new Map([[ENTRY, true]]) })
    const { world, block } = bench(chain)
    expect([block(), block(), world.guards.count]).toEqual([[1], [1], 0])
    chain.deployed = true
    expect(block([signersSet([A, B, C], 2n)])).toEqual([1, 7])
    expect(world.guards.at(0)).toMatchObject({ armed: 1, windowS: 120, liftGapS: 24, quorum: 2, signers: 3 })
    expect(signersOf(world, 0)).toEqual([A, B, C])
    expect([live(world, ENTRY), live(world, OTHER)]).toEqual([1, undefined])
    expect(block()).toEqual([])
  })

  test('whose address is somebody else is none: no throw, no row', () => {
    const adapter = guard({ chainId: 1, guard: ADDRESS, entries: [] })
    const world = createWorld(1)
    const reads = adapter.reads(world, { number: 1, timeS: 1, logs: [] }, new Answers([])).map((call) => ({ ...call, result: hex32(7n) }))
    adapter.apply(world, { chainId: 1, number: 1, hash: '0x', parentHash: '0x', timeS: 1, logs: [added(ENTRY)], reads }, new Answers(reads))
    expect([world.guards.count, world.guardEntries.count]).toEqual([0, 0])
  })

  test('to which governance adds an entry later: read when it is added, if it is one of ours', () => {
    const chain = chainOf()
    const { world, block } = bench(chain)
    block()
    expect([live(world, ENTRY), world.guardEntries.count]).toEqual([undefined, 0])
    chain.entries.set(ENTRY, true)
    expect(block([added(ENTRY), added(UNKNOWN)])).toEqual([1])
    expect(world.guardEntries.at(0)).toMatchObject({
      entry: BigInt(ENTRY),
      live: 1,
      expiryS: 600,
      hardCapS: 7_200,
      cooldownS: 30,
      budget: 24,
    })
    expect(world.guardEntries.count).toBe(1)
    expect(block([added(OTHER, A)])).toEqual([]) // somebody else's event
  })

  test('that retires an entry and takes it back; in one block its last word counts', () => {
    const chain = chainOf({ entries: new Map([[ENTRY, true]]) })
    const { world, block } = bench(chain)
    block()
    chain.entries.set(ENTRY, false)
    block([retired(ENTRY)])
    expect(live(world, ENTRY)).toBe(0)
    chain.entries.set(ENTRY, true)
    block([added(ENTRY)])
    expect(live(world, ENTRY)).toBe(1)
    block([retired(ENTRY), added(ENTRY)])
    expect(live(world, ENTRY)).toBe(1)
    chain.entries.set(ENTRY, false).set(OTHER, false)
    block([retired(ENTRY), added(ENTRY), retired(ENTRY), added(OTHER), retired(OTHER)])
    expect([live(world, ENTRY), live(world, OTHER)]).toEqual([0, 0])
  })

  test('with other signers: the tables are those of a node that sees it first now', () => {
    const chain = chainOf({ entries: new Map([[ENTRY, true]]) })
    const { world, block } = bench(chain)
    block()
    chain.signers = [B]
    chain.k = 1n
    block([signersSet([A, C], 2n), signersSet([B], 1n)])
    expect([signersOf(world, 0), world.guards.at(0).quorum]).toEqual([[B], 1])
    const fresh = bench(chain)
    fresh.block()
    expect(world.store.dump()).toEqual(fresh.world.store.dump())
  })

  test('undone by a reorg: entries and signers are as before', () => {
    const chain = chainOf()
    const { world, block } = bench(chain)
    block()
    const [mark, before] = [world.store.mark(), world.store.dump()]
    chain.entries.set(ENTRY, true)
    block([added(ENTRY), signersSet([C], 1n)])
    world.store.undoTo(mark)
    expect(world.store.dump()).toEqual(before)
  })
})

describe('guardMismatches', () => {
  const expected = { guard: ADDRESS, signers: [A, B, C], k: 2, windowS: 120, entries: [{ id: ENTRY, name: 'freeze' }] }
  const world = (over: Partial<Chain>): World => {
    const { world, block } = bench(chainOf({ entries: new Map([[ENTRY, true]]), ...over }))
    block()
    return world
  }

  test('none if both sides agree, whatever the letters of an address', () => {
    expect(guardMismatches(world({}), expected)).toEqual([])
    const upper = (text: Hex): Hex => `0x${text.slice(2).toUpperCase()}`
    expect(guardMismatches(world({}), { ...expected, guard: upper(ADDRESS), signers: [A, B, C].map(upper) })).toEqual([])
  })

  test('each difference is a sentence that names both sides', () => {
    expect(guardMismatches(world({ deployed: false }), expected)).toEqual([
      `the config acts through the Guard at ${ADDRESS}; on the chain there is none`,
    ])
    const wrong = {
      ...expected,
      signers: [A, C, B],
      k: 3,
      windowS: 60,
      entries: [...expected.entries, { id: OTHER, name: 'borrowCap LINK' }],
    }
    expect(guardMismatches(world({ entries: new Map([[ENTRY, false]]) }), wrong)).toEqual([
      `quorum.k is 3 in the config and 2 on the Guard at ${ADDRESS}`,
      `quorum.windowS is 60 in the config and 120 on the Guard at ${ADDRESS}`,
      `quorum.signers is ${A}, ${C}, ${B} in the config and ${A}, ${B}, ${C} on the Guard at ${ADDRESS}`,
      `entry freeze (${ENTRY}) is in the config and retired on the Guard at ${ADDRESS}`,
      `entry borrowCap LINK (${OTHER}) is in the config and not on the Guard at ${ADDRESS}`,
    ])
  })

  test('one signer too few or too many', () => {
    for (const signers of [[A, B], [A, B, C, address(0xd)], []]) expect(guardMismatches(world({ signers }), expected)).toHaveLength(1)
  })
})
