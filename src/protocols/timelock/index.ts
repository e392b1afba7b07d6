// What waits in timelocks and was proposed to Governors. Run for real: OpenZeppelin's TimelockController 5.7; of Governors only the logs.
// Known gap: what was queued before the first block watched.
import type { Hex } from '../../core/flow.ts'
import type { Protocol } from '../../state/protocol.ts'
import { contracts, queuedCalls, queuedOperations, queuedWords } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { GOVERNOR_TOPIC, TOPIC } from './abi.ts'
import { applyGovernor, applyTimelock } from './apply.ts'
import { trialsOf } from './trials.ts'

export interface TimelocksConfig {
  readonly chainId: number
  readonly timelocks: readonly Hex[]
  /** Whose proposals are watched from their first day; `executor`: whom their calls come from. */
  readonly governors?: readonly { readonly address: Hex; readonly executor: Hex; readonly blockTimeS: number }[]
  /** Undefined: what waits is not tried. */
  readonly rehearse?: { readonly leadS: number }
}

export function timelocksOf(config: TimelocksConfig): Protocol {
  const all = [...new Set(config.timelocks.map((timelock) => timelock.toLowerCase() as Hex))]
  const governors = (config.governors ?? []).map(({ address, executor, blockTimeS }) => ({
    address: address.toLowerCase() as Hex,
    executor: executor.toLowerCase() as Hex,
    blockTimeS,
  }))
  const executors = [...all, ...governors.map(({ executor }) => executor)]
  const { rehearse } = config
  return {
    id: `timelock:${config.chainId}`,
    writes: [queuedOperations, queuedCalls, queuedWords, contracts],
    watches: () => [
      ...all.map((address) => ({ address, topics: Object.values(TOPIC) })),
      ...governors.map(({ address }) => ({ address, topics: Object.values(GOVERNOR_TOPIC) })),
    ],
    reads: () => [],
    apply(world, block) {
      for (const timelock of all) applyTimelock(world, timelock, block)
      for (const { address, executor, blockTimeS } of governors) applyGovernor(world, address, executor, blockTimeS, block)
    },
    ...(rehearse && { trials: (world: World, timeS: number) => trialsOf(world, executors, rehearse.leadS, timeS) }),
    actions: {},
    steps: () => [],
  }
}
