// Runs the detectors over what a block touched: one generated loop a detector, so that each stays monomorphic.
import { type Calibration, thresholdKey } from '../core/calibration.ts'
import { canonicalHash } from '../core/canonical.ts'
import type { Evidence, Finding, Hex, Subject } from '../core/flow.ts'
import type { World } from '../state/world.ts'
import type { U32Column } from '../store/column.ts'
import type { Adopted, Schema, Table, TableStore } from '../store/table.ts'
import type { Cell } from '../store/windows.ts'
import type { Block, BoundDetector, Finds, View } from './define.ts'
import { type Loops, makeLoops, type Place } from './loops.ts'
import { subjectOf } from './subjects.ts'

/** A block as the engine stamps it on findings. */
export interface Stamp extends Block {
  readonly hash: Hex
  readonly provisional: boolean
}

interface Runner {
  readonly bound: BoundDetector
  /** Place in the list of detectors. */
  readonly order: number
  readonly table: TableStore<Schema>
  readonly loop: Loops
  readonly held: U32Column
  readonly paramsHash: Hex
}

/** Detectors of one table: where it has no row, none of them is looked at. */
interface Group {
  readonly table: TableStore<Schema>
  readonly touched: readonly Runner[]
  readonly every: readonly Runner[]
}

/** A table's rows of many blocks: those of the n-th are the cells [starts[n], starts[n + 1]) of the columns. */
export interface Slices {
  readonly rows: TableStore<Schema>
  readonly starts: Uint32Array
  readonly values: Adopted
}

const NO_LIST = new Uint32Array(0)

export class Engine {
  private readonly world: World
  private readonly groups: readonly Group[]
  /** Of the block under way. */
  private block: Stamp | undefined
  private blocks: readonly (Stamp | undefined)[] = []
  private found: { readonly order: number; readonly finding: Finding }[] = []
  /** Of the blocks under way, if they are many; `n` is the one that is looked at, `shown` the one whose rows all tables hold. */
  private many: readonly Slices[] = []
  private readonly place: Place = { n: -1 }
  private shown = -1

  constructor(world: World, detectors: readonly BoundDetector[], calibration?: Calibration) {
    this.world = world
    const view: View = {
      at: (table, row) => this.rowsOf(table).at(row),
      name: (table, row) => world.store.table(table).keyOf(row),
      count: (table) => this.rowsOf(table).count,
      calibrated: (measure, subjectId) => {
        const threshold = calibration?.thresholds.get(thresholdKey(measure, subjectId))
        return threshold && { ...threshold, calibrationHash: (calibration as Calibration).hash }
      },
    }
    const runners = detectors.map((bound, order): Runner => {
      const { detector, params } = bound
      const table = world.store.table(detector.on)
      const cells: Record<string, Cell> = {}
      for (const [name, memory] of Object.entries(detector.memory)) cells[name] = memory.create(world.store, `${detector.id}/${name}`)
      const runner: Runner = {
        bound,
        order,
        table,
        loop: makeLoops(bound, table, cells, view, {
          found: (row, finds) => this.take(runner, row, finds),
          quiet: (row) => runner.held.set(row, 0),
        }),
        held: world.store.column(`${detector.id}/held`, 'u32'),
        paramsHash: canonicalHash({ detector: detector.id, params }),
      }
      return runner
    })
    this.groups = [...new Set(runners.map(({ table }) => table))].map((table) => {
      const own = runners.filter((runner) => runner.table === table)
      const waking = (wake: 'touched' | 'block') => own.filter(({ bound }) => bound.detector.wake === wake)
      return { table, touched: waking('touched'), every: waking('block') }
    })
  }

  /** Findings of one block, in the order of the detectors and rows; `only`: of the detectors on this table. */
  run(block: Stamp, only?: Table<Schema>): readonly Finding[] {
    this.block = block
    this.found = []
    for (let n = 0; n < this.groups.length; n++) {
      const { table, touched, every } = this.groups[n] as Group
      if (only !== undefined && table.table !== only) continue
      if (table.touches > 0 && touched.length > 0) runTouched(table, touched, block)
      if (every.length > 0 && table.count > 0) {
        const { base, count } = table
        for (const { bound, loop } of every) if (!block.pending || bound.detector.pending) loop.run(NO_LIST, base, base + count, block)
      }
    }
    const { found } = this
    if (found.length > 1) found.sort((a, b) => a.order - b.order)
    return found.map(({ finding }) => finding)
  }

