import fc from 'fast-check'
import { encodeAbiParameters, encodeFunctionData, keccak256, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { callsOf, waiting } from '../../state/queued.ts'
import { DANGER, OPERATION } from '../../state/tables.ts'
import { createWorld } from '../../state/world.ts'
import { GOVERNOR_TOPIC, TOPIC } from './abi.ts'
import { dangerOf } from './danger.ts'
import { decodeQueueLog } from './decode.ts'
import { timelocksOf } from './index.ts'

const TIMELOCK: Hex = `0x${'71'.repeat(20)}`
const TARGET: Hex = `0x${'a1'.repeat(20)}`
const EVE: Hex = `0x${'e7'.repeat(20)}`
const log = (topics: readonly Hex[], data: Hex, address = TIMELOCK): Log => ({
  address,
  topics,
  data,
  txHash: '0x',
  txIndex: 0,
  logIndex: 0,
})
const scheduled = (id: bigint, index: bigint, data: Hex, delay = 86_400n): Log =>
  log(
    [TOPIC.scheduled, hex32(id), hex32(index)],
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'uint256' }, { type: 'bytes' }, { type: 'bytes32' }, { type: 'uint256' }],
      [TARGET, 5n, data, hex32(0n), delay],
    ),
  )
const ended = (topic: Hex, id: bigint): Log =>
  topic === TOPIC.cancelled ? log([topic, hex32(id)], '0x') : log([topic, hex32(id), hex32(0n)], `0x${'00'.repeat(160)}`)

function bench() {
  const world = createWorld(1)
  const adapter = timelocksOf({ chainId: 1, timelocks: [TIMELOCK] })
  let number = 0
  return {
    world,
    block(...logs: readonly Log[]) {
      number += 1
      const block: BlockInput = { chainId: 1, number, hash: '0x', parentHash: '0x', timeS: 1_000 + number, logs, reads: [] }
      world.store.begin()
      adapter.apply(world, block, new Answers([]))
    },
  }
}

describe('what waits', () => {
  test('property: calldata of any length comes back whole, call by call', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((b): Hex => `0x${Buffer.from(b).toString('hex')}`)
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 5 }), (calls) => {
        const { world, block } = bench()
        block(...calls.map((data, n) => scheduled(7n, BigInt(n), data)))
        expect(waiting(world)).toEqual([0])
        expect(callsOf(world, 0)).toEqual(calls.map((data) => ({ to: TARGET, value: 5n, data })))
        expect(calls.map((_, n) => world.queuedCalls.columns.dataHash.get(n))).toEqual(calls.map((data) => BigInt(keccak256(data))))
      }),
    )
  })
  test('until it is executed or cancelled; queued again it waits again, and its calldata is kept once', () => {
    const { world, block } = bench()
    block(scheduled(7n, 0n, `0x${'ab'.repeat(40)}`))
    expect(world.queuedOperations.at(0)).toMatchObject({ state: OPERATION.queued, queuedAtS: 1_001, etaS: 87_401, calls: 1 })
    block(ended(TOPIC.cancelled, 7n))
    expect(waiting(world)).toEqual([])
    block(scheduled(7n, 0n, `0x${'ab'.repeat(40)}`, 60n))
    expect(world.queuedOperations.at(0)).toMatchObject({ state: OPERATION.queued, queuedAtS: 1_003, etaS: 1_063 })
    expect(world.queuedWords.count).toBe(2)
    block(ended(TOPIC.executed, 7n))
    expect(world.queuedOperations.columns.state.get(0)).toBe(OPERATION.executed)
  })
  test('what was queued before we looked, and ends, is no operation', () => {
    const { world, block } = bench()
    block(ended(TOPIC.executed, 9n), ended(TOPIC.cancelled, 8n))
    expect(world.queuedOperations.count).toBe(0)
  })
  test('edge: the longest calldata that is kept, and one byte more', () => {
    const { world, block } = bench()
    block(scheduled(1n, 0n, `0x${'00'.repeat(24_576)}`), scheduled(2n, 0n, `0x${'00'.repeat(24_577)}`))
    expect(callsOf(world, 0)?.[0]?.data).toHaveLength(2 + 2 * 24_576)
    expect(callsOf(world, 1)).toBeUndefined()
    expect(world.queuedCalls.at(1)).toMatchObject({ dataBytes: 24_577 })
  })
  test('edge: a batch of which a call is missing is not whole', () => {
    const { world, block } = bench()
    block(scheduled(1n, 1n, '0x'))
    expect(callsOf(world, 0)).toBeUndefined()
  })
})

