// How a block changes an end of a bridge: what departed, arrived and was filled, in order; then what lies there, and what is still unmatched.
import { MAX_UINT256, toFloat } from '../../core/exact.ts'
import type { BlockInput } from '../../core/flow.ts'
import { addressWord, hex32, wordAt } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import { BRIDGE_SIDE } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import type { ColumnOf } from '../../store/table.ts'
import { call } from './abi.ts'
import { type BridgeEvent, decodeBridgeLog } from './decode.ts'
import { addPending, isMatched, review } from './pending.ts'
import { type GatewaySpec, heldCall } from './spec.ts'

export function applyGateway(world: World, spec: GatewaySpec, block: BlockInput, answers: Answers): void {
  const known = world.bridges.find(spec.gateway)
  const held = wordAt(answers.get(heldCall(spec)), 0)
  const row = known ?? firstRow(world, spec, answers, block.timeS, held)
  if (row === undefined) return
  if (known !== undefined)
    for (const log of logsOf(block.logs, spec.gateway)) {
      const event = decodeBridgeLog(log)
      if (event) applyEvent(world, row, spec, event, block)
    }
  if (held !== undefined) {
    world.bridges.columns.held.set(row, held)
    world.bridges.columns.updatedAtS.set(row, block.timeS)
  }
  review(world, row, block.timeS)
  writeBacking(world, row, block.timeS)
}

function firstRow(world: World, spec: GatewaySpec, answers: Answers, timeS: number, held: bigint | undefined): number | undefined {
  const { gateway, token, other } = spec
  const nonce = wordAt(answers.get(call.nonce(gateway)), 0)
  if (held === undefined || nonce === undefined || wordAt(answers.get(call.token(gateway)), 0) !== addressWord(token)) return undefined
  const venue = world.venues.rowOf(gateway)
  world.venues.columns.chainId.set(venue, world.chainId)
  world.venues.columns.pool.set(venue, addressWord(gateway))
  const row = world.bridges.rowOf(gateway)
  const { columns } = world.bridges
  columns.venue.set(row, venue + 1)
  columns.chainId.set(row, world.chainId)
  columns.side.set(row, BRIDGE_SIDE[spec.side])
  columns.gateway.set(row, addressWord(gateway))
  columns.token.set(row, addressWord(token))
  columns.decimals.set(row, spec.decimals)
  columns.usd.set(row, spec.usd)
  columns.otherChainId.set(row, other.chainId)
  columns.otherGateway.set(row, addressWord(other.gateway))
  columns.sinceS.set(row, nonce === 0n ? 0 : timeS)
  return row
}

function applyEvent(world: World, row: number, { gateway }: GatewaySpec, { kind, id, amount }: BridgeEvent, block: BlockInput): void {
  const { bridges, bridgeDepartures, bridgeArrivals } = world
  const key = `${gateway}:${hex32(id)}`
  if (kind === 'departed') {
    if (bridgeDepartures.find(key) !== undefined) return // an id departs once
    add(bridges.columns.departed, row, amount)
    const at = bridgeDepartures.rowOf(key)
    const { columns } = bridgeDepartures
    columns.bridge.set(at, row + 1)
    columns.id.set(at, id)
    columns.amount.set(at, amount)
    columns.block.set(at, block.number)
    columns.atS.set(at, block.timeS)
    return
  }
  const at = arrivalRow(world, row, gateway, id)
  const { columns } = bridgeArrivals
  if (kind === 'filled') {
    columns.filledAmount.set(at, amount)
    columns.filledAtS.set(at, block.timeS)
    return
  }
  if (columns.arrivedAtS.get(at) > 0) return // and arrives once
  add(bridges.columns.arrived, row, amount)
  columns.arrivedAmount.set(at, amount)
  columns.arrivedBlock.set(at, block.number)
  columns.arrivedAtS.set(at, block.timeS)
  if (!isMatched(world, at)) addPending(world, row, at)
}

export function arrivalRow(world: World, bridge: number, gateway: string, id: bigint): number {
  const at = world.bridgeArrivals.rowOf(`${gateway}:${hex32(id)}`)
  world.bridgeArrivals.columns.bridge.set(at, bridge + 1)
  world.bridgeArrivals.columns.id.set(at, id)
  return at
}

function add(column: ColumnOf<'word'>, row: number, amount: bigint): void {
  const sum = column.get(row) + amount
  column.set(row, sum > MAX_UINT256 ? MAX_UINT256 : sum)
}

/** Supply at one end against what lies locked at the other, while the other chain's view is as new as this block: else one may lag. */
function writeBacking(world: World, row: number, timeS: number): void {
  const { venue, side, token, decimals, usd, held, otherHeld, otherTimeS } = world.bridges.at(row)
  if (!(otherTimeS >= timeS)) return
  const [supply, locked] = side === BRIDGE_SIDE.mint ? [held, otherHeld] : [otherHeld, held]
  const inUsd = (amount: bigint): number => toFloat(amount, decimals) * usd
  const { backings } = world
  const key = world.bridges.keyOf(row)
  const known = backings.find(key)
  const at = known ?? backings.rowOf(key)
  const { columns } = backings
  const [supplyUsd, backingUsd] = [inUsd(supply), inUsd(locked)]
  columns.mintedUsd.set(at, known === undefined ? 0 : supplyUsd - columns.supplyUsd.get(at))
  columns.addedUsd.set(at, known === undefined ? 0 : backingUsd - columns.backingUsd.get(at))
  columns.venue.set(at, venue)
  columns.token.set(at, token)
  columns.supply.set(at, supply)
  columns.supplyUsd.set(at, supplyUsd)
  columns.backingUsd.set(at, backingUsd)
  columns.updatedAtS.set(at, timeS)
}
