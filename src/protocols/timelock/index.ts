// What waits in timelocks. Run for real: OpenZeppelin's TimelockController 5.7. Known gap: what was queued before the first block watched.
import type { Hex } from '../../core/flow.ts'
import type { Protocol } from '../../state/protocol.ts'
import { contracts, queuedCalls, queuedOperations, queuedWords } from '../../state/tables.ts'
import { TOPIC } from './abi.ts'
import { applyTimelock } from './apply.ts'

export interface TimelocksConfig {
  readonly chainId: number
  readonly timelocks: readonly Hex[]
}

export function timelocksOf(config: TimelocksConfig): Protocol {
  const all = [...new Set(config.timelocks.map((timelock) => timelock.toLowerCase() as Hex))]
  return {
    id: `timelock:${config.chainId}`,
    writes: [queuedOperations, queuedCalls, queuedWords, contracts],
    watches: () => all.map((address) => ({ address, topics: Object.values(TOPIC) })),
    reads: () => [],
    apply(world, block) {
      for (const timelock of all) applyTimelock(world, timelock, block)
    },
    actions: {},
    steps: () => [],
  }
}
