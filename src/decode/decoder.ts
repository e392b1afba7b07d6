// A decoder made once from an ABI event: logs become words in a row of the caller, or an object, and what isn't well formed a fault.
import { type AbiEvent, toEventSelector } from 'viem'
import { UserError } from '../core/errors.ts'
import type { Hex, Log } from '../core/flow.ts'
import type { Fault } from './fault.ts'
import { gather, namesOf } from './gather.ts'
import { LANES, readWords } from './lanes.ts'
import { hashLeaf, type Leaf, leafOf, type Value } from './leaf.ts'
import { type Shape, shapeOf } from './shape.ts'
import { sequence, type Walk } from './tail.ts'
import { WordLog } from './word-log.ts'

export type RawLog = Pick<Log, 'topics' | 'data'>

export interface Argument {
  readonly name: string | undefined
  readonly type: string
  readonly indexed: boolean
  /** Its first word in a row; undefined: a dynamic type, which only `decode` gives. */
  readonly cell: number | undefined
  /** Words in a row: more than one for fixed arrays and tuples. */
  readonly cells: number
}

/** `args`: under their names, or an array if one has no name, as viem has it. */
export type Decoded =
  | { readonly kind: 'decoded'; readonly event: string; readonly args: object }
  | { readonly kind: 'malformed'; readonly event: string; readonly fault: Fault }

/**
 * Both forms take and refuse the same logs, and neither throws for anything a chain can say.
 *
 * Stricter than viem's `decodeEventLog`, which takes all of these: data longer than its types, more topics than the event has, bits set
 * outside of a type, dynamic values anywhere (shared, overlapping, out of order), strings that are not UTF-8. A log is taken only if
 * encoding its values again gives the same bytes. Solidity and Vyper emit nothing else; what does differ was made by hand, and two readers
 * of it could see two values.
 *
 * Values are those of viem (numbers up to 48 bits, else bigint) but for two: addresses are in lower case, as everywhere here, and a string
 * keeps a byte order mark.
 */
export interface Decoder {
  readonly event: AbiEvent
  readonly topic0: Hex
  /** Of a log, the signature's included. */
  readonly topics: number
  readonly arguments: readonly Argument[]
  /** Words of a row: the indexed arguments, then the static ones of the data, each in the order of the ABI. */
  readonly cells: number
  /**
   * Writes the words as they are in the log (int in two's complement, bytesN to the left) to `row` from lane `at` on, eight lanes each: see
   * lanes.ts. After a fault the row means nothing.
   * @throws RangeError if the row is too short
   */
  read(log: RawLog, row: Uint32Array, at?: number): Fault | undefined
  decode(log: RawLog): Decoded
}

const WORD_CHARS = 64
const TOPIC_CHARS = 2 + WORD_CHARS

/** @throws UserError for anonymous events, which no topic tells apart, and types that the ABI doesn't have */
export function compileEvent(event: AbiEvent): Decoder {
  if (event.anonymous) throw new UserError(`ABI event ${event.name}`, 'anonymous', 'an event whose first topic is its signature')
  const indexed = event.inputs.filter((input) => input.indexed)
  if (indexed.length > 3) throw new UserError(`ABI event ${event.name}`, `${indexed.length} indexed inputs`, 'at most 3')
  const topics = indexed.map(({ type }) => (isHashed(type) ? hashLeaf : leafOf(type)))
  const shapes = event.inputs.filter((input) => !input.indexed).map(shapeOf)
  const places: Place[] = []
  let topic = 0
  let part = 0
  let cell = topics.length
  let word = 0
  for (const input of event.inputs) {
    if (input.indexed) {
      places.push({ input, cell: topic, cells: 1, word: 0, topic: topics[topic++] as Leaf, shape: undefined })
      continue
    }
    const shape = shapes[part++] as Shape
    const cells = shape.dynamic ? 0 : shape.words
    places.push({ input, cell: shape.dynamic ? undefined : cell, cells, word, topic: undefined, shape })
    cell += cells
    word += shape.words
  }
  const layout: Layout = { event, topic0: toEventSelector(event), topics, shapes, places, cells: cell }
  return shapes.some((shape) => shape.dynamic) ? walkingDecoder(layout) : staticDecoder(layout)
}

