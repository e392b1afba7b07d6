// Queued operations as the tables have them: their calls with all calldata, and which of them wait.
import type { Call, Hex } from '../core/flow.ts'
import { addressOf, hex32 } from '../core/words.ts'
import { OPERATION } from './tables.ts'
import type { World } from './world.ts'

export interface QueuedCall extends Call {
  readonly value: bigint
}

export const operationKey = (timelock: Hex, id: Hex): string => `${timelock}:${id}`

/** Rows of `queuedOperations` that may still be executed. */
export function waiting(world: World): readonly number[] {
  const rows: number[] = []
  for (let row = 0; row < world.queuedOperations.count; row++)
    if (world.queuedOperations.columns.state.get(row) === OPERATION.queued) rows.push(row)
  return rows
}

/** In the order of their indexes; undefined: one of them is missing or too long to be kept. */
export function callsOf(world: World, operation: number): readonly QueuedCall[] | undefined {
  const { calls, cut } = world.queuedOperations.at(operation)
  const key = world.queuedOperations.keyOf(operation)
  if (cut === 1) return undefined
  const found: QueuedCall[] = []
  for (let index = 0; index < calls; index++) {
    const row = world.queuedCalls.find(`${key}:${index}`)
    if (row === undefined) return undefined
    const { target, value, dataBytes, firstWord } = world.queuedCalls.at(row)
    found.push({ to: addressOf(target), value, data: bytesOf(world, firstWord, dataBytes) })
  }
  return found
}

function bytesOf(world: World, firstWord: number, bytes: number): Hex {
  let text = ''
  for (let n = 0; n < Math.ceil(bytes / 32); n++) text += hex32(world.queuedWords.columns.word.get(firstWord - 1 + n)).slice(2)
  return `0x${text.slice(0, 2 * bytes)}`
}
