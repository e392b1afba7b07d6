// What waits in a timelock, call by call with its calldata, from the moment it is queued until it is executed or cancelled.
import { keccak256 } from 'viem'
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressWord, hex32 } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import { operationKey } from '../../state/queued.ts'
import { OPERATION } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { dangerOf } from './danger.ts'
import { decodeQueueLog, type QueueEvent } from './decode.ts'
import { decodeGovernorLog } from './governor.ts'

type Scheduled = Extract<QueueEvent, { kind: 'scheduled' }>

/** Of one call: what a contract's code may be long, which few payloads are. Beyond it a call is known by its hash. */
const MOST_BYTES = 24_576

export function applyTimelock(world: World, timelock: Hex, block: BlockInput): void {
  for (const log of logsOf(block.logs, timelock)) {
    const event = decodeQueueLog(log)
    if (event !== undefined) apply(world, timelock, event, block)
  }
}

/** `executor`: whom its calls come from, once it is executed: the Governor itself or its timelock. */
export function applyGovernor(world: World, governor: Hex, executor: Hex, blockTimeS: number, block: BlockInput): void {
  for (const log of logsOf(block.logs, governor))
    for (const event of decodeGovernorLog(log, block, blockTimeS)) apply(world, executor, event, block)
}

function apply(world: World, timelock: Hex, event: QueueEvent, block: BlockInput): void {
  if (event.kind === 'scheduled') schedule(world, timelock, event, block)
  else end(world, timelock, event.id, event.kind === 'executed' ? OPERATION.executed : OPERATION.cancelled)
}

/** What was queued before we looked is met when it ends, and is no operation of ours. */
function end(world: World, timelock: Hex, id: bigint, state: number): void {
  const row = world.queuedOperations.find(operationKey(timelock, hex32(id)))
  if (row !== undefined && world.queuedOperations.columns.state.get(row) !== state) world.queuedOperations.columns.state.set(row, state)
}

function schedule(world: World, timelock: Hex, event: Scheduled, block: BlockInput): void {
  const key = operationKey(timelock, hex32(event.id))
  const { columns } = world.queuedOperations
  const known = world.queuedOperations.find(key)
  // the calls of a batch come in order; one that was cancelled may be queued again
  const isNew = known === undefined || columns.state.get(known) !== OPERATION.queued
  const row = known ?? world.queuedOperations.rowOf(key)
  if (isNew) {
    const contract = world.contracts.rowOf(timelock)
    world.contracts.columns.address.set(contract, addressWord(timelock))
    columns.contract.set(row, contract + 1)
    columns.timelock.set(row, addressWord(timelock))
    columns.id.set(row, event.id)
    columns.predecessor.set(row, event.predecessor)
    columns.calls.set(row, 0)
    columns.cut.set(row, 0)
    columns.queuedAtS.set(row, block.timeS)
    columns.etaS.set(row, block.timeS + event.delayS)
    columns.state.set(row, OPERATION.queued)
  }
  columns.calls.set(row, Math.max(columns.calls.get(row), event.index + 1))
  keep(world, row, `${key}:${event.index}`, event)
}

function keep(world: World, operation: number, key: string, { target, value, data }: Scheduled): void {
  const bytes = (data.length - 2) / 2
  const call = world.queuedCalls.rowOf(key)
  const { columns } = world.queuedCalls
  const dataHash = BigInt(keccak256(data))
  const { danger, favours, amount } = dangerOf(data)
  // queued again after a cancellation: the same calldata is there already
  if (columns.firstWord.get(call) === 0 || columns.dataHash.get(call) !== dataHash)
    columns.firstWord.set(call, bytes <= MOST_BYTES ? words(world, data) : 0)
  if (columns.firstWord.get(call) === 0 && bytes > 0) world.queuedOperations.columns.cut.set(operation, 1)
  columns.contract.set(call, world.queuedOperations.columns.contract.get(operation))
  columns.operation.set(call, operation + 1)
  columns.target.set(call, target)
  columns.value.set(call, value)
  columns.selector.set(call, bytes < 4 ? 0 : Number(data.slice(0, 10)))
  columns.dataHash.set(call, dataHash)
  columns.dataBytes.set(call, bytes)
  columns.danger.set(call, danger)
  columns.favours.set(call, favours)
  columns.amount.set(call, amount)
}

/** Row + 1 of the first; 0: there are none. */
function words(world: World, data: Hex): number {
  let first = 0
  for (let from = 2; from < data.length; from += 64) {
    const row = world.queuedWords.append()
    world.queuedWords.columns.word.set(row, BigInt(`0x${data.slice(from, from + 64).padEnd(64, '0')}`))
    if (first === 0) first = row + 1
  }
  return first
}
