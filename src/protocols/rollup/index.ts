// Rollups seen from their parent chain: what was put in by force and waits, and when they posted last.
// OP Stack and Arbitrum Nitro by their published interfaces; not run against the real contracts.
import type { BlockInput, Hex } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Protocol } from '../../state/protocol.ts'
import { rollups as rollupsTable } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { TOPIC } from './abi.ts'
import { decodeRollupLog } from './decode.ts'

export interface RollupSpec {
  /** For people. */
  readonly name: string
  readonly rollupChainId: number
  readonly kind: 'op-stack' | 'nitro'
  /** Takes forced transactions: OptimismPortal, or Nitro's Bridge. */
  readonly inbox: Hex
  /** Where it posts: L2OutputOracle or DisputeGameFactory, or Nitro's SequencerInbox. */
  readonly posts: Hex
}

/** Forced transactions whose time is remembered; of a longer queue the oldest known one is a later one. */
const REMEMBERED = 4_096

export function rollup({ chainId, rollups }: { readonly chainId: number; readonly rollups: readonly RollupSpec[] }): Protocol {
  const specs = rollups.map((spec) => ({ ...spec, inbox: lower(spec.inbox), posts: lower(spec.posts) }))
  const topics = Object.values(TOPIC)
  return {
    id: `rollup:${chainId}`,
    writes: [rollupsTable],
    watches: () => specs.flatMap(({ inbox, posts }) => [inbox, posts].map((address) => ({ address, topics }))),
    reads: () => [],
    apply(world, block) {
      for (const spec of specs) applyRollup(world, spec, block)
    },
    actions: {},
    steps: () => [],
  }
}

const lower = (address: Hex): Hex => address.toLowerCase() as Hex

function applyRollup(world: World, { inbox, posts, kind, rollupChainId }: RollupSpec, block: BlockInput): void {
  const { rollups } = world
  const isNew = rollups.find(inbox) === undefined
  const row = rollups.rowOf(inbox)
  const { columns } = rollups
  if (isNew) {
    columns.chainId.set(row, world.chainId)
    columns.rollupChainId.set(row, rollupChainId)
    columns.inbox.set(row, addressWord(inbox))
  }
  const times = world.store.column(`rollup.queuedAtS.${inbox}`, 'f64')
  for (const log of logsOf(block.logs, inbox)) {
    const event = decodeRollupLog(log)
    if (event?.kind !== 'forced') continue
    const index = event.index ?? columns.queued.get(row)
    columns.queued.set(row, index + 1)
    columns.queuedAtS.set(row, block.timeS)
    times.set(index % REMEMBERED, block.timeS)
  }
  for (const log of logsOf(block.logs, posts)) {
    const event = decodeRollupLog(log)
    if (event?.kind !== 'posted') continue
    columns.posts.set(row, columns.posts.get(row) + 1)
    columns.postedAtS.set(row, block.timeS)
    if (kind !== 'nitro' || event.taken === undefined) continue
    columns.taken.set(row, event.taken)
    columns.tellsTaken.set(row, 1)
  }
  const [queued, taken] = [columns.queued.get(row), columns.taken.get(row)]
  const oldest = Math.max(taken, queued - REMEMBERED)
  const since = columns.tellsTaken.get(row) === 1 && queued > taken ? times.get(oldest % REMEMBERED) : 0
  if (columns.waitingSinceS.get(row) !== since) columns.waitingSinceS.set(row, since)
}
