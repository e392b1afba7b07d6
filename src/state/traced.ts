// Whose traces are asked for: none at all unless a detector looks at a table that is made of them.
import type { Hex } from '../core/flow.ts'
import type { Schema, Table } from '../store/table.ts'
import type { Protocol } from './protocol.ts'
import { TRACE_TABLES } from './tables.ts'
import type { World } from './world.ts'

export function tracedOf(
  rules: { readonly protocols: readonly Protocol[]; readonly detectors: readonly { readonly detector: { readonly on: Table<Schema> } }[] },
  world: World,
): ReadonlySet<Hex> | undefined {
  if (!rules.detectors.some(({ detector }) => TRACE_TABLES.has(detector.on.name))) return undefined
  const traced = new Set(rules.protocols.flatMap((protocol) => protocol.traces?.(world) ?? []))
  return traced.size > 0 ? traced : undefined
}
