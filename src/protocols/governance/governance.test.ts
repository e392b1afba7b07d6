import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlockInput, Call, Hex, Log } from '../../core/flow.ts'
import { callOf, hex32, slotCall } from '../../core/words.ts'
import { holdersOf, isGovernedTx, ROLE, roleHash, ungovernedHolders } from '../../state/authority.ts'
import { Answers } from '../../state/protocol.ts'
import { CHANGE } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { SLOT, TOPIC, VIEW } from './abi.ts'
import { type GovernanceConfig, governance } from './index.ts'
import { hasRoleCall } from './reads.ts'

const at = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const [ACL, FEED, PROXY, TIMELOCK, SAFE, GUARD] = [0xac1, 0xfeed, 0x9801, 0x71, 0x5afe, 0x60].map(at) as [Hex, Hex, Hex, Hex, Hex, Hex]
const [ANN, EVE] = [at(0xa), at(0xe7e)]
const RISK = BigInt(ROLE.RISK_ADMIN)
const words = (...values: readonly (bigint | Hex)[]): Hex => `0x${values.map((v) => hex32(BigInt(v)).slice(2)).join('')}`

const log = (address: Hex, topics: readonly (bigint | Hex)[], data: Hex = '0x', txIndex = 0): Log => ({
  address,
  topics: topics.map((one) => hex32(BigInt(one))),
  data,
  txHash: '0x',
  txIndex,
  logIndex: 0,
})
const granted = (role: bigint, holder: Hex, sender: Hex = EVE, tx = 0) => log(ACL, [TOPIC.roleGranted, role, holder, sender], '0x', tx)
const revoked = (role: bigint, holder: Hex, sender: Hex = EVE, tx = 0) => log(ACL, [TOPIC.roleRevoked, role, holder, sender], '0x', tx)
const owned = (before: Hex, after: Hex, tx = 0) => log(FEED, [TOPIC.ownershipTransferred, before, after], '0x', tx)
const upgraded = (to: Hex, tx = 0) => log(PROXY, [TOPIC.upgraded, to], '0x', tx)
const timelocked = (tx = 0) => log(TIMELOCK, [TOPIC.callExecuted, 1n, 0n], words(ACL, 0n, 96n, 0n), tx)
const signedBySafe = (tx = 0) => log(SAFE, [TOPIC.executionSuccess, 1n], words(0n), tx)
const byGuard = (tx = 0) => log(GUARD, [TOPIC.guardExecuted, 1n, 2n], words(0n, 0n, 5n, 4n, 100n), tx)

const CONFIG: GovernanceConfig = {
  chainId: 1,
  accessControls: [{ address: ACL, roles: ['DEFAULT_ADMIN_ROLE', 'RISK_ADMIN'] }],
  owned: [FEED],
  proxies: [PROXY],
  timelocks: [TIMELOCK],
  safes: [SAFE],
  own: [GUARD],
}
const key = ({ to, data }: Call): string => `${to}${data}`
const OWNER = callOf(FEED, VIEW.owner)
const DELAY = callOf(TIMELOCK, VIEW.getMinDelay)
const CODE = slotCall(PROXY, SLOT.implementation)
const ADMIN = slotCall(PROXY, SLOT.proxyAdmin)
const adminOf = (role: bigint | Hex): Call => callOf(ACL, VIEW.getRoleAdmin, BigInt(role))
/** A chain on which all of it stands: owner Ann, code 0xc0de, no proxy admin, a day of delay, risk admins are made by pool admins. */
const standing = (): Map<string, Hex | null> =>
  new Map([
    [key(OWNER), words(ANN)],
    [key(CODE), words(0xc0den)],
    [key(ADMIN), words(0n)],
    [key(DELAY), words(86_400n)],
    [key(adminOf(0n)), words(0n)],
    [key(adminOf(RISK)), words(ROLE.POOL_ADMIN)],
    [key(hasRoleCall(ACL, ROLE.RISK_ADMIN, GUARD)), words(1n)],
    [key(hasRoleCall(ACL, ROLE.DEFAULT_ADMIN_ROLE, TIMELOCK)), words(1n)],
  ])

