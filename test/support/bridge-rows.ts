// An arrival of a million USD that the other chain, seen a minute further, knows nothing of.
import { BRIDGE_SIDE } from '../../src/state/tables.ts'
import type { World } from '../../src/state/world.ts'
import { put, type Values } from '../builders.ts'

export const GATEWAY = `0x${'b1'.repeat(20)}`

export function unmatched(
  world: World,
  side: keyof typeof BRIDGE_SIDE,
  values: Values<World['bridgeUnmatched']['table']['schema']> = {},
): number {
  const { id = 7n } = values
  const bridge = put(world.bridges, GATEWAY, { side: BRIDGE_SIDE[side] }) + 1
  const message = put(world.bridgeArrivals, `${GATEWAY}:${id}`, { bridge }) + 1
  const usual = { amount: 10n ** 24n, sent: 0, usd: 1e6, waitedS: 72, aheadS: 60, knownS: 1e9 }
  return put(world.bridgeUnmatched, undefined, { bridge, message, side: BRIDGE_SIDE[side], id, ...usual, ...values })
}
