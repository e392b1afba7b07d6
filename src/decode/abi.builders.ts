// Random ABI events with values of their types, and their logs as viem encodes them.
import fc from 'fast-check'
import { type AbiEvent, type AbiParameter, encodeAbiParameters, encodeEventTopics, getAddress, type Hex } from 'viem'
import type { RawLog } from './decoder.ts'

interface Typed {
  readonly param: AbiParameter
  readonly value: fc.Arbitrary<unknown>
}
export interface Sample {
  readonly event: AbiEvent
  readonly values: readonly unknown[]
  readonly log: RawLog
}

const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`
const bytesOf = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength }).map(hexOf)
const size = fc.integer({ min: 1, max: 32 })
const number = (min: bigint, max: bigint, bits: number) =>
  fc.oneof(fc.constantFrom(min, max, 0n), fc.bigInt({ min, max })).map((n) => (bits > 48 ? n : Number(n)))

const leaf: fc.Arbitrary<Typed> = fc.oneof(
  size.map((n) => ({ param: { type: `uint${8 * n}` }, value: number(0n, 2n ** BigInt(8 * n) - 1n, 8 * n) })),
  size.map((n) => {
    const half = 2n ** BigInt(8 * n - 1)
    return { param: { type: `int${8 * n}` }, value: number(-half, half - 1n, 8 * n) }
  }),
  size.map((n) => ({ param: { type: `bytes${n}` }, value: bytesOf(n, n) })),
  fc.constant({ param: { type: 'address' }, value: bytesOf(20, 20).map((a) => getAddress(a)) }),
  fc.constant({ param: { type: 'bool' }, value: fc.boolean() }),
)
const dynamicLeaf: fc.Arbitrary<Typed> = fc.oneof(
  fc.constant({ param: { type: 'bytes' }, value: bytesOf(0, 70) }),
  fc.constant({ param: { type: 'string' }, value: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
)

const listOf = ({ param, value }: Typed): Typed => ({
  param: { ...param, type: `${param.type}[]` },
  value: fc.array(value, { maxLength: 3 }),
})
const arrayOf = ({ param, value }: Typed, length: number): Typed => ({
  param: { ...param, type: `${param.type}[${length}]` },
  value: fc.array(value, { minLength: length, maxLength: length }),
})
function tupleOf(parts: readonly Typed[], named: boolean): Typed {
  const components = parts.map(({ param }, n) => (named ? { ...param, name: `part${n}` } : param))
  const values = fc.tuple(...parts.map(({ value }) => value))
  return {
    param: { type: 'tuple', components },
    value: named ? values.map((all) => Object.fromEntries(all.map((v, n) => [`part${n}`, v]))) : values,
  }
}

function typed(depth: number, leaves: fc.Arbitrary<Typed>, dynamic: boolean): fc.Arbitrary<Typed> {
  if (depth === 0) return leaves
  const inner = typed(depth - 1, leaves, dynamic)
  return fc.oneof(
    { weight: 4, arbitrary: leaves },
    { weight: 1, arbitrary: fc.tuple(inner, fc.integer({ min: 1, max: 3 })).map(([of, length]) => arrayOf(of, length)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.array(inner, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([of, named]) => tupleOf(of, named)),
    },
    ...(dynamic ? [{ weight: 1, arbitrary: inner.map(listOf) }] : []),
  )
}
const staticType = typed(2, leaf, false)
const anyType = typed(2, fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: dynamicLeaf }), true)

/** Topics of arrays and tuples, which viem doesn't encode, are any hash. */
function logOf(event: AbiEvent, values: readonly unknown[], hash: Hex): RawLog {
  const pairs = event.inputs.map((input, n) => ({ input, value: values[n] }))
  const inData = pairs.filter(({ input }) => !input.indexed)
  const isHashed = (type: string) => type === 'tuple' || type.endsWith(']')
  const topics = [
    ...encodeEventTopics({ abi: [{ ...event, inputs: event.inputs.map((i) => ({ ...i, indexed: false })) }], eventName: event.name }),
    ...pairs
      .filter(({ input }) => input.indexed)
      .map(({ input, value }) => {
        if (isHashed(input.type)) return hash
        const one: AbiEvent = { type: 'event', name: 'One', inputs: [{ ...input, name: 'it', indexed: true }] }
        return encodeEventTopics({ abi: [one], eventName: 'One', args: { it: value } as never })[1] as Hex
      }),
  ] as Hex[]
  return {
    topics,
    data: encodeAbiParameters(
      inData.map(({ input }) => input),
      inData.map(({ value }) => value),
    ),
  }
}

const samples = (type: fc.Arbitrary<Typed>): fc.Arbitrary<Sample> =>
  fc
    .record({
      parts: fc.array(fc.tuple(type, fc.boolean()), { maxLength: 6 }),
      named: fc.boolean(),
      hash: bytesOf(32, 32),
    })
    .chain(({ parts, named, hash }) => {
      let topics = 0
      const inputs = parts.map(([{ param }, wish], n) => {
        const indexed = wish && topics < 3
        if (indexed) topics += 1
        return named ? { ...param, name: `arg${n}`, indexed } : { ...param, indexed }
      })
      const event: AbiEvent = { type: 'event', name: 'Thing', inputs }
      return fc.tuple(...parts.map(([{ value }]) => value)).map((values) => ({ event, values, log: logOf(event, values, hash) }))
    })

export const staticSample = samples(staticType)
export const anySample = samples(anyType)
