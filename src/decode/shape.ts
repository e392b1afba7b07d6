// An ABI type as a tree of shapes, each with closures for its own type: made once, so that no log walks the ABI.
import type { AbiParameter } from 'viem'
import { UserError } from '../core/errors.ts'
import { gather, namesOf } from './gather.ts'
import { LANES } from './lanes.ts'
import { type Leaf, leafOf, type Value } from './leaf.ts'
import { bytesTail, listTail, sequence, stringTail, type Tail } from './tail.ts'

/** A leaf of a static type, `word` words after its first. */
export interface PlacedLeaf extends Leaf {
  readonly word: number
}

export type Shape = StaticShape | DynamicShape
interface StaticShape {
  readonly dynamic: false
  readonly words: number
  readonly leaves: readonly PlacedLeaf[]
  readonly value: Value
}
interface DynamicShape {
  readonly dynamic: true
  /** Its offset in the head. */
  readonly words: 1
  readonly tail: Tail
}

/** Longer static types are refused: each of their words has its own closures. */
const MOST_WORDS = 4_096

/** @throws UserError for types that the Solidity ABI doesn't have, arrays of no length and tuples of no parts */
export function shapeOf(param: AbiParameter): Shape {
  const [, element, length] = /^(.*)\[(\d*)\]$/.exec(param.type) ?? []
  if (element !== undefined) {
    const of = shapeOf({ ...param, type: element })
    if (length === '') return { dynamic: true, words: 1, tail: listTail(of) }
    const count = Number(length)
    // what takes no room in the data could be there any number of times
    if (count === 0 || count * of.words > MOST_WORDS) throw new UserError('ABI type', param.type, `1 to ${MOST_WORDS} words`)
    return joined(
      Array.from({ length: count }, () => of),
      undefined,
    )
  }
  if (param.type === 'tuple') {
    const components = 'components' in param ? param.components : []
    if (components.length === 0) throw new UserError('ABI type', param.type, 'a tuple with components')
    return joined(components.map(shapeOf), namesOf(components))
  }
  if (param.type === 'bytes') return { dynamic: true, words: 1, tail: bytesTail }
  if (param.type === 'string') return { dynamic: true, words: 1, tail: stringTail }
  const leaf = leafOf(param.type)
  return { dynamic: false, words: 1, leaves: [{ ...leaf, word: 0 }], value: leaf.value }
}

/** A tuple, or an array of known length. */
function joined(parts: readonly Shape[], names: readonly string[] | undefined): Shape {
  if (parts.some((part) => part.dynamic)) return { dynamic: true, words: 1, tail: sequence(parts, names) }
  const fixed = parts as readonly StaticShape[]
  const starts: number[] = []
  let words = 0
  for (const part of fixed) {
    starts.push(words)
    words += part.words
  }
  if (words > MOST_WORDS) throw new UserError('ABI type', `${words} words`, `1 to ${MOST_WORDS} words`)
  const leaves = fixed.flatMap((part, n) => part.leaves.map((leaf) => ({ ...leaf, word: leaf.word + (starts[n] as number) })))
  const [make, put] = gather(names)
  const value: Value = (lanes, at, hex, from) => {
    const into = make()
    for (let n = 0; n < fixed.length; n++) {
      const start = starts[n] as number
      put(into, n, (fixed[n] as StaticShape).value(lanes, at + start * LANES, hex, from + start * 64))
    }
    return into
  }
  return { dynamic: false, words, leaves, value }
}
