// Rows of trace tables with sane defaults: a venue watched for a month, and one transaction of it.
import type { Hex } from '../../src/core/flow.ts'
import { CALL_KIND } from '../../src/state/tables.ts'
import type { World } from '../../src/state/world.ts'
import { put, type Values } from '../builders.ts'

export const VENUE: Hex = `0x${'be'.repeat(20)}`
export const STRANGER: Hex = `0x${'5a'.repeat(20)}`
export const WATCHED_BLOCKS = 200_000

/** Row + 1 of the venue in `contracts`, what findings are about. */
const venue = (world: World, key: Hex): number => put(world.contracts, key, { address: BigInt(key) }) + 1

export const call =
  (values: Values<World['traceCalls']['table']['schema']> = {}, of = VENUE) =>
  (world: World): number =>
    put(world.traceCalls, undefined, {
      contract: venue(world, of),
      kind: CALL_KIND.call,
      from: BigInt(STRANGER),
      to: BigInt(of),
      toFamily: 1,
      selector: 0x2e1a7d4d,
      stands: 1,
      familyWrites: 2,
      watchedBlocks: WATCHED_BLOCKS,
      ...values,
    })

export const write =
  (values: Values<World['storageWrites']['table']['schema']> = {}, of = VENUE) =>
  (world: World): number =>
    put(world.storageWrites, undefined, {
      contract: venue(world, of),
      address: BigInt(of),
      slot: 5n,
      after: 7n,
      plain: 1,
      writer: 99n,
      entry: 0xfe4b84df,
      selector: 0xfe4b84df,
      outerTo: BigInt(of),
      ways: 1,
      watchedBlocks: WATCHED_BLOCKS,
      ...values,
    })

export const tx =
  (values: Values<World['transactions']['table']['schema']> = {}, of = VENUE) =>
  (world: World): number =>
    put(world.transactions, undefined, {
      contract: venue(world, of),
      from: BigInt(STRANGER),
      to: BigInt(of),
      status: 1,
      calls: 5,
      kept: 5,
      depth: 3,
      writes: 2,
      entries: 1,
      repeats: 1,
      cycle: 1,
      watchedBlocks: WATCHED_BLOCKS,
      ...values,
    })

export const gain =
  (gainUsd: number, outUsd: number, of = VENUE) =>
  (world: World): number =>
    put(world.valueFlows, undefined, {
      contract: venue(world, of),
      account: BigInt(STRANGER),
      gainUsd,
      outUsd,
      sender: 1,
      watchedBlocks: WATCHED_BLOCKS,
    })

export type Writer = (world: World) => unknown

/** Several rows of one block. */
export const all =
  (...writers: readonly Writer[]) =>
  (world: World): void => {
    for (const one of writers) one(world)
  }