describe('hostile logs', () => {
  test('property: nothing throws, and only what is whole is one', () => {
    const hex = (max: number) => fc.uint8Array({ maxLength: max }).map((b): Hex => `0x${Buffer.from(b).toString('hex')}`)
    const word = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.constantFrom(0n, 32n, 160n, 2n ** 255n)).map(hex32)
    const words = fc.array(word, { maxLength: 8 }).map((all): Hex => `0x${all.map((one) => one.slice(2)).join('')}`)
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(TOPIC)),
        fc.array(word, { maxLength: 3 }),
        fc.oneof(hex(200), words),
        (topic, topics, data) => {
          const { world, block } = bench()
          block(log([topic, ...topics], data))
          const event = decodeQueueLog({ topics: [topic, ...topics], data })
          expect(world.queuedOperations.count).toBe(event?.kind === 'scheduled' ? 1 : 0)
        },
      ),
      { numRuns: 500 },
    )
  })
  test('a length that runs over the end, an index that no block holds, a delay that no float counts', () => {
    const whole = scheduled(1n, 0n, `0x${'ab'.repeat(32)}`)
    expect(decodeQueueLog(whole)).toMatchObject({ kind: 'scheduled', index: 0 })
    expect(decodeQueueLog({ ...whole, data: whole.data.slice(0, -2) as Hex })).toBeUndefined()
    expect(decodeQueueLog({ ...whole, topics: [TOPIC.scheduled, hex32(1n), hex32(4_096n)] })).toBeUndefined()
    expect(decodeQueueLog(scheduled(1n, 0n, '0x', 2n ** 256n - 1n))).toMatchObject({ delayS: Number.MAX_SAFE_INTEGER })
  })
})

describe('dangerous calls', () => {
  const abi = parseAbi([
    'function grantRole(bytes32 role, address account)',
    'function upgradeAndCall(address proxy, address implementation, bytes data)',
    'function setAssetSources(address[] assets, address[] sources)',
    'function setSupplyCap(address asset, uint256 cap)',
    'function setApprovalForAll(address operator, bool approved)',
    'function setReserveFactor(address asset, uint256 bps)',
  ])
  const of = (functionName: (typeof abi)[number]['name'], args: readonly unknown[]) =>
    dangerOf(encodeFunctionData({ abi, functionName, args } as never))

  test('whom they favour stands where their arguments say', () => {
    expect(of('grantRole', [hex32(1n), EVE])).toEqual({ danger: DANGER.role, favours: BigInt(EVE), amount: 0n })
    expect(of('upgradeAndCall', [TARGET, EVE, '0x1234'])).toMatchObject({ danger: DANGER.upgrade, favours: BigInt(EVE) })
    expect(
      of('setAssetSources', [
        [TARGET, TARGET],
        [EVE, TARGET],
      ]),
    ).toMatchObject({ danger: DANGER.oracleSource, favours: BigInt(EVE) })
    expect(of('setApprovalForAll', [EVE, true])).toMatchObject({ danger: DANGER.approval, amount: 2n ** 256n - 1n })
  })
  test('edge: a cap is no danger, no cap is; giving an approval is, taking it is not', () => {
    expect(of('setSupplyCap', [TARGET, 1n]).danger).toBe(DANGER.none)
    expect(of('setSupplyCap', [TARGET, 0n]).danger).toBe(DANGER.unlimitedCap)
    expect(of('setApprovalForAll', [EVE, false]).danger).toBe(DANGER.none)
  })
  test('quiet: other calls, none, and one that is cut short', () => {
    expect(of('setReserveFactor', [TARGET, 1n]).danger).toBe(DANGER.none)
    for (const data of ['0x', '0x12', '0x2f2ff15d', `0x2f2ff15d${'00'.repeat(63)}`] as const)
      expect(dangerOf(data).danger).toBe(DANGER.none)
  })
})

