// A block's logs by contract and by signature, sorted once: each adapter looks at its own, not at all of them.
import type { Hex, Log } from '../core/flow.ts'
import { topic0Of } from '../decode/word-log.ts'

interface Sorted {
  readonly byContract: ReadonlyMap<Hex, readonly Log[]>
  readonly topics: ReadonlySet<Hex>
}

/** A pure function's results, for as long as somebody holds the logs. */
const known = new WeakMap<readonly Log[], Sorted>()
const NONE: readonly Log[] = []

function sorted(logs: readonly Log[]): Sorted {
  let found = known.get(logs)
  if (found === undefined) {
    const byContract = new Map<Hex, Log[]>()
    const topics = new Set<Hex>()
    for (const log of logs) {
      const address = log.address.toLowerCase() as Hex
      const of = byContract.get(address)
      if (of === undefined) byContract.set(address, [log])
      else of.push(log)
      const topic = topic0Of(log)
      if (topic !== undefined) topics.add(topic)
    }
    found = { byContract, topics }
    known.set(logs, found)
  }
  return found
}

/** Those of one contract, in order. `address` in lower case; undefined: none. */
export const logsOf = (logs: readonly Log[], address: Hex | undefined): readonly Log[] =>
  (address === undefined ? undefined : sorted(logs).byContract.get(address)) ?? NONE

/** Is there a log with this first topic, of whatever contract? */
export const hasTopic = (logs: readonly Log[], topic: Hex): boolean => sorted(logs).topics.has(topic)