function bench(config: GovernanceConfig = CONFIG, chain = standing()) {
  const world = createWorld(1)
  const adapter = governance(config)
  let number = 0
  /** One block; the calls of each round. What is not on the chain: no code there, so an empty answer, and a slot is 0. */
  const block = (logs: readonly Log[] = []): readonly (readonly Call[])[] => {
    number += 1
    const so = { number, timeS: 1_000 + 12 * number, logs }
    const rounds: (readonly Call[])[] = []
    let answers = new Answers([])
    for (;;) {
      const wanted = adapter.reads(world, so, answers)
      if (wanted.length === 0) break
      rounds.push(wanted)
      const reads = wanted.map((call) => {
        const known = chain.get(key(call))
        return { ...call, result: known === undefined ? (call.data.length === 66 ? words(0n) : '0x') : known }
      })
      answers = new Answers([...answers.all, ...reads])
    }
    expect(rounds.length).toBeLessThanOrEqual(4)
    world.store.begin()
    const input: BlockInput = { ...so, chainId: 1, hash: '0x', parentHash: '0x', reads: answers.all }
    adapter.apply(world, input, answers)
    return rounds
  }
  /** Blocks until everything was asked once more; what was found. */
  const rotate = (blocks = 8) =>
    Array.from({ length: blocks }, () => {
      block()
      return changes(world)
    }).flat()
  return { world, chain, adapter, block, rotate }
}
const changes = (world: World) =>
  Array.from({ length: world.authorityChanges.count }, (_, row) => {
    const { change, governed, loosens, contract, role, before, after, venue, market } = world.authorityChanges.at(row)
    return { change, governed, loosens, contract, role, before, after, venue, market }
  })
const started = (config?: GovernanceConfig) => {
  const all = bench(config)
  all.block()
  return all
}
const governedRow = (world: World, address: Hex) => world.governed.at(world.governed.find(address) ?? 99)

describe('before the governed path begins', () => {
  test('whatever is set up is taken as governed, whoever sent it; from that block on it is not', () => {
    const { world, block } = started({ ...CONFIG, sinceBlock: 3 })
    block([granted(RISK, EVE), upgraded(at(0xc0de), 1)])
    expect(changes(world).map((c) => c.governed)).toEqual([1])
    expect([isGovernedTx(world, 0), isGovernedTx(world, 1)]).toEqual(['human', 'human'])
    expect(ungovernedHolders(world, ROLE.RISK_ADMIN)).toEqual([EVE])
    block([granted(RISK, ANN)])
    expect(changes(world).map((c) => c.governed)).toEqual([0])
  })
})

