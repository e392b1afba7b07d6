// What was seen before, in a bounded number of rows: places in sets of eight, the one seen longest ago gives way. The store undoes it.
import { sha256 } from '../../core/canonical.ts'
import type { World } from '../../state/world.ts'

/** 4,096 sets of 8: 32,768 rows a table, about 3 MB. A set that is full forgets what it saw longest ago, so a flood makes old things new. */
const SETS = 4_096
const WAYS = 8

export type HabitTable = World['writerPaths'] | World['callHabits'] | World['contractsSeen']

export interface Seen {
  /** Blocks since it was seen first; 0: never before this block. */
  readonly ageBlocks: number
  /** In which it was seen, before this one. */
  readonly blocks: number
}

const NEVER: Seen = { ageBlocks: 0, blocks: 0 }

export const tagOf = (...parts: readonly (string | number)[]): bigint => BigInt(sha256(parts.join('|')))

export function rowOfHabit(table: HabitTable, tag: bigint): number | undefined {
  for (let way = 0; way < WAYS; way++) {
    const row = table.find(place(tag, way))
    if (row === undefined) return undefined
    if (table.columns.tag.get(row) === tag) return row
  }
  return undefined
}

export function seenOf(table: HabitTable, tag: bigint, block: number): Seen {
  const row = rowOfHabit(table, tag)
  if (row === undefined) return NEVER
  const { sinceBlock, lastBlock, blocks } = table.columns
  const again = lastBlock.get(row) < block ? 1 : 0
  return { ageBlocks: block - sinceBlock.get(row), blocks: blocks.get(row) + again }
}

/** Notes that it was seen in this block; the row. */
export function see(table: HabitTable, tag: bigint, block: number): number {
  const { tag: tags, sinceBlock, lastBlock, blocks } = table.columns
  let row = rowOfHabit(table, tag)
  if (row === undefined) {
    row = freeRow(table, tag)
    tags.set(row, tag)
    sinceBlock.set(row, block)
    lastBlock.set(row, block)
    blocks.set(row, 0)
  } else if (lastBlock.get(row) !== block) {
    lastBlock.set(row, block)
    blocks.set(row, blocks.get(row) + 1)
  }
  return row
}

function freeRow(table: HabitTable, tag: bigint): number {
  let oldest = -1
  for (let way = 0; way < WAYS; way++) {
    const row = table.find(place(tag, way))
    if (row === undefined) return table.rowOf(place(tag, way))
    if (oldest < 0 || table.columns.lastBlock.get(row) < table.columns.lastBlock.get(oldest)) oldest = row
  }
  return oldest
}

const place = (tag: bigint, way: number): string => `${Number(tag % BigInt(SETS))}.${way}`