const isHashed = (type: string): boolean => type === 'string' || type === 'bytes' || type === 'tuple' || type.endsWith(']')

interface Place {
  readonly input: AbiEvent['inputs'][number]
  readonly cell: number | undefined
  readonly cells: number
  /** Where its head is in the data. */
  readonly word: number
  readonly topic: Leaf | undefined
  readonly shape: Shape | undefined
}

interface Layout {
  readonly event: AbiEvent
  readonly topic0: Hex
  readonly topics: readonly Leaf[]
  readonly shapes: readonly Shape[]
  readonly places: readonly Place[]
  readonly cells: number
}

interface Check {
  readonly lane: number
  readonly clean: NonNullable<Leaf['clean']>
  readonly fault: Fault
}

function described({ event, topic0, topics, places, cells }: Layout): Omit<Decoder, 'read' | 'decode'> {
  const named = places.map(({ input, cell, cells }) => ({
    name: input.name || undefined,
    type: input.type,
    indexed: input.indexed === true,
    cell,
    cells,
  }))
  return { event, topic0, topics: topics.length + 1, arguments: named, cells }
}

/** Topics into the first words of the row. */
function topicReader({ topic0, topics }: Layout): (log: RawLog, row: Uint32Array, at: number) => Fault | undefined {
  const count = topics.length + 1
  return ({ topics: said }, row, at) => {
    if (said[0] !== topic0) return 'topic0'
    if (said.length !== count) return 'topics'
    for (let n = 1; n < count; n++) {
      const topic = said[n] as Hex
      const lane = at + (n - 1) * LANES
      if (topic.length !== TOPIC_CHARS || !readWords(topic, 1, row, lane)) return 'not-hex'
      const { clean, fault } = topics[n - 1] as Leaf
      if (clean !== undefined && !clean(row, lane)) return fault
    }
    return undefined
  }
}

function assertRoom(row: Uint32Array, at: number, cells: number): void {
  if (row.length < at + cells * LANES) throw new RangeError(`a row of ${row.length} lanes; want ${cells * LANES} from ${at} on`)
}