describe('first sight', () => {
  test('reads all of it, in two rounds, and is no change', () => {
    const { world, block } = bench()
    const [first, second, ...more] = block()
    expect(first).toHaveLength(6)
    expect(second).toHaveLength(2 * 3)
    expect(more).toEqual([])
    expect(governedRow(world, FEED)).toMatchObject({ owner: BigInt(ANN), executor: 0, own: 0, chainId: 1, contract: BigInt(FEED) })
    expect(governedRow(world, PROXY)).toMatchObject({ implementation: 0xc0den, proxyAdmin: 0n })
    expect(governedRow(world, TIMELOCK)).toMatchObject({ delayS: 86_400, executor: 1, own: 0 })
    expect(governedRow(world, SAFE)).toMatchObject({ executor: 1, own: 0 })
    expect(governedRow(world, GUARD)).toMatchObject({ executor: 1, own: 1 })
    expect(world.roles.at(1)).toMatchObject({ contract: BigInt(ACL), role: RISK, admin: BigInt(ROLE.POOL_ADMIN) })
    expect(world.authorityChanges.count).toBe(0)
  })

  test('who was given a role before we looked has it since ever; who has none gets no row', () => {
    const { world } = started()
    expect(holdersOf(world, ACL, ROLE.RISK_ADMIN)).toEqual([GUARD])
    expect(holdersOf(world, ACL, ROLE.DEFAULT_ADMIN_ROLE)).toEqual([TIMELOCK])
    expect(world.grants.count).toBe(2)
    expect(world.grants.at(0)).toMatchObject({ sinceBlock: 0, sinceS: 0 })
  })

  test('what is not deployed yet is asked in each block, and its construction is no change', () => {
    const { world, block, chain } = bench(CONFIG, new Map())
    expect([block(), block()].map((rounds) => rounds.map((calls) => calls.length))).toEqual([[6], [6]])
    expect(governedRow(world, PROXY).implementation).toBe(0n)
    for (const [call, result] of standing()) chain.set(call, result)
    const made = [owned(at(0), ANN), upgraded(at(0xc0de)), log(PROXY, [TOPIC.adminChanged], words(0n, ANN))]
    chain.set(key(ADMIN), words(ANN))
    block([...made, log(TIMELOCK, [TOPIC.minDelayChange], words(0n, 86_400n)), granted(0n, ANN)])
    expect(changes(world).map(({ change }) => change)).toEqual([CHANGE.roleGranted])
    expect(governedRow(world, FEED).owner).toBe(BigInt(ANN))
    expect(governedRow(world, PROXY)).toMatchObject({ implementation: 0xc0den, proxyAdmin: BigInt(ANN) })
    expect(holdersOf(world, ACL, ROLE.DEFAULT_ADMIN_ROLE)).toEqual([ANN, TIMELOCK])
  })

  test('handed on in the block of its construction: that is a change', () => {
    const { world, block, chain } = bench()
    chain.set(key(OWNER), words(EVE))
    block([owned(at(0), ANN), owned(ANN, EVE)])
    expect(changes(world)).toMatchObject([{ change: CHANGE.owner, before: BigInt(ANN), after: BigInt(EVE), governed: 0, loosens: 1 }])
  })

  test('later one contract in turn is asked, and those that spoke', () => {
    const { block } = started()
    const asked = Array.from({ length: 4 }, () => block().flat())
    expect(new Set(asked.flat().map(key))).toEqual(new Set([OWNER, CODE, ADMIN, DELAY, adminOf(0n), adminOf(RISK)].map(key)))
    expect(Math.max(...asked.map((calls) => calls.length))).toBe(2)
    const turns = Array.from({ length: 4 }, () =>
      block([upgraded(at(0xc0de))])
        .flat()
        .map(key),
    )
    for (const turn of turns) expect(turn).toEqual(expect.arrayContaining([CODE, ADMIN].map(key)))
  })

  test('answers that are none of the kind are no facts', () => {
    const { world, block, chain } = bench()
    chain
      .set(key(OWNER), words(2n ** 160n))
      .set(key(DELAY), null)
      .set(key(adminOf(RISK)), '0x01')
    block()
    expect(governedRow(world, FEED).owner).toBe(0n)
    expect(world.roles.count).toBe(1)
    chain.set(key(OWNER), words(ANN)).set(key(DELAY), words(2n ** 256n - 1n))
    expect(
      block([owned(ANN, ANN)])
        .flat()
        .map(key),
    ).toContain(key(DELAY)) // nobody was seen there, so it is still asked
    expect(governedRow(world, FEED).owner).toBe(BigInt(ANN))
    expect(governedRow(world, TIMELOCK).delayS).toBe(Number.MAX_SAFE_INTEGER)
    expect(world.authorityChanges.count).toBe(0)
  })
})

describe('executions', () => {
  test('a transaction that comes from a timelock, a Safe or our Guard is governed; one row each executor', () => {
    const { world, block } = started()
    block([timelocked(1), timelocked(1), signedBySafe(2), byGuard(3), byGuard(4), signedBySafe(4)])
    expect(Array.from({ length: world.executions.count }, (_, row) => world.executions.at(row).executor)).toEqual(
      [TIMELOCK, SAFE, GUARD, GUARD, SAFE].map(BigInt),
    )
    expect([0, 1, 2, 3, 4].map((tx) => isGovernedTx(world, tx))).toEqual(['no', 'human', 'human', 'own', 'human'])
    block()
    expect(world.executions.count).toBe(0)
  })

  test('a Safe before 1.4 has its hash in the data; the end of an action of our Guard counts too', () => {
    const { world, block } = started()
    block([log(SAFE, [TOPIC.executionSuccess], words(1n, 0n), 1), log(GUARD, [TOPIC.guardEnded, 1n, 2n], words(0n, 0n, 7n), 2)])
    expect([1, 2].map((tx) => isGovernedTx(world, tx))).toEqual(['human', 'own'])
  })

  test('the words of an executor from any other mouth, and half words, are nothing', () => {
    const { world, block } = started()
    block([
      { ...timelocked(1), address: EVE },
      { ...timelocked(1), address: SAFE },
      { ...signedBySafe(1), address: TIMELOCK },
      { ...byGuard(1), address: SAFE },
      { ...signedBySafe(1), data: '0x' },
      { ...timelocked(1), data: words(1n) },
      { ...timelocked(1), topics: timelocked().topics.slice(0, 2) },
      { ...byGuard(1), data: '0x' },
    ])
    expect(world.executions.count).toBe(0)
  })
})

