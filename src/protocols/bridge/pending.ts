// Arrivals whose departure is not known, or smaller: a list from the bridge's row, looked through in every block, since time is what judges.
import { toFloat } from '../../core/exact.ts'
import type { World } from '../../state/world.ts'

/** What nobody explained within a month is left: it was told, and each costs something in every block. */
const KEPT_S = 30 * 86_400

export function addPending(world: World, bridge: number, message: number): void {
  const { bridges, bridgeArrivals } = world
  bridgeArrivals.columns.next.set(message, bridges.columns.firstPending.get(bridge))
  bridges.columns.firstPending.set(bridge, message + 1)
  bridges.columns.pending.set(bridge, bridges.columns.pending.get(bridge) + 1)
}

export function isMatched(world: World, message: number): boolean {
  const { sentAtS, sentAmount, arrivedAmount } = world.bridgeArrivals.at(message)
  return sentAtS > 0 && sentAmount >= arrivedAmount
}

/** Lets go of those that are matched, and writes a row of each that isn't. */
export function review(world: World, bridge: number, timeS: number): void {
  const { bridges, bridgeArrivals } = world
  let before: number | undefined
  for (let at = bridges.columns.firstPending.get(bridge); at > 0; ) {
    const message = at - 1
    const { next, arrivedAtS } = bridgeArrivals.at(message)
    if (isMatched(world, message) || timeS - arrivedAtS > KEPT_S) {
      if (before === undefined) bridges.columns.firstPending.set(bridge, next)
      else bridgeArrivals.columns.next.set(before, next)
      bridgeArrivals.columns.next.set(message, 0)
      bridges.columns.pending.set(bridge, bridges.columns.pending.get(bridge) - 1)
    } else {
      append(world, bridge, message, timeS)
      before = message
    }
    at = next
  }
}

function append(world: World, bridge: number, message: number, timeS: number): void {
  const { side, decimals, usd, otherTimeS, otherSinceS } = world.bridges.at(bridge)
  const { id, arrivedAmount, arrivedAtS, sentAmount, sentAtS } = world.bridgeArrivals.at(message)
  const at = world.bridgeUnmatched.append()
  const { columns } = world.bridgeUnmatched
  columns.bridge.set(at, bridge + 1)
  columns.message.set(at, message + 1)
  columns.side.set(at, side)
  columns.id.set(at, id)
  columns.amount.set(at, arrivedAmount)
  columns.sentAmount.set(at, sentAmount)
  columns.sent.set(at, sentAtS > 0 ? 1 : 0)
  columns.usd.set(at, toFloat(arrivedAmount - sentAmount, decimals) * usd)
  columns.waitedS.set(at, timeS - arrivedAtS)
  columns.aheadS.set(at, otherTimeS - arrivedAtS)
  columns.knownS.set(at, arrivedAtS - otherSinceS)
}
