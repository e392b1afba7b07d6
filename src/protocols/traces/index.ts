// Traced contracts as an adapter: transactions seen from inside. It asks for traces and for the logs that say what moved.
import type { Hex } from '../../core/flow.ts'
import type { Protocol } from '../../state/protocol.ts'
import { storageWrites, traceCalls, traced, transactions, valueFlows } from '../../state/tables.ts'
import { applyTraces } from './apply.ts'
import { Spec, type TracedSpec } from './spec.ts'
import { DEPOSIT, SWAP_V3, SYNC_V2, TRANSFER, WITHDRAWAL } from './topics.ts'

export type { TracedSpec } from './spec.ts'

export function tracedContracts(given: TracedSpec): Protocol {
  const spec = new Spec(given)
  const watches: { readonly address: Hex; readonly topics: readonly Hex[] }[] = [
    ...given.tokens.map(({ token, wrapsNative }) => ({
      address: token,
      topics: wrapsNative ? [TRANSFER, DEPOSIT, WITHDRAWAL] : [TRANSFER],
    })),
    ...given.priceSources.map(({ pool, kind }) => ({ address: pool, topics: [kind === 'uniswap-v3' ? SWAP_V3 : SYNC_V2] })),
  ]
  return {
    id: 'traces',
    // what is missing here is told by `traceGaps`, not by a read that failed
    writes: [traced, transactions, traceCalls, storageWrites, valueFlows],
    watches: () => watches,
    reads: () => [],
    traces: () => spec.addresses,
    apply: (world, block) => applyTraces(world, spec, block),
    actions: {},
    steps: () => [],
  }
}
