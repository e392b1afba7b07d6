// One trial of waiting transactions on a head: what they emit of what is watched, and the invariant reads that the adapters want of it.
import type { Call, Hex, Log, PendingTx, ReadResult } from '../../core/flow.ts'
import type { BlockAdapter } from '../block-source.ts'
import { watchedOf } from '../watched-logs.ts'
import type { Engine, Environment, Standing } from './engine.ts'
import { fieldsOf } from './engine.ts'

/** As for blocks. */
const MOST_ROUNDS = 4

export interface Trial {
  /** Whether each transaction went through. */
  readonly ok: readonly boolean[]
  /** Of what is watched. */
  readonly logs: readonly Log[]
  readonly reads: readonly ReadResult[]
  readonly timeS: number
}

export interface Bench {
  readonly engine: Engine
  readonly adapter: BlockAdapter
  readonly blockTimeS: number
}

/**
 * What adapters want of a block without logs is asked together with the transactions; what they want of the logs, in further runs of
 * the same block, whose state is the same. The adapter must stand on the head: `signal` is aborted when it no longer does.
 */
export async function tryOut(
  { engine, adapter, blockTimeS }: Bench,
  on: Standing,
  txs: readonly PendingTx[],
  environment: Environment,
  signal: AbortSignal,
): Promise<Trial> {
  const { number, timeS } = fieldsOf(on, environment, blockTimeS)
  const reads: ReadResult[] = []
  const asked = new Set<string>()
  const missing = (logs: readonly Log[]): readonly Call[] => {
    const wanted: Call[] = []
    for (const call of adapter.reads({ number, timeS, logs }, reads)) {
      const key = `${call.to}${call.data}`
      if (asked.has(key)) continue
      asked.add(key)
      wanted.push(call)
    }
    return wanted
  }
  const run = async (calls: readonly Call[]) => {
    const ran = await engine.run(on, txs, calls, environment, signal)
    signal.throwIfAborted()
    for (const [i, { to, data }] of calls.entries()) reads.push({ to, data, result: ran.answers[i] ?? null })
    return ran
  }
  const { ok, logs: all } = await run(missing([]))
  const logs = watchedOf(all, adapter.watches())
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const wanted = missing(logs)
    if (wanted.length === 0) break
    await run(wanted)
  }
  return { ok, logs, reads, timeS }
}

/** Did it change anything that is watched? `usual`: the same reads of the head without it. */
export function hasEffect({ logs, reads }: Trial, usual: Trial): boolean {
  if (logs.length > 0) return true
  const before = new Map<string, Hex | null>(usual.reads.map(({ to, data, result }) => [`${to}${data}`, result]))
  return reads.some(({ to, data, result }) => before.get(`${to}${data}`) !== result)
}
