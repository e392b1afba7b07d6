// The loop over rows, as text that is made anew for each detector: a shared one is megamorphic and loses 2x.
import type { Schema, TableStore } from '../store/table.ts'
import type { Cell } from '../store/windows.ts'
import type { Block, BoundDetector, Finds, View } from './define.ts'

export interface Loops {
  /** Over the cells [from, to) of an event table or of a whole one, or over those places of a list of rows. */
  run(list: Uint32Array, from: number, to: number, block: Block): void
  /** Over many blocks: the n-th one's rows are the cells [starts[n], starts[n + 1]), and `place` says which is looked at. */
  many(starts: Uint32Array, blocks: readonly (Block | undefined)[], place: Place): void
}

export interface Place {
  n: number
}

interface Heard {
  found(row: number, finds: Finds): void
  quiet(row: number): void
}

/** The text holds no name from outside: only memory names and the subject's column, which are checked. */
export function makeLoops(
  bound: BoundDetector,
  table: TableStore<Schema>,
  cells: Readonly<Record<string, Cell>>,
  view: View,
  { found, quiet }: Heard,
): Loops {
  const { detector, params } = bound
  const names = Object.keys(cells)
  for (const name of [...names, detector.subject]) if (!/^[a-z]\w*$/i.test(name)) throw new TypeError(`"${name}" is not a memory name`)
  const isList = detector.wake === 'touched' && detector.on.rows === 'entity'
  const seeks = names.map((name) => `$${name}.seek(subject);`).join(' ')
  const body = `
      ${names.length > 0 ? `const subject = cursor.${detector.subject}; ${seeks}` : ''}
      const finds = detector.check(cursor, cells, params, block, view)
      if (finds !== undefined) found(cursor.row, finds)${detector.holdBlocks > 0 ? '; else quiet(cursor.row)' : ''}`
  const source = `${names.map((name) => `const $${name} = cells.${name};`).join(' ')}
  function run(list, from, to, block) {
    cursor.bind()
    for (let i = from; i < to; i++) {
      cursor.at = ${isList ? 'list[i]' : 'i'} ${body}
    }
  }
  function many(starts, blocks, place) {
    cursor.bind()
    const count = starts.length - 1
    for (let n = 0; n < count; n++) {
      const from = starts[n], to = starts[n + 1]
      if (from === to) continue
      const block = blocks[n]
      place.n = n
      table.base = from
      for (let i = from; i < to; i++) {
        cursor.at = i ${body}
      }
    }
  }
  return { run, many }`
  const make = new Function('detector', 'cursor', 'cells', 'params', 'view', 'found', 'quiet', 'table', source)
  return make(detector, table.cursor(), cells, params, view, found, quiet, table) as Loops
}