  /**
   * The same findings over many blocks at once, in the order of the blocks: one detector after the other, so that its code and its memory stay
   * near. For detectors of tables that have slices; the others see nothing. `blocks` has a hole where no table has a row.
   */
  runMany(blocks: readonly (Stamp | undefined)[], slices: readonly Slices[]): readonly Finding[] {
    this.found = []
    this.blocks = blocks
    this.many = slices
    this.shown = -1
    try {
      for (const { table, touched, every } of this.groups) {
        const slice = slices.find(({ rows }) => rows === table)
        if (slice === undefined) continue
        table.show(slice.values, 0, 0)
        for (const { loop } of touched.concat(every)) loop.many(slice.starts, blocks, this.place)
      }
    } finally {
      this.many = []
    }
    const found = this.found.sort((a, b) => a.finding.block - b.finding.block || a.order - b.order)
    return found.map(({ finding }) => finding)
  }

  /** For a view: rows of the block under way, of any table. */
  private rowsOf<S extends Schema>(table: Table<S>): TableStore<S> {
    const { n } = this.place
    if (this.many.length > 0 && this.shown !== n) {
      for (const { rows, starts, values } of this.many) rows.show(values, starts[n] as number, starts[n + 1] as number)
      this.shown = n
    }
    return this.world.store.table(table)
  }

  private take(runner: Runner, row: number, finds: Finds): void {
    const block = (this.many.length > 0 ? this.blocks[this.place.n] : this.block) as Stamp
    if (this.hold(runner, row, block)) this.found.push({ order: runner.order, finding: this.finding(runner, row, finds, block) })
  }

  /** True once the condition has stood for `holdBlocks` blocks before this one. */
  private hold(runner: Runner, row: number, block: Stamp): boolean {
    const { holdBlocks } = runner.bound.detector
    if (holdBlocks === 0 || block.pending) return true
    const held = runner.held.get(row)
    runner.held.set(row, Math.min(held + 1, holdBlocks + 1))
    return held >= holdBlocks
  }

  private finding(runner: Runner, row: number, finds: Finds, block: Stamp): Finding {
    const { detector } = runner.bound
    const subject: Subject = subjectOf(this.world, runner.table, row, detector.subject)
    const body = {
      detector: detector.id,
      chainId: block.chainId,
      block: block.number,
      blockHash: block.hash,
      timeS: block.timeS,
      subject,
      severity: finds.severity,
      source: detector.source,
      basis: detector.basis,
      provisional: block.provisional,
      summary: finds.summary,
      evidence: finite(finds.evidence),
      paramsHash: runner.paramsHash,
      ...(finds.calibrationHash && { calibrationHash: finds.calibrationHash }),
    }
    return { id: canonicalHash(body), ...body }
  }
}

function runTouched(table: TableStore<Schema>, runners: readonly Runner[], block: Stamp): void {
  const { touches } = table
  const isList = table.table.rows === 'entity'
  const list = isList ? table.touchedList() : NO_LIST
  const from = isList ? 0 : table.base + table.touchedFrom
  for (let n = 0; n < runners.length; n++) {
    const { bound, loop } = runners[n] as Runner
    if (!block.pending || bound.detector.pending) loop.run(list, from, from + touches, block)
  }
}

/** NaN and Infinity have no canonical text; a finding that rests on them is told all the same, as the words. */
function finite(evidence: Evidence): Evidence {
  if (Object.values(evidence).every((value) => typeof value !== 'number' || Number.isFinite(value))) return evidence
  return Object.fromEntries(
    Object.entries(evidence).map(([name, v]) => [name, typeof v === 'number' && !Number.isFinite(v) ? String(v) : v]),
  )
}