describe('roles', () => {
  test('given by a stranger: a change that loosens and was not governed', () => {
    const { world, block } = started()
    block([granted(RISK, EVE, ANN)])
    expect(changes(world)).toEqual([
      {
        change: CHANGE.roleGranted,
        governed: 0,
        loosens: 1,
        contract: BigInt(ACL),
        role: RISK,
        before: 0n,
        after: BigInt(EVE),
        venue: 0,
        market: 0,
      },
    ])
    expect(holdersOf(world, ACL, ROLE.RISK_ADMIN)).toEqual([GUARD, EVE])
    expect(ungovernedHolders(world, ROLE.RISK_ADMIN)).toEqual([EVE])
    expect(world.grants.at(world.grants.count - 1)).toMatchObject({ active: 1, sinceBlock: 2, sinceS: 1_024 })
  })

  test('given through the timelock or the Safe: governed', () => {
    const { world, block } = started()
    block([granted(RISK, EVE, TIMELOCK, 1), timelocked(1), granted(RISK, ANN, SAFE, 2), signedBySafe(2)])
    expect(changes(world).map(({ governed }) => governed)).toEqual([1, 1])
  })

  test("given by a stranger in a transaction that carries somebody's approved call: not governed", () => {
    const { world, block } = started()
    block([timelocked(1), granted(RISK, EVE, EVE, 1), byGuard(2), granted(0n, EVE, EVE, 2)])
    expect(changes(world).map(({ governed }) => governed)).toEqual([0, 0])
  })

  test('taken: a row that does not loosen; given again, active again with its new time', () => {
    const { world, block } = started()
    block([granted(RISK, EVE)])
    block([revoked(RISK, EVE)])
    expect(changes(world)).toMatchObject([{ change: CHANGE.roleRevoked, loosens: 0, role: RISK, before: BigInt(EVE), after: 0n }])
    expect(ungovernedHolders(world, ROLE.RISK_ADMIN)).toEqual([])
    block([granted(RISK, EVE)])
    expect(world.grants.count).toBe(3)
    expect(world.grants.at(2)).toMatchObject({ active: 1, sinceBlock: 4 })
  })

  test('given to who has it is no change; taken from who never had it makes no holder', () => {
    const { world, block } = started()
    block([granted(RISK, GUARD), revoked(RISK, EVE)])
    expect(changes(world).map(({ change }) => change)).toEqual([CHANGE.roleRevoked])
    expect(world.grants.count).toBe(2)
  })

  test('given and taken in one block: two changes, in their order', () => {
    const { world, block } = started()
    block([granted(RISK, EVE), revoked(RISK, EVE)])
    expect(changes(world).map(({ change }) => change)).toEqual([CHANGE.roleGranted, CHANGE.roleRevoked])
    expect(ungovernedHolders(world, ROLE.RISK_ADMIN)).toEqual([])
  })

  test('of another role than the config names: known with its holder, and its admin role is asked for', () => {
    const { world, block, chain } = started()
    const bridge = roleHash('BRIDGE')
    chain.set(key(adminOf(bridge)), words(RISK))
    expect(
      block([granted(BigInt(bridge), EVE)])
        .flat()
        .map(key),
    ).toContain(key(adminOf(bridge)))
    expect(ungovernedHolders(world, bridge)).toEqual([EVE])
    expect(world.roles.at(world.roles.find(`${ACL}:${bridge}`) ?? 99).admin).toBe(RISK)
    expect(world.authorityChanges.count).toBe(1)
  })

  test("another admin role: a change that loosens; our Guard's call beside it excuses nothing", () => {
    const { world, block, chain } = started()
    chain.set(key(adminOf(RISK)), words(5n))
    block([byGuard(0), log(ACL, [TOPIC.roleAdminChanged, RISK, BigInt(ROLE.POOL_ADMIN), 5n])])
    expect(changes(world)).toMatchObject([
      { change: CHANGE.roleAdmin, governed: 0, loosens: 1, role: RISK, before: BigInt(ROLE.POOL_ADMIN), after: 5n },
    ])
  })
})

