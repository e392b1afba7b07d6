// Whose traces are asked for: none at all unless a detector looks at a table that is made of them.
import type { Hex } from '../core/flow.ts'
import type { Schema, Table } from '../store/table.ts'
import type { Protocol } from './protocol.ts'
import { TRACE_BLINDNESS, TRACE_TABLES } from './tables.ts'
import type { World } from './world.ts'

interface Rules {
  readonly protocols: readonly Protocol[]
  readonly detectors: readonly { readonly detector: { readonly on: Table<Schema> } }[]
}

const isLookedAt = ({ detectors }: Rules): boolean => detectors.some(({ detector }) => TRACE_TABLES.has(detector.on.name))

export function tracedOf(rules: Rules, world: World): ReadonlySet<Hex> | undefined {
  if (!isLookedAt(rules)) return undefined
  const traced = new Set(rules.protocols.flatMap((protocol) => protocol.traces?.(world) ?? []))
  return traced.size > 0 ? traced : undefined
}

/** For the verdict: why detectors on traces didn't see all of this block; empty if they did, or if there are none. */
export function blindToTraces(rules: Rules, { traceGaps }: World): { readonly blindToTraces?: string } {
  if (traceGaps.count === 0 || !isLookedAt(rules)) return {}
  return { blindToTraces: TRACE_BLINDNESS[traceGaps.columns.reason.get(0)] ?? 'unknown' }
}
