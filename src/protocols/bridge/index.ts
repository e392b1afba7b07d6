// Lock-and-mint bridges, each end on its own chain: messages by id, totals, and which arrivals the other chain can't account for.
// Run for real with the lab's own bridge (lab/contracts): real ones emit other events, and want an adapter each. It only watches.
import type { Protocol } from '../../state/protocol.ts'
import { backings, bridgeArrivals, bridgeDepartures, bridges, bridgeUnmatched } from '../../state/tables.ts'
import { call, TOPIC } from './abi.ts'
import { applyGateway } from './apply.ts'
import { hearBridges, tellBridges } from './hear.ts'
import { type BridgeConfig, heldCall } from './spec.ts'

export function bridge({ chainId, gateways }: BridgeConfig): Protocol {
  const topics = Object.values(TOPIC)
  const watches = gateways.map(({ gateway }) => ({ address: gateway, topics }))
  return {
    id: `bridge:${chainId}`,
    writes: [bridges, bridgeDepartures, bridgeArrivals, bridgeUnmatched, backings],
    watches: () => watches,
    reads: (world, _, sofar) =>
      sofar.missing(
        gateways.flatMap((spec) => [
          ...(world.bridges.find(spec.gateway) === undefined ? [call.token(spec.gateway), call.nonce(spec.gateway)] : []),
          heldCall(spec),
        ]),
      ),
    apply(world, block, answers) {
      for (const spec of gateways) applyGateway(world, spec, block, answers)
    },
    hears: [...new Set(gateways.map(({ other }) => other.chainId))],
    hear: hearBridges,
    tells: tellBridges,
    actions: {},
    steps: () => [],
  }
}