describe('owners, code and delays', () => {
  test('owner: to somebody loosens, to nobody does not; governed if through people', () => {
    const { world, block, chain } = started()
    chain.set(key(OWNER), words(0n))
    block([owned(ANN, EVE, 1), owned(EVE, at(0), 2), timelocked(2)])
    expect(changes(world)).toMatchObject([
      { change: CHANGE.owner, before: BigInt(ANN), after: BigInt(EVE), governed: 0, loosens: 1, contract: BigInt(FEED), role: 0n },
      { change: CHANGE.owner, before: BigInt(EVE), after: 0n, governed: 1, loosens: 0 },
    ])
    expect(governedRow(world, FEED).owner).toBe(0n)
  })

  test('implementation and proxy admin', () => {
    const { world, block, chain } = started()
    chain.set(key(CODE), words(0xbadn)).set(key(ADMIN), words(EVE))
    block([upgraded(at(0xbad)), log(PROXY, [TOPIC.adminChanged], words(0n, EVE))])
    expect(changes(world)).toMatchObject([
      { change: CHANGE.implementation, before: 0xc0den, after: 0xbadn, governed: 0, loosens: 1, contract: BigInt(PROXY) },
      { change: CHANGE.proxyAdmin, before: 0n, after: BigInt(EVE), governed: 0, loosens: 1 },
    ])
  })

  test('a shorter delay loosens, a longer one does not', () => {
    const { world, block, chain } = started()
    chain.set(key(DELAY), words(90_000n))
    const delay = (before: bigint, after: bigint) => log(TIMELOCK, [TOPIC.minDelayChange], words(before, after))
    block([delay(86_400n, 86_399n), delay(86_399n, 90_000n)])
    expect(changes(world)).toMatchObject([
      { change: CHANGE.delay, before: 86_400n, after: 86_399n, loosens: 1 },
      { change: CHANGE.delay, before: 86_399n, after: 90_000n, loosens: 0 },
    ])
  })

  test('without a word: found when its turn comes, once, and not governed', () => {
    const { world, chain, rotate } = started()
    chain.set(key(OWNER), words(EVE)).set(key(CODE), words(0xbadn)).set(key(ADMIN), words(EVE)).set(key(DELAY), words(0n))
    chain.set(key(adminOf(0n)), words(RISK))
    const found = rotate()
    expect(found.map(({ change }) => change).sort()).toEqual([3, 4, 5, 6, 7])
    for (const row of found) expect(row).toMatchObject({ governed: 0, loosens: 1 })
    expect(governedRow(world, FEED).owner).toBe(BigInt(EVE))
  })

  test("without a word in a block in which people's governance executed: taken as governed; with our Guard's alone it is not", () => {
    const silent = (logs: readonly Log[]) => {
      const { world, block, chain } = started()
      chain.set(key(DELAY), words(7n))
      block(logs)
      return changes(world)
    }
    expect(silent([timelocked(3)])).toMatchObject([{ change: CHANGE.delay, governed: 1 }])
    const { world, block, chain } = started()
    chain.set(key(OWNER), words(EVE))
    for (let n = 0; n < 4 && world.authorityChanges.count === 0; n++) block([byGuard()])
    expect(changes(world)).toMatchObject([{ change: CHANGE.owner, governed: 0 }])
  })

  test('an event that says otherwise than the storage does not stand', () => {
    const { world, block } = started()
    block([upgraded(at(0xbad))])
    expect(changes(world).map(({ before, after }) => [before, after])).toEqual([
      [0xc0den, 0xbadn],
      [0xbadn, 0xc0den],
    ])
  })

  test('implementation gone from its slot: a change too', () => {
    const { world, chain, rotate } = started()
    chain.set(key(CODE), words(0n))
    expect(rotate()).toMatchObject([{ change: CHANGE.implementation, before: 0xc0den, after: 0n }])
    expect(governedRow(world, PROXY).implementation).toBe(0n)
  })
})

