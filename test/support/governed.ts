// Rows of governance for tests of detectors: who is an executor, what waits in a timelock, who signs for a Safe.
import { DANGER, OPERATION } from '../../src/state/tables.ts'
import type { World } from '../../src/state/world.ts'
import { put, START_S, type Values } from '../builders.ts'

export const TIMELOCK = 0x71n
export const SAFE = 0x5afen
export const STRANGER = 0xe7en
export const PLACE = 0x9801n

const key = (address: bigint): string => `0x${address.toString(16).padStart(40, '0')}`

/** Row + 1 in `contracts`. */
export function contractOf(world: World, address: bigint): number {
  return put(world.contracts, key(address), { address }) + 1
}

export const executor = (world: World, address = TIMELOCK): number =>
  put(world.governed, key(address), { chainId: 1, contract: address, executor: 1 })

/** A day of delay; queued at the start. */
export function queued(
  world: World,
  call: Values<World['queuedCalls']['table']['schema']> = {},
  operation: Values<World['queuedOperations']['table']['schema']> = {},
): void {
  const contract = contractOf(world, TIMELOCK)
  const at = put(world.queuedOperations, `${key(TIMELOCK)}:${call.target ?? 0n}`, {
    contract,
    timelock: TIMELOCK,
    id: 7n,
    calls: 1,
    queuedAtS: START_S,
    etaS: START_S + 86_400,
    state: OPERATION.queued,
    ...operation,
  })
  put(world.queuedCalls, `${key(TIMELOCK)}:${call.target ?? 0n}:0`, {
    contract,
    operation: at + 1,
    target: PLACE,
    selector: 0x3659cfe6,
    danger: DANGER.upgrade,
    favours: 0xc0den,
    ...call,
  })
}

/** A Safe of so many owners, all of whom were there before we looked, but for the last ones, who came at these times. */
export function safeOf(world: World, owners: number, cameS: readonly number[] = []): number {
  const safe = put(world.safes, key(SAFE), { contract: contractOf(world, SAFE), owners, known: 1 })
  for (let n = 0; n < owners; n++) {
    const sinceS = cameS[n - (owners - cameS.length)] ?? 0
    put(world.safeOwners, `${key(SAFE)}:${n}`, { safe: safe + 1, owner: BigInt(0xa0 + n), active: 1, sinceS })
  }
  return safe + 1
}
