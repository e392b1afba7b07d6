// Runs the detectors over what a block touched: one generated loop a detector, so that each stays monomorphic.
import { canonicalHash } from '../core/canonical.ts'
import type { Evidence, Finding, Hex, Subject } from '../core/flow.ts'
import type { World } from '../state/world.ts'
import type { U32Column } from '../store/column.ts'
import type { Row, Schema, TableStore } from '../store/table.ts'
import type { Cell } from '../store/windows.ts'
import type { Block, BoundDetector, Finds, View } from './define.ts'
import { subjectOf } from './subjects.ts'

/** A block as the engine stamps it on findings. */
export interface Stamp extends Block {
  readonly hash: Hex
  readonly provisional: boolean
}

type Loop = (rows: readonly number[], block: Block, found: (row: number, finds: Finds) => void, quiet: (row: number) => void) => void

interface Runner {
  readonly bound: BoundDetector
  readonly table: TableStore<Schema>
  readonly loop: Loop
  readonly held: U32Column
  readonly paramsHash: Hex
}

export class Engine {
  private readonly world: World
  private readonly runners: readonly Runner[]

  constructor(world: World, detectors: readonly BoundDetector[]) {
    this.world = world
    const view: View = {
      at: (table, row) => world.store.table(table).at(row),
      name: (table, row) => world.store.table(table).keyOf(row),
      count: (table) => world.store.table(table).count,
    }
    this.runners = detectors.map((bound) => {
      const { detector, params } = bound
      const table = world.store.table(detector.on)
      const cells: Record<string, Cell> = {}
      for (const [name, memory] of Object.entries(detector.memory)) cells[name] = memory.create(world.store, `${detector.id}/${name}`)
      return {
        bound,
        table,
        loop: makeLoop(bound, table, cells, view),
        held: world.store.column(`${detector.id}/held`, 'u32'),
        paramsHash: canonicalHash({ detector: detector.id, params }),
      }
    })
  }

  /** Findings of one block, in the order of the detectors and rows. */
  run(block: Stamp): readonly Finding[] {
    const findings: Finding[] = []
    for (const runner of this.runners) {
      const { detector } = runner.bound
      if (block.pending && !detector.pending) continue
      const rows = detector.wake === 'touched' ? [...runner.table.touched()] : Array.from({ length: runner.table.count }, (_, row) => row)
      if (rows.length === 0) continue
      runner.loop(
        rows,
        block,
        (row, finds) => {
          if (this.hold(runner, row, block)) findings.push(this.finding(runner, row, finds, block))
        },
        (row) => {
          if (detector.holdBlocks > 0) runner.held.set(row, 0)
        },
      )
    }
    return findings
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
    }
    return { id: canonicalHash(body), ...body }
  }
}

/** NaN and Infinity have no canonical text; a finding that rests on them is told all the same, as the words. */
function finite(evidence: Evidence): Evidence {
  if (Object.values(evidence).every((value) => typeof value !== 'number' || Number.isFinite(value))) return evidence
  return Object.fromEntries(
    Object.entries(evidence).map(([name, v]) => [name, typeof v === 'number' && !Number.isFinite(v) ? String(v) : v]),
  )
}

/**
 * A fresh copy of the loop for each detector: a shared one is megamorphic and loses 2x. The text holds no name from outside:
 * only memory names, which are checked.
 */
function makeLoop(bound: BoundDetector, table: TableStore<Schema>, cells: Readonly<Record<string, Cell>>, view: View): Loop {
  const { detector, params } = bound
  for (const name of Object.keys(cells)) if (!/^[a-z]\w*$/i.test(name)) throw new TypeError(`"${name}" is not a memory name`)
  const seeks = Object.keys(cells).map((name) => `cells.${name}.seek(subject);`)
  const source = `return function run(rows, block, found, quiet) {
    for (let i = 0; i < rows.length; i++) {
      const index = rows[i], row = cursor.seek(index)
      const subject = ${detector.subject === 'row' ? 'index' : `row[${JSON.stringify(detector.subject)}]`}
      ${seeks.join(' ')}
      const finds = detector.check(row, cells, params, block, view)
      if (finds !== undefined) found(index, finds); else quiet(index)
    }
  }`
  const cursor: { seek(row: number): Row<Schema> } = table.cursor()
  return new Function('detector', 'cursor', 'cells', 'params', 'view', source)(detector, cursor, cells, params, view) as Loop
}
