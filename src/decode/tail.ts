// The slow road: dynamic values, read front to back, each exactly where the canonical encoding puts it and nothing between.
import type { Fault } from './fault.ts'
import { gather } from './gather.ts'
import { LANES } from './lanes.ts'
import { zeroBelow } from './leaf.ts'
import type { Shape } from './shape.ts'

/** Data under way. `next` is the first word that nothing has claimed; a fault ends it. */
export interface Walk {
  readonly lanes: Uint32Array
  readonly hex: string
  readonly words: number
  next: number
  fault: Fault | undefined
}

/** Reads the value that begins at `walk.next` and moves past it. After a fault what it returns means nothing. */
export type Tail = (walk: Walk) => unknown

function fail(walk: Walk, fault: Fault): undefined {
  walk.fault ??= fault
  return undefined
}

/** A length or offset: a word under 2^32, which all real ones are. */
function smallAt({ lanes, words }: Walk, word: number): number | undefined {
  if (word >= words) return undefined
  const at = word * LANES
  for (let lane = LANES - 1; lane > 0; lane--) if (lanes[at + lane] !== 0) return undefined
  return lanes[at]
}

/** The value of one shape whose head is at `word`; offsets count from `start`. */
function part(walk: Walk, shape: Shape, word: number, start: number): unknown {
  if (shape.dynamic) {
    if (smallAt(walk, word) !== (walk.next - start) * 32) return fail(walk, 'offset')
    return shape.tail(walk)
  }
  for (const leaf of shape.leaves) if (leaf.clean && !leaf.clean(walk.lanes, (word + leaf.word) * LANES)) return fail(walk, leaf.fault)
  return shape.value(walk.lanes, word * LANES, walk.hex, 2 + word * 64)
}

/** A tuple, a fixed array or the data of a log: heads first, then tails in the order of their heads. */
export function sequence(parts: readonly Shape[], names: readonly string[] | undefined): Tail {
  const head = parts.reduce((sum, { words }) => sum + words, 0)
  const [make, put] = gather(names)
  return (walk) => {
    const start = walk.next
    if (start + head > walk.words) return fail(walk, 'short')
    walk.next = start + head
    const into = make()
    let word = start
    for (let n = 0; n < parts.length; n++) {
      const shape = parts[n] as Shape
      put(into, n, part(walk, shape, word, start))
      if (walk.fault !== undefined) return undefined
      word += shape.words
    }
    return into
  }
}

/** T[]: its length, then the elements as in a sequence. */
export function listTail(of: Shape): Tail {
  return (walk) => {
    const length = smallAt(walk, walk.next)
    const start = walk.next + 1
    if (length === undefined || start + length * of.words > walk.words) return fail(walk, 'short')
    walk.next = start + length * of.words
    const into: unknown[] = []
    for (let n = 0; n < length; n++) {
      into.push(part(walk, of, start + n * of.words, start))
      if (walk.fault !== undefined) return undefined
    }
    return into
  }
}

const PADDING = Array.from({ length: 32 }, (_, used) => (used === 0 ? () => true : zeroBelow(256 - 8 * used)))

function textAt(walk: Walk): string | undefined {
  const bytes = smallAt(walk, walk.next)
  if (bytes === undefined) return fail(walk, 'short')
  const start = walk.next + 1
  const words = Math.ceil(bytes / 32)
  if (start + words > walk.words) return fail(walk, 'short')
  walk.next = start + words
  if (!PADDING[bytes % 32]?.(walk.lanes, (walk.next - 1) * LANES)) return fail(walk, 'dirty-bytes')
  return walk.hex.slice(2 + start * 64, 2 + start * 64 + bytes * 2)
}

export const bytesTail: Tail = (walk) => {
  const text = textAt(walk)
  return text === undefined ? undefined : `0x${text.toLowerCase()}`
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const stringTail: Tail = (walk) => {
  const text = textAt(walk)
  if (text === undefined) return undefined
  try {
    return utf8.decode(Buffer.from(text, 'hex'))
  } catch {
    return fail(walk, 'not-utf8')
  }
}