/** The fast road: every word has a known place, so the data goes straight into the row. */
function staticDecoder(layout: Layout): Decoder {
  const { event, topics, places, cells } = layout
  const readTopics = topicReader(layout)
  const words = cells - topics.length
  const chars = 2 + words * WORD_CHARS
  const checks: Check[] = []
  const values: { readonly lane: number; readonly topic: number; readonly from: number; readonly value: Value }[] = []
  for (const { cell = 0, topic, shape, word } of places) {
    if (topic) values.push({ lane: cell * LANES, topic: cell + 1, from: 2, value: topic.value })
    if (!shape || shape.dynamic) continue
    values.push({ lane: cell * LANES, topic: 0, from: 2 + word * WORD_CHARS, value: shape.value })
    for (const leaf of shape.leaves) if (leaf.clean) checks.push({ lane: (cell + leaf.word) * LANES, clean: leaf.clean, fault: leaf.fault })
  }
  const names = namesOf(event.inputs)
  const [make, put] = gather(names)

  function read(log: RawLog, row: Uint32Array, at = 0): Fault | undefined {
    assertRoom(row, at, cells)
    if (log instanceof WordLog && log.dataWords >= 0) return take(log, row, at)
    const fault = readTopics(log, row, at)
    if (fault !== undefined) return fault
    const { data } = log
    if (data.length !== chars) return data.length < chars ? 'short' : 'long'
    if (!readWords(data, words, row, at + topics.length * LANES)) return 'not-hex'
    return unclean(row, at)
  }

  /** Its lanes are in the order of the row. */
  function take(log: WordLog, row: Uint32Array, at: number): Fault | undefined {
    if (log.topic0 !== layout.topic0) return 'topic0'
    if (log.topicCount !== topics.length + 1) return 'topics'
    const { lanes, at: from, dataWords } = log
    const ofTopics = topics.length * LANES
    for (let lane = 0; lane < ofTopics; lane++) row[at + lane] = lanes[from + lane] as number
    for (let n = 0; n < topics.length; n++) {
      const { clean, fault } = topics[n] as Leaf
      if (clean !== undefined && !clean(row, at + n * LANES)) return fault
    }
    if (dataWords !== words) return dataWords < words ? 'short' : 'long'
    for (let lane = ofTopics; lane < cells * LANES; lane++) row[at + lane] = lanes[from + lane] as number
    return unclean(row, at)
  }

  function unclean(row: Uint32Array, at: number): Fault | undefined {
    for (let n = 0; n < checks.length; n++) {
      const check = checks[n] as Check
      if (!check.clean(row, at + check.lane)) return check.fault
    }
    return undefined
  }

  const own = new Uint32Array(cells * LANES)
  function decode(log: RawLog): Decoded {
    const fault = read(log, own)
    if (fault !== undefined) return { kind: 'malformed', event: event.name, fault }
    const args = make()
    for (let n = 0; n < values.length; n++) {
      const { lane, topic, from, value } = values[n] as (typeof values)[number]
      put(args, n, value(own, lane, topic === 0 ? log.data : (log.topics[topic] as Hex), from))
    }
    return { kind: 'decoded', event: event.name, args }
  }
  return { ...described(layout), read, decode }
}

/** The slow road: dynamic values are walked, in both forms, so that both refuse the same logs. */
function walkingDecoder(layout: Layout): Decoder {
  const { event, topics, shapes, places, cells } = layout
  const readTopics = topicReader(layout)
  const readData = sequence(shapes, undefined)
  const [make, put] = gather(namesOf(event.inputs))
  let lanes = new Uint32Array(64 * LANES)

  function walk(data: Hex): Walk | Fault {
    const words = Math.floor((data.length - 2) / WORD_CHARS)
    if (data.length !== 2 + words * WORD_CHARS || words < 0) return 'short'
    if (words * LANES > lanes.length) lanes = new Uint32Array(2 * words * LANES)
    if (!readWords(data, words, lanes, 0)) return 'not-hex'
    return { lanes, hex: data, words, next: 0, fault: undefined }
  }

  function dataOf(data: Hex): readonly unknown[] | Fault {
    const under = walk(data)
    if (typeof under === 'string') return under
    const values = readData(under) as readonly unknown[]
    return under.fault ?? (under.next < under.words ? 'long' : values)
  }

  function read(log: RawLog, row: Uint32Array, at = 0): Fault | undefined {
    assertRoom(row, at, cells)
    const fault = readTopics(log, row, at)
    if (fault !== undefined) return fault
    const values = dataOf(log.data)
    if (typeof values === 'string') return values
    for (const { cell, cells, word, shape } of places)
      if (shape && cell !== undefined) row.set(lanes.subarray(word * LANES, (word + cells) * LANES), at + cell * LANES)
    return undefined
  }

  const own = new Uint32Array(topics.length * LANES)
  function decode(log: RawLog): Decoded {
    const fault = readTopics(log, own, 0)
    if (fault !== undefined) return { kind: 'malformed', event: event.name, fault }
    const values = dataOf(log.data)
    if (typeof values === 'string') return { kind: 'malformed', event: event.name, fault: values }
    const args = make()
    let next = 0
    for (const [n, { cell, topic }] of places.entries())
      put(args, n, topic && cell !== undefined ? topic.value(own, cell * LANES, log.topics[cell + 1] as Hex, 2) : values[next++])
    return { kind: 'decoded', event: event.name, args }
  }
  return { ...described(layout), read, decode }
}
