// What another chain says of the other ends: its departures, which take the place of all that it said of blocks above `after`, and its totals.
import type { Counterpart, CounterpartBridge } from '../../core/flow.ts'
import { addressOf, addressWord, hex32 } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import { arrivalRow } from './apply.ts'
import { addPending, isMatched } from './pending.ts'

export function hearBridges(world: World, said: Counterpart): void {
  for (let row = 0; row < world.bridges.count; row++) {
    if (world.bridges.columns.otherChainId.get(row) !== said.fromChainId) continue
    const other = world.bridges.columns.otherGateway.get(row)
    hearOne(
      world,
      row,
      said,
      said.bridges.find(({ gateway }) => addressWord(gateway) === other),
    )
  }
}

function hearOne(world: World, row: number, said: Counterpart, bridge: CounterpartBridge | undefined): void {
  const { columns } = world.bridges
  // an end that we hear of for the first time must be told from its beginning: ask again from there
  if (bridge && columns.otherTimeS.get(row) === 0 && said.after > 0) {
    columns.otherNumber.set(row, 0)
    columns.otherHash.set(row, 0n)
    return
  }
  if (said.after < columns.otherNumber.get(row)) takeBack(world, row, said.after)
  columns.otherNumber.set(row, said.number)
  columns.otherHash.set(row, BigInt(said.hash))
  columns.otherFinal.set(row, said.finalNumber)
  columns.otherTimeS.set(row, bridge ? said.timeS : 0)
  if (!bridge) return
  columns.otherHeld.set(row, BigInt(bridge.held))
  columns.otherDeparted.set(row, BigInt(bridge.departed))
  columns.otherArrived.set(row, BigInt(bridge.arrived))
  columns.otherSinceS.set(row, bridge.sinceS)
  const gateway = world.bridges.keyOf(row)
  const arrivals = world.bridgeArrivals.columns
  for (const { id, amount, block, timeS } of bridge.sent) {
    const at = arrivalRow(world, row, gateway, BigInt(id))
    arrivals.sentAmount.set(at, BigInt(amount))
    arrivals.sentBlock.set(at, block)
    arrivals.sentAtS.set(at, timeS)
  }
}

/** The other chain has another branch: what departed on the old one didn't. What had arrived for it is unmatched again. */
function takeBack(world: World, row: number, after: number): void {
  const { columns, count } = world.bridgeArrivals
  const pending = pendingOf(world, row)
  for (let at = 0; at < count; at++) {
    if (columns.bridge.get(at) !== row + 1 || columns.sentAtS.get(at) === 0 || columns.sentBlock.get(at) <= after) continue
    columns.sentAmount.set(at, 0n)
    columns.sentBlock.set(at, 0)
    columns.sentAtS.set(at, 0)
    if (columns.arrivedAtS.get(at) > 0 && !pending.has(at) && !isMatched(world, at)) addPending(world, row, at)
  }
}

function pendingOf(world: World, row: number): ReadonlySet<number> {
  const found = new Set<number>()
  for (let at = world.bridges.columns.firstPending.get(row); at > 0; at = world.bridgeArrivals.columns.next.get(at - 1)) found.add(at - 1)
  return found
}

/** Our ends, with what departed in blocks above `after`: the last rows, since blocks ascend. */
export function tellBridges(world: World, after: number): readonly CounterpartBridge[] {
  const sent = world.bridges.exportKeys().map((): CounterpartBridge['sent'][number][] => [])
  const { bridgeDepartures } = world
  for (let at = bridgeDepartures.count - 1; at >= 0; at--) {
    const { bridge, id, amount, block, atS } = bridgeDepartures.at(at)
    if (block <= after) break
    sent[bridge - 1]?.unshift({ id: hex32(id), amount: hex32(amount), block, timeS: atS })
  }
  return sent.map((list, row) => {
    const { gateway, sinceS, held, departed, arrived } = world.bridges.at(row)
    return { gateway: addressOf(gateway), sinceS, held: hex32(held), departed: hex32(departed), arrived: hex32(arrived), sent: list }
  })
}
