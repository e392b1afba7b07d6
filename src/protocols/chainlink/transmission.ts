// One report of an OCR aggregator, taken apart without trust: what all observers saw, in one event with dynamic data.
import type { Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import { signed } from '../../store/column.ts'

export interface Observation {
  /** Place in the aggregator's list of oracles. */
  readonly observer: number
  readonly answer: bigint
}

/** Aggregators of OCR have at most 31 oracles (maxNumOracles): an observer is a byte of one word. */
export const MAX_OBSERVERS = 31
const INT192 = 1n << 191n
const BYTES_IN_WORD = 32

/** Words that stand before the dynamic data, and which of them say where observations and observers begin. */
const SHAPE = {
  ocr1: { words: 5, observations: 2, observers: 3 },
  ocr2: { words: 8, observations: 3, observers: 4 },
} as const

/** undefined: not well formed, no observations, more than there can be, not one observer for each, or a value that is no int192. */
export function decodeTransmission(version: keyof typeof SHAPE, data: Hex): readonly Observation[] | undefined {
  const shape = SHAPE[version]
  const answer = int192(wordAt(data, 0))
  const observationsAt = placeOf(data, shape.observations, shape.words)
  const observersAt = placeOf(data, shape.observers, shape.words)
  if (answer === undefined || observationsAt === undefined || observersAt === undefined) return undefined
  const count = wordAt(data, observationsAt)
  if (count === undefined || count === 0n || count > BigInt(MAX_OBSERVERS) || wordAt(data, observersAt) !== count) return undefined
  const bytes = wordAt(data, observersAt + 1)
  if (bytes === undefined) return undefined
  const found: Observation[] = []
  for (let n = 0; n < Number(count); n++) {
    const observation = int192(wordAt(data, observationsAt + 1 + n))
    const observer = Number((bytes >> BigInt(8 * (BYTES_IN_WORD - 1 - n))) & 0xffn)
    if (observation === undefined || observer >= MAX_OBSERVERS) return undefined
    found.push({ observer, answer: observation })
  }
  return found
}

/** In which word dynamic data begins: after the head, at a whole word, inside the data. */
function placeOf(data: Hex, head: number, words: number): number | undefined {
  const offset = wordAt(data, head)
  if (offset === undefined || offset % BigInt(BYTES_IN_WORD) !== 0n || offset > BigInt(data.length)) return undefined
  const at = Number(offset) / BYTES_IN_WORD
  return at < words ? undefined : at
}

function int192(word: bigint | undefined): bigint | undefined {
  if (word === undefined) return undefined
  const value = signed(word)
  return value >= -INT192 && value < INT192 ? value : undefined
}
