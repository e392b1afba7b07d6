// A chunk of history under detectors of events alone: no adapter runs, no incident is made, and blocks without their events cost nothing.
import type { Finding, Hex } from '../core/flow.ts'
import type { Chunk } from '../history/types.ts'
import type { EventTables } from '../state/event-tables.ts'
import type { World } from '../state/world.ts'
import type { Engine, Stamp } from './engine.ts'

/**
 * The same findings as block by block through the fold without adapters: for detectors whose tables are all event tables, and whose `view`
 * reads those and `contracts` only. Journaled like all else, as one step: turn the world's journal off if nothing is to be undone.
 */
export function runChunk(world: World, events: EventTables, engine: Engine, chunk: Chunk): readonly Finding[] {
  events.adopt(chunk)
  world.store.begin()
  const slices = events.slices()
  if (slices) {
    const stamps = Array.from({ length: chunk.blocks }, (_, n) => (events.has(n) ? new StampOf(world.chainId, chunk, n) : undefined))
    return engine.runMany(stamps, slices)
  }
  const findings: Finding[] = []
  for (let n = 0; n < chunk.blocks; n++) {
    world.store.begin()
    events.show(n)
    for (const finding of engine.run(new StampOf(world.chainId, chunk, n))) findings.push(finding)
  }
  return findings
}

class StampOf implements Stamp {
  readonly pending = false
  readonly provisional = false
  readonly number: number
  readonly timeS: number
  constructor(
    readonly chainId: number,
    private readonly chunk: Chunk,
    private readonly n: number,
  ) {
    this.number = chunk.fromBlock + n
    this.timeS = chunk.timesS[n] as number
  }
  /** Text is made for findings only. */
  get hash(): Hex {
    return this.chunk.hash(this.n)
  }
}
