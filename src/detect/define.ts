// What a detector is: metadata, one check over one row, and the memory it keeps. One API for live blocks and history.
import type { Calibrated, Measure } from '../core/calibration.ts'
import type { Evidence, Hex, Severity, Source } from '../core/flow.ts'
import { parsed } from '../core/parsed.ts'
import type { Row, Schema, Table } from '../store/table.ts'
import type { Cell, Memory } from '../store/windows.ts'

export interface Block {
  readonly chainId: number
  readonly number: number
  readonly timeS: number
  readonly pending: boolean
}

/** The world after the whole block, for reading. */
export interface View {
  /** A fresh cursor; it may be kept during the check. */
  at<S extends Schema>(table: Table<S>, row: number): Row<S>
  /** The key of a row: an address, mostly. */
  name(table: Table<Schema>, row: number): string
  /** How many rows it has. */
  count(table: Table<Schema>): number
  /** What the config's calibration says of a subject; undefined: nothing, so the detector's own parameters hold. */
  calibrated(measure: Measure, subjectId: string): Calibrated | undefined
}

export type Cells<M> = { readonly [K in keyof M]: M[K] extends Memory<infer C> ? Omit<C, 'seek'> : never }

/** What a check returns; the engine adds detector, chain, block, subject and hashes. */
export interface Finds {
  readonly severity: Severity
  readonly summary: string
  readonly evidence: Evidence
  /** Of the calibration whose threshold it was judged by. */
  readonly calibrationHash?: Hex
}

export interface Detector<S extends Schema, P, M extends Record<string, Memory<Cell>>> {
  /** The file's name. */
  readonly id: string
  readonly title: string
  readonly maturity: 'experimental' | 'test' | 'stable' | 'deprecated'
  readonly threat: string
  readonly catches: string
  readonly misses: string
  readonly falsePositives: readonly string[]
  readonly runbook: string
  /** Where its evidence comes from: findings of different sources are independent. */
  readonly source: Source
  /** `chain`: anyone can recompute it; `local`: it rests on what this node alone saw. */
  readonly basis: 'chain' | 'local'
  readonly on: Table<S>
  /** `touched`: rows new or changed in this block; `block`: all rows in every block (small tables only). */
  readonly wake: 'touched' | 'block'
  /** The column that refers to what the row is about, or the row itself: keys memory, hold and dedup. Without a market: its venue. */
  readonly subject: (keyof S & string) | 'row'
  /** Blocks in a row that the condition must hold before it is a finding: over 0 needs a row that is looked at in every block. */
  readonly holdBlocks: number
  /** May fire, without hold, on a simulated pending transaction. */
  readonly pending: boolean
  readonly params: { parse(input: unknown): P }
  readonly memory: M
  check(row: Row<S>, memory: Cells<M>, params: P, block: Block, view: View): Finds | undefined
}

/** A detector with its parameters: what config lists and the engine runs. */
export interface BoundDetector {
  readonly detector: Detector<Schema, unknown, Record<string, Memory<Cell>>>
  readonly params: unknown
}

/** Makes the factory that config calls: `oracleJump({ maxSigmas: 8 })`. */
export function defineDetector<S extends Schema, P, M extends Record<string, Memory<Cell>>, I = Partial<P>>(
  detector: Detector<S, P, M>,
): ((input?: I) => BoundDetector) & { readonly detector: Detector<S, P, M> } {
  if (detector.holdBlocks > 0 && detector.wake !== 'block') throw new TypeError(`${detector.id}: holdBlocks needs wake: 'block'`)
  const factory = (input?: I): BoundDetector => ({
    detector: detector as unknown as BoundDetector['detector'],
    params: parsed(`${detector.id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}()`, input ?? {}, (given) =>
      detector.params.parse(given),
    ),
  })
  return Object.assign(factory, { detector })
}
