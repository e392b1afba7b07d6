// A table of one event, made from its signature: detectors name it in `on` like any other, live and over segments of history.
import { type AbiEvent, type ParseAbiItem, parseAbiItem } from 'viem'
import { UserError } from '../core/errors.ts'
import { compileEvent, type Decoder } from '../decode/decoder.ts'
import { defineTable, type Schema, type Table } from '../store/table.ts'

type OwnColumns = {
  /** Row + 1 in `contracts`: who emitted it. */
  readonly contract: 'u32'
  readonly txIndex: 'u32'
  readonly logIndex: 'u32'
}
type Input = { readonly type: string; readonly name?: string }
type InputsOf<T extends string> = ParseAbiItem<T> extends { readonly inputs: infer I extends readonly Input[] } ? I[number] : never
/** Types of one word; the others have no column. */
type OneWord<I extends Input> = I extends { readonly type: `${string}]` | 'bytes' | 'string' | 'tuple' } ? never : I
type Numeric<I extends Input> = I extends { readonly type: `uint${string}` | `int${string}` } ? I : never
type NameOf<I extends Input> = I extends { readonly name: infer N extends string } ? N : never

type WordName<T extends string> = NameOf<OneWord<InputsOf<T>>>
type FloatName<T extends string> = `${NameOf<Numeric<OneWord<InputsOf<T>>>>}F64`

/** What `eventTable` makes of a signature, as columns. */
export type EventSchema<T extends string> = {
  readonly [N in keyof OwnColumns | WordName<T> | FloatName<T>]: N extends keyof OwnColumns
    ? 'u32'
    : N extends FloatName<T>
      ? 'f64'
      : 'word'
}

export interface EventTable<S extends Schema = Schema> extends Table<S> {
  readonly decoder: Decoder
  /** Columns that hold a word of the log, and where it is in the decoder's row. */
  readonly words: readonly { readonly name: string; readonly cell: number }[]
  /** Columns beside them with the nearest float. */
  readonly floats: readonly { readonly name: string; readonly cell: number; readonly signed: boolean }[]
}

/**
 * `eventTable('event Transfer(address indexed from, address indexed to, uint256 value)')`. One row a log, in (transaction, log) order, there
 * for one block. Columns: `contract` (the subject to name), `txIndex`, `logIndex`, one exact word an argument under its name (int in two's
 * complement: `signed`), and `<name>F64` beside each int or uint. Arguments of more than one word, or of no fixed length, have no column.
 * @throws UserError if it isn't the signature of an event, or an argument's name can't be a column's
 */
export function eventTable<const T extends string>(signature: T): EventTable<EventSchema<T>> {
  const event = parsedEvent(signature)
  const decoder = compileEvent(event)
  const columns: Record<string, 'u32' | 'word' | 'f64'> = { contract: 'u32', txIndex: 'u32', logIndex: 'u32' }
  const add = (name: string | undefined, kind: 'word' | 'f64'): string => {
    if (name === undefined || name in columns) throw new UserError(`event ${event.name}`, name, 'arguments with names of their own')
    columns[name] = kind
    return name
  }
  const single = decoder.arguments.flatMap(({ name, type, cell, cells }) =>
    cell === undefined || cells !== 1 || /[\])]$|^tuple/.test(type) || /^(bytes|string)$/.test(type) ? [] : [{ name, type, cell }],
  )
  const words = single.map(({ name, cell }) => ({ name: add(name, 'word'), cell }))
  const floats = single
    .filter(({ type }) => /^u?int/.test(type))
    .map(({ name, type, cell }) => ({ name: add(`${name}F64`, 'f64'), cell, signed: type.startsWith('int') }))
  const table = named(event, () => defineTable(nameOf(decoder), 'event', columns))
  return { ...table, transient: true, decoder, words, floats } as unknown as EventTable<EventSchema<T>>
}

export const isEventTable = (table: Table): table is EventTable => 'decoder' in table

function parsedEvent(signature: string): AbiEvent {
  const item = named({ name: signature }, () => parseAbiItem(signature as 'event E()') as { readonly type: string })
  if (item.type !== 'event') throw new UserError('eventTable()', signature, 'the signature of an event, such as event E(uint256 amount)')
  return item as AbiEvent
}

function named<T>({ name }: { readonly name: string }, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw new UserError(`event ${name}`, cause instanceof Error ? cause.message : cause, 'letters, digits and _ in names, a letter first')
  }
}

/** The same for the same event under the same names: then two detectors share its rows. */
const nameOf = ({ event, topic0, arguments: args }: Decoder): string =>
  [event.name, topic0.slice(2, 10), ...args.map(({ name, indexed }) => `${indexed ? 'i' : ''}${name ?? ''}`)].join('_')
