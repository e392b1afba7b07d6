// The Guard where it holds no role itself: through a real Safe 1.4.1 that enabled a route for it, and through a real AccessManager.
import { type Abi, encodeFunctionData, parseAbi, toFunctionSelector } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountOf } from '../lab/accounts.ts'
import { openZeppelinArtifact } from '../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../lab/deploy/builder.ts'
import { deploySafe, safeCall } from '../lab/deploy/safe.ts'
import { SafeModuleRoute } from '../src/contracts/SafeModuleRoute.ts'
import type { Certificate, Errand, Hex } from '../src/core/flow.ts'
import { ARG, BOUND, CLASS, DIRECTION, NO_LIVE } from '../src/core/guard-entry.ts'
import { callOf } from '../src/respond/calls.ts'
import { GuardWorld, SUBJECT } from '../src/respond/guard-world.builders.ts'

const MODULES = parseAbi(['function enableModule(address)', 'function disableModule(address, address)'])
const SENTINEL: Hex = `0x${'1'.padStart(40, '0')}`
const ADMIN_ROLE = 0n
const CLOSE = 'setTargetClosed(address,bool)'
const CLOSED = 'isTargetClosed(address)'

describe('routes to a protocol', () => {
  const owners = [0, 1, 2].map((n) => accountOf('safeOwner', n).address)
  const anyone = accountOf('whale').address
  let world: GuardWorld
  let b: Builder
  let safe: Hex
  let safeNonce = 0n
  beforeAll(async () => {
    world = await GuardWorld.start()
    b = new Builder(world.anvil.rpc, owners[0] as Hex)
    safe = await deploySafe(b, owners)
    await b.flush()
  })
  afterAll(() => world?.anvil.stop())

  const bySafe = async (to: Hex, data: Hex) => {
    await b.push('by the Safe', owners[0] as Hex, safe, await safeCall(safe, owners, safeNonce++, to, data))
    await b.flush()
  }
  const manager = async (admin: Hex): Promise<Contract> => {
    const deployed = await b.deploy(openZeppelinArtifact('AccessManager'), [admin])
    await b.flush()
    return deployed
  }
  /** Close one target of the manager, or open it again: what an AccessManager offers for every protocol that it rules. */
  const closing = (by: Hex, reads: Hex) => {
    const arg = { kind: ARG.step, value: 0n, live: NO_LIVE, bound: BOUND.none, values: [] }
    return world.add({
      ...{ target: by, selector: toFunctionSelector(CLOSE), class: CLASS.pause, expiryS: 600, hardCapS: 7_200, cooldownS: 0, budget: 9 },
      ...{ budgetWindowS: 3_600, minGas: 200_000, owned: 1, direction: DIRECTION.up, zeroMeansUnlimited: false },
      getter: { ...NO_LIVE, target: reads, selector: toFunctionSelector(CLOSED), withSubject: true, mask: 1n },
      args: [{ ...arg, kind: ARG.subject, bound: BOUND.oneOf, values: [BigInt(SUBJECT)] }, arg],
      steps: [{ isLive: false, value: 1n, live: NO_LIVE, mulBps: 0n, divisor: 0n }],
    })
  }
  const isClosed = (at: Contract) => b.read<boolean>(at, 'isTargetClosed', [`0x${SUBJECT.slice(26)}`])
  const bring = async (wanted: Certificate | Errand, secondsLater?: number) => {
    await world.send(anyone, callOf(wanted).calldata)
    await world.mine(secondsLater)
  }
  const execute = async (entry: Hex, round = 0) => {
    await world.nextWindow()
    await bring(await world.certificate(entry, round), 1)
  }
  const lift = async (entry: Hex) => {
    await bring(world.errand('beginLift', entry), 601)
    await bring(world.errand('lift', entry))
  }

  test('an AccessManager that trusts the Guard: the target is closed, and opened by the lift', async () => {
    const direct = await manager(owners[0] as Hex)
    await b.write(direct, 'grantRole', [ADMIN_ROLE, world.guard, 0])
    await b.flush()
    const entry = await closing(direct.address, direct.address)
    await execute(entry)
    expect(await isClosed(direct)).toBe(true)
    await lift(entry)
    expect(await isClosed(direct)).toBe(false)
    expect(await world.events(entry)).toEqual(['Executed', 'LiftBegan', 'Ended'])
  })

  test('an AccessManager whose only admin is a Safe: through a module that passes this one function', async () => {
    const ruled = await manager(safe)
    const artifact = { name: 'SafeModuleRoute', abi: SafeModuleRoute.abi as Abi, bytecode: SafeModuleRoute.bytecode as Hex }
    const route = await b.deploy(artifact, [world.guard, safe, ruled.address, toFunctionSelector(CLOSE)])
    await b.flush()
    const entry = await closing(route.address, ruled.address)
    await execute(entry)
    expect([await isClosed(ruled), await world.events(entry)], 'not enabled yet').toEqual([false, []])

    await bySafe(safe, encodeFunctionData({ abi: MODULES, functionName: 'enableModule', args: [route.address] }))
    await execute(entry)
    expect(await isClosed(ruled)).toBe(true)
    await lift(entry)
    expect(await isClosed(ruled)).toBe(false)

    await bySafe(safe, encodeFunctionData({ abi: MODULES, functionName: 'disableModule', args: [SENTINEL, route.address] }))
    await execute(entry, 1)
    expect([await isClosed(ruled), await world.events(entry)], 'taken back').toEqual([false, ['Executed', 'LiftBegan', 'Ended']])
  })

  test('nobody but the Guard passes, neither its guardian nor an owner of the Safe', async () => {
    const ruled = await manager(safe)
    const args = [world.guard, safe, ruled.address, toFunctionSelector(CLOSE)]
    const artifact = { name: 'SafeModuleRoute', abi: SafeModuleRoute.abi as Abi, bytecode: SafeModuleRoute.bytecode as Hex }
    const route = await b.deploy(artifact, args)
    await b.flush()
    await bySafe(safe, encodeFunctionData({ abi: MODULES, functionName: 'enableModule', args: [route.address] }))
    const data = encodeFunctionData({ abi: parseAbi([`function ${CLOSE}`]), args: [`0x${SUBJECT.slice(26)}`, true] })
    for (const from of [accountOf('deployer').address, owners[0] as Hex, anyone]) {
      await world.send(from, data, route.address)
      await world.mine()
    }
    expect(await isClosed(ruled)).toBe(false)
  })
})