describe('proposals of a Governor', () => {
  const GOVERNOR: Hex = `0x${'60'.repeat(20)}`
  const types = ['uint256', 'address', 'address[]', 'uint256[]', 'string[]', 'bytes[]', 'uint256', 'uint256', 'string'].map((type) => ({
    type,
  }))
  const proposal = (calls: readonly { readonly signature?: string; readonly data: Hex }[], voteEnd: bigint, values = calls.length): Log =>
    log(
      [GOVERNOR_TOPIC.proposed],
      encodeAbiParameters(types, [
        9n,
        EVE,
        calls.map(() => TARGET),
        Array.from({ length: values }, () => 0n),
        calls.map(({ signature }) => signature ?? ''),
        calls.map(({ data }) => data),
        1n,
        voteEnd,
        'words',
      ]),
      GOVERNOR,
    )
  const run = (...logs: readonly Log[]) => {
    const world = createWorld(1)
    const adapter = timelocksOf({
      chainId: 1,
      timelocks: [],
      governors: [{ address: GOVERNOR, executor: TIMELOCK, blockTimeS: 12 }],
      rehearse: { leadS: 60 },
    })
    world.store.begin()
    adapter.apply(world, { chainId: 1, number: 100, hash: '0x', parentHash: '0x', timeS: 1_700_000_000, logs, reads: [] }, new Answers([]))
    return { world, trials: adapter.trials?.(world, 1_700_000_000) ?? [] }
  }
  const GRANT = encodeFunctionData({ abi: parseAbi(['function grantRole(bytes32, address)']), args: [hex32(1n), EVE] })

  test('wait from the day they are made, whole, and are tried as their executor', () => {
    const { world, trials } = run(proposal([{ data: GRANT }, { data: '0x' }], 1_700_086_400n))
    expect(callsOf(world, 0)).toEqual([GRANT, '0x'].map((data) => ({ to: TARGET, value: 0n, data })))
    expect(world.queuedOperations.at(0)).toMatchObject({ timelock: BigInt(TIMELOCK), id: 9n, etaS: 1_700_086_400 })
    expect(world.queuedCalls.at(0)).toMatchObject({ danger: DANGER.role, favours: BigInt(EVE) })
    expect(trials).toMatchObject([{ timelock: TIMELOCK, run: 'queued', atS: 1_700_086_400 }])
  })
  test("Bravo's signature stands before its arguments; a vote may end in a block", () => {
    const args: Hex = `0x${GRANT.slice(10)}`
    const { world } = run(proposal([{ signature: 'grantRole(bytes32,address)', data: args }], 150n))
    expect(callsOf(world, 0)?.[0]?.data).toBe(GRANT)
    expect(world.queuedOperations.columns.etaS.get(0)).toBe(1_700_000_000 + 50 * 12)
  })
  test('property: nothing throws, whatever stands in the log', () => {
    const word = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 400n)).map((one) => hex32(one).slice(2))
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(GOVERNOR_TOPIC)), fc.array(word, { maxLength: 30 }), (topic, words) => {
        run(log([topic], `0x${words.join('')}`, GOVERNOR))
      }),
      { numRuns: 300 },
    )
  })
  test('executed or cancelled they wait no more; what is cut short, or not of one length, is none', () => {
    for (const topic of [GOVERNOR_TOPIC.executed, GOVERNOR_TOPIC.cancelled])
      expect(run(proposal([{ data: GRANT }], 150n), log([topic], hex32(9n), GOVERNOR)).trials).toEqual([])
    const one = proposal([{ data: GRANT }], 150n)
    for (const bad of [
      { ...one, data: one.data.slice(0, 400) as Hex },
      { ...one, data: '0x' as Hex },
      proposal([{ data: GRANT }], 150n, 2),
    ])
      expect(run(bad).world.queuedOperations.count).toBe(0)
    expect(run(proposal([{ data: GRANT }], 2n ** 256n - 1n)).world.queuedOperations.columns.etaS.get(0)).toBeGreaterThan(2 ** 52)
  })
})
