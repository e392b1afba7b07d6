import { describe, expect, test } from 'vitest'
import { put } from '../../../test/builders.ts'
import { executor, queued, STRANGER, safeOf, TIMELOCK } from '../../../test/support/governed.ts'
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressOf, hex32 } from '../../core/words.ts'
import { Answers } from '../../state/protocol.ts'
import { CODE_AS, DANGER, GOVERNANCE, OPERATION } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { watchedCode } from './accounts.ts'
import { codeOf } from './index.ts'

const [ONE, KEY, DELEGATE] = [0x0en, 0x4en, 0xde1en]
const code = (hash: bigint, head = 0x60n << 248n): Hex => `${hex32(hash)}${hex32(head).slice(2)}`
const delegation = (to: bigint): Hex => code(0xde1n, (0xef0100n << 232n) | (to << 72n))

function bench(config: { contracts?: readonly bigint[]; privileged?: readonly bigint[] }) {
  const given = { chainId: 1, contracts: (config.contracts ?? []).map(addressOf), privileged: (config.privileged ?? []).map(addressOf) }
  const world = createWorld(1)
  const adapter = codeOf(given)
  const chain = new Map<Hex, Hex>()
  let number = 0
  const block = (write: (world: World) => void = () => {}): readonly Hex[] => {
    number += 1
    const so = { number, timeS: 1_000 + number, logs: [] }
    const calls = adapter.reads(world, so, new Answers([]))
    const reads = calls.map((call) => ({ ...call, result: chain.get(call.to) ?? code(0n, 0n) }))
    world.store.begin()
    write(world)
    const input: BlockInput = { ...so, chainId: 1, hash: '0x', parentHash: '0x', reads }
    adapter.apply(world, input, new Answers(reads))
    return calls.map(({ to }) => to)
  }
  const changes = () =>
    Array.from({ length: world.governanceChanges.count }, (_, n) => {
      const { change, before, after, as, firstSight } = world.governanceChanges.at(n)
      return { change, before, after, as, firstSight }
    })
  return { world, chain, block, changes, given }
}

describe('whose code', () => {
  test('contracts, what proxies and Safes run, what a queued operation would run, and whoever has power', () => {
    const { world, given } = bench({ contracts: [1n], privileged: [2n] })
    executor(world, 3n)
    put(world.governed, 'proxy', { contract: 4n, implementation: 5n, owner: 6n, proxyAdmin: 7n })
    const safe = safeOf(world, 1) - 1
    world.safes.columns.singleton.set(safe, 8n)
    put(world.grants, 'held', { holder: 9n, active: 1 })
    put(world.grants, 'gone', { holder: 10n, active: 0 })
    queued(world, { target: 1n, danger: DANGER.upgrade, favours: 11n })
    queued(world, { target: 2n, danger: DANGER.payout, favours: 12n })
    queued(world, { target: 3n, danger: DANGER.upgrade, favours: 13n }, { state: OPERATION.executed })
    queued(world, { target: 4n, danger: DANGER.upgrade, favours: 2n ** 255n })
    const { contract, implementation, privileged, queued: waits } = CODE_AS
    expect(Object.fromEntries([...watchedCode(world, given)].map(([address, as]) => [Number(address), as]))).toEqual({
      1: contract,
      2: privileged,
      3: contract,
      4: contract,
      5: implementation,
      6: privileged,
      7: privileged,
      8: implementation,
      9: privileged,
      160: privileged,
      11: waits,
    })
    expect(TIMELOCK).toBe(0x71n)
  })
  test('what is new is asked at once, later four in turn', () => {
    const { block } = bench({ contracts: [1n, 2n, 3n, 4n, 5n, 6n] })
    expect(block()).toHaveLength(6)
    const turns = [block(), block(), block()]
    expect(turns.map((one) => one.length)).toEqual([4, 4, 4])
    expect(new Set(turns.flat()).size).toBe(6)
  })
})

describe('what changes', () => {
  test('other code, none, and none any more is asked of what nobody watches', () => {
    const { chain, block, changes } = bench({ contracts: [ONE] })
    chain.set(addressOf(ONE), code(1n))
    block()
    expect(changes()).toEqual([])
    chain.set(addressOf(ONE), code(2n))
    block()
    expect(changes()).toEqual([{ change: GOVERNANCE.codeChanged, before: 1n, after: 2n, as: CODE_AS.contract, firstSight: 0 }])
    chain.delete(addressOf(ONE))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.codeGone, before: 2n, after: 0n }])
    block()
    expect(changes()).toEqual([])
  })
  test('a contract deployed where one was expected is none; on a key it is', () => {
    const { chain, block, changes } = bench({ contracts: [ONE], privileged: [KEY] })
    block()
    for (const address of [ONE, KEY]) chain.set(addressOf(address), code(1n))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.codeAppeared, as: CODE_AS.privileged }])
  })
  test('a delegation begins, goes elsewhere, ends; and is said when it stood before we looked', () => {
    const { chain, block, changes } = bench({ privileged: [KEY] })
    block()
    chain.set(addressOf(KEY), delegation(DELEGATE))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.delegated, before: 0n, after: DELEGATE, firstSight: 0 }])
    chain.set(addressOf(KEY), `${hex32(7n)}${delegation(STRANGER).slice(66)}`)
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.delegated, before: DELEGATE, after: STRANGER }])
    chain.delete(addressOf(KEY))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.undelegated, before: STRANGER, after: 0n }])

    const late = bench({ privileged: [KEY] })
    late.chain.set(addressOf(KEY), delegation(DELEGATE))
    late.block()
    expect(late.changes()).toMatchObject([{ change: GOVERNANCE.delegated, firstSight: 1 }])
  })
  test('a queued upgrade to nothing, and code that comes there before it is executed', () => {
    const { chain, block, changes } = bench({})
    block((world) => queued(world, { favours: ONE }))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.codeGone, as: CODE_AS.queued, firstSight: 1 }])
    chain.set(addressOf(ONE), code(1n))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.codeAppeared, after: 1n, as: CODE_AS.queued }])
    chain.set(addressOf(ONE), code(2n))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.codeChanged, before: 1n, after: 2n }])
  })
  test('edge: code that begins nearly as a delegation is code; an answer that is cut short is none', () => {
    const { chain, block, changes, world } = bench({ privileged: [KEY] })
    block()
    chain.set(addressOf(KEY), code(1n, 0xef0101n << 232n))
    block()
    expect(changes()).toMatchObject([{ change: GOVERNANCE.codeAppeared }])
    chain.set(addressOf(KEY), hex32(2n))
    block()
    expect([changes(), world.codes.columns.hash.get(0)]).toEqual([[], 1n])
  })
})