describe('one address', () => {
  test('may be several things: a timelock with roles of its own behind a proxy', () => {
    const config = {
      ...CONFIG,
      accessControls: [{ address: TIMELOCK, roles: ['PROPOSER_ROLE'] }],
      proxies: [TIMELOCK],
      owned: [],
      safes: [],
      own: [],
    }
    const { world, adapter, block, chain } = bench(config)
    expect(adapter.watches(world)).toHaveLength(1)
    expect(adapter.watches(world)[0]?.topics).toHaveLength(7)
    const proposer = roleHash('PROPOSER_ROLE')
    chain.set(key(callOf(TIMELOCK, VIEW.getRoleAdmin, BigInt(proposer))), words(0n))
    chain.set(key(hasRoleCall(TIMELOCK, proposer, TIMELOCK)), words(1n))
    block()
    expect(holdersOf(world, TIMELOCK, proposer)).toEqual([TIMELOCK])
    expect(governedRow(world, TIMELOCK)).toMatchObject({ delayS: 86_400, executor: 1 })
  })

  test('says only what it was named for: an owner of a contract that is not watched for owners is nothing', () => {
    const { world, block } = started()
    block([
      { ...owned(ANN, EVE), address: ACL },
      { ...granted(RISK, EVE), address: FEED },
    ])
    expect(world.authorityChanges.count).toBe(0)
  })

  test('written in capitals is the same', () => {
    const upper = (text: Hex): Hex => `0x${text.slice(2).toUpperCase()}`
    const { world } = started({ ...CONFIG, owned: [upper(FEED)], accessControls: [{ address: upper(ACL), roles: ['RISK_ADMIN'] }] })
    expect(governedRow(world, FEED).owner).toBe(BigInt(ANN))
    expect(holdersOf(world, ACL, ROLE.RISK_ADMIN)).toEqual([GUARD])
  })

  test('of nobody: an empty config watches and asks nothing', () => {
    const { world, adapter, block } = bench({ chainId: 1, accessControls: [], owned: [], proxies: [], timelocks: [], safes: [], own: [] })
    expect(adapter.watches(world)).toEqual([])
    expect(block([granted(RISK, EVE)])).toEqual([])
    expect(world.store.dump()).toEqual(createWorld(1).store.dump())
  })
})

describe('whatever anybody emits', () => {
  const junk = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 260 }).map((b): Hex => `0x${Buffer.from(b).toString('hex')}`)
  const topic = fc.oneof(
    fc.constantFrom(...Object.values(TOPIC)),
    fc.bigInt(0n, 2n ** 256n - 1n).map(hex32),
    fc.constantFrom(...[ANN, EVE, GUARD, TIMELOCK].map((a) => hex32(BigInt(a)))),
    junk,
  )
  const any = fc
    .tuple(fc.constantFrom(ACL, FEED, PROXY, TIMELOCK, SAFE, GUARD, EVE), fc.array(topic, { maxLength: 4 }), junk, fc.nat(3))
    .map(([address, topics, data, txIndex]): Log => ({ address, topics, data, txHash: '0x', txIndex, logIndex: 0 }))
  const good = fc.oneof(
    fc
      .constantFrom(granted, revoked)
      .chain((f) => fc.tuple(fc.constantFrom(0n, RISK, 9n), fc.constantFrom(ANN, EVE, GUARD)).map(([r, h]) => f(r, h))),
    fc.constantFrom(ANN, EVE, at(0)).map((to) => owned(ANN, to)),
    fc.constantFrom(at(1), at(2)).map((to) => upgraded(to)),
    fc.constantFrom(timelocked(), signedBySafe(), byGuard()),
    fc.bigInt(0n, 2n ** 256n - 1n).map((s) => log(TIMELOCK, [TOPIC.minDelayChange], words(5n, s))),
  )
  const blocks = fc.array(fc.array(fc.oneof(any, good), { maxLength: 5 }), { minLength: 1, maxLength: 6 })

  test('never a throw, and undone to the byte', () => {
    fc.assert(
      fc.property(blocks, fc.boolean(), (all, fresh) => {
        const { world, block } = bench()
        if (!fresh) block()
        const [mark, before] = [world.store.mark(), world.store.dump()]
        for (const logs of all) block(logs)
        world.store.undoTo(mark)
        expect(world.store.dump()).toEqual(before)
      }),
      { numRuns: 150 },
    )
  })

  test('after all turns the facts are those that the contracts state', () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const { world, block, rotate } = bench()
        for (const logs of all) block(logs)
        rotate()
        expect(governedRow(world, FEED).owner).toBe(BigInt(ANN))
        expect(governedRow(world, PROXY)).toMatchObject({ implementation: 0xc0den, proxyAdmin: 0n })
        expect(governedRow(world, TIMELOCK).delayS).toBe(86_400)
        expect(rotate(4)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})
