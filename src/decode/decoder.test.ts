// Compiled decoders against viem's, on random events of all types, and on data that is not what it should be.
import fc from 'fast-check'
import { type AbiEvent, decodeEventLog, encodeAbiParameters, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { anySample, type Sample, staticSample } from './abi.builders.ts'
import { compileEvent, type RawLog } from './decoder.ts'
import { bigintAt, LANES } from './lanes.ts'

const ADDRESS = /^0x[0-9a-fA-F]{40}$/
/** viem's addresses are in mixed case. */
function lower(value: unknown): unknown {
  if (typeof value === 'string') return ADDRESS.test(value) ? value.toLowerCase() : value
  if (Array.isArray(value)) return value.map(lower)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, lower(v)]))
  return value
}
const viemArgs = (event: AbiEvent, { topics, data }: RawLog): unknown =>
  lower(decodeEventLog({ abi: [event], topics: topics as [Hex, ...Hex[]], data }).args ?? {})
/** The data of values as we gave them: what a strict reader must have seen. */
function encodedAgain(event: AbiEvent, args: object): Hex {
  const all = Object.values(Array.isArray(args) ? { ...args } : args) as unknown[]
  const named = event.inputs.map((input, n) => ({
    input,
    value: Array.isArray(args) ? all[n] : (args as Record<string, unknown>)[input.name ?? ''],
  }))
  const inData = named.filter(({ input }) => !input.indexed)
  return encodeAbiParameters(
    inData.map(({ input }) => input),
    inData.map(({ value }) => value),
  )
}
/** Both forms must say the same of it; gives the values, or the fault. */
function both(event: AbiEvent, log: RawLog): object | string {
  const decoder = compileEvent(event)
  const row = new Uint32Array(decoder.cells * LANES + 2 * LANES)
  const fault = decoder.read(log, row, LANES)
  const decoded = decoder.decode(log)
  expect(decoded.kind === 'malformed' ? decoded.fault : undefined).toBe(fault)
  if (decoded.kind === 'malformed') return decoded.fault
  // nothing is written beside the row
  expect([...row.subarray(0, LANES), ...row.subarray(row.length - LANES)].every((lane) => lane === 0)).toBe(true)
  return decoded.args
}
const wordsOf = (data: Hex): readonly bigint[] =>
  Array.from({ length: (data.length - 2) / 64 }, (_, n) => BigInt(`0x${data.slice(2 + n * 64, 66 + n * 64)}`))

describe('equal to viem', () => {
  const law = (sample: Sample): void => {
    expect(both(sample.event, sample.log)).toEqual(viemArgs(sample.event, sample.log))
  }
  test('static types', () => fc.assert(fc.property(staticSample, law), { numRuns: 500 }))
  test('all types', () => fc.assert(fc.property(anySample, law), { numRuns: 500 }))

  test('rows hold the words of topics and data as they are', () => {
    fc.assert(
      fc.property(staticSample, ({ event, log }) => {
        const decoder = compileEvent(event)
        const row = new Uint32Array(decoder.cells * LANES)
        expect(decoder.read(log, row)).toBeUndefined()
        const want = [...log.topics.slice(1).map(BigInt), ...wordsOf(log.data)]
        expect(Array.from({ length: decoder.cells }, (_, n) => bigintAt(row, n * LANES))).toEqual(want)
        expect(decoder.arguments.reduce((sum, { cells }) => sum + cells, 0)).toBe(decoder.cells)
      }),
    )
  })

  test('beside dynamic values, static ones are in the row at the cell of their argument', () => {
    const event: AbiEvent = {
      type: 'event',
      name: 'Mixed',
      inputs: [
        { name: 'a', type: 'string' },
        { name: 'b', type: 'uint256[2]' },
        { name: 'c', type: 'int8', indexed: true },
        { name: 'd', type: 'bytes' },
        { name: 'e', type: 'bool' },
      ],
    }
    const decoder = compileEvent(event)
    const data = encodeAbiParameters(
      event.inputs.filter((i) => !i.indexed),
      ['hello', [7n, 8n], '0x1234', true],
    )
    const row = new Uint32Array(decoder.cells * LANES)
    expect(decoder.read({ topics: [decoder.topic0, `0x${'f'.repeat(64)}`], data }, row)).toBeUndefined()
    expect(decoder.arguments.map(({ name, cell, cells }) => [name, cell, cells])).toEqual([
      ['a', undefined, 0],
      ['b', 1, 2],
      ['c', 0, 1],
      ['d', undefined, 0],
      ['e', 3, 1],
    ])
    expect([0, 1, 2, 3].map((cell) => bigintAt(row, cell * LANES))).toEqual([2n ** 256n - 1n, 7n, 8n, 1n])
  })
})

describe('malformed data', () => {
  const cut = fc.record({ kind: fc.constant('cut' as const), at: fc.nat() })
  const more = fc.record({ kind: fc.constant('more' as const), hex: fc.stringMatching(/^([0-9a-f]{2}){1,64}$/) })
  const digit = fc.record({ kind: fc.constant('digit' as const), at: fc.nat(), to: fc.constantFrom(...'0123456789abcdefF') })
  const word = fc.record({ kind: fc.constant('word' as const), at: fc.nat(), value: fc.oneof(fc.nat(300), fc.constant(2 ** 31)) })
  function mutated(data: Hex, by: { kind: string; at?: number; hex?: string; to?: string; value?: number }): Hex {
    const length = data.length - 2
    if (by.kind === 'more') return `${data}${by.hex}`
    if (length === 0) return data
    const at = 2 + ((by.at ?? 0) % length)
    if (by.kind === 'cut') return data.slice(0, at) as Hex
    if (by.kind === 'digit') return `${data.slice(0, at)}${by.to}${data.slice(at + 1)}` as Hex
    const start = 2 + Math.floor((at - 2) / 64) * 64
    return `${data.slice(0, start)}${(by.value ?? 0).toString(16).padStart(64, '0')}${data.slice(start + 64)}` as Hex
  }

  test('is a fault, or else its values encode to just these bytes again', () => {
    let faults = 0
    let taken = 0
    fc.assert(
      fc.property(anySample, fc.array(fc.oneof(cut, more, digit, word), { minLength: 1, maxLength: 3 }), ({ event, log }, changes) => {
        const data = changes.reduce(mutated, log.data)
        const got = both(event, { ...log, data })
        if (typeof got === 'string') faults += 1
        else {
          taken += 1
          expect(encodedAgain(event, got)).toBe(data.toLowerCase())
        }
      }),
      { numRuns: 2_000 },
    )
    expect(faults).toBeGreaterThan(100)
    expect(taken).toBeGreaterThan(100)
  })

  test('any text at all is never a throw', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 70 }), fc.string({ unit: 'binary', minLength: 66, maxLength: 66 }))
    fc.assert(
      fc.property(anySample, text, fc.array(text, { maxLength: 5 }), ({ event, log }, data, topics) => {
        if (data !== '0x') expect(typeof both(event, { topics: log.topics, data: data as Hex })).toBe('string')
        expect(typeof both(event, { topics: topics as Hex[], data: log.data })).toBe('string')
      }),
    )
  })

  const W = (hex: string) => hex.padStart(64, '0')
  const one = (type: string) => compileEvent({ type: 'event', name: 'One', inputs: [{ name: 'it', type }] })
  const faultOf = (type: string, ...words: readonly string[]) => {
    const decoder = one(type)
    const got = decoder.decode({ topics: [decoder.topic0], data: `0x${words.join('')}` })
    return got.kind === 'malformed' ? got.fault : (got.args as { it: unknown }).it
  }
  const neg = (low: string) => low.padStart(64, 'f')

  test('exactly at the limit of each type, and one bit past it', () => {
    expect(faultOf('uint8', W('ff'))).toBe(255)
    expect(faultOf('uint8', W('100'))).toBe('dirty-uint')
    expect(faultOf('uint32', W('ffffffff'))).toBe(2 ** 32 - 1)
    expect(faultOf('uint32', W('100000000'))).toBe('dirty-uint')
    expect(faultOf('uint248', `01${'0'.repeat(62)}`)).toBe('dirty-uint')
    expect(faultOf('int8', neg('80'))).toBe(-128)
    expect(faultOf('int8', W('80'))).toBe('dirty-int')
    expect(faultOf('int8', neg('7f'))).toBe('dirty-int')
    expect(faultOf('int32', neg('80000000'))).toBe(-(2 ** 31))
    expect(faultOf('int32', W('80000000'))).toBe('dirty-int')
    expect(faultOf('int48', neg('800000000000'))).toBe(-(2 ** 47))
    expect(faultOf('address', W('f'.repeat(40)))).toBe(`0x${'f'.repeat(40)}`)
    expect(faultOf('address', W(`1${'0'.repeat(40)}`))).toBe('dirty-address')
    expect(faultOf('bool', W('1'))).toBe(true)
    expect(faultOf('bool', W('2'))).toBe('dirty-bool')
    expect(faultOf('bytes4', `12345678${'0'.repeat(56)}`)).toBe('0x12345678')
    expect(faultOf('bytes4', `1234567800${'0'.repeat(53)}1`)).toBe('dirty-bytes')
    expect(faultOf('bytes31', `${'0'.repeat(62)}01`)).toBe('dirty-bytes')
    expect(faultOf('function', `${'ab'.repeat(24)}${'0'.repeat(16)}`)).toBe(`0x${'ab'.repeat(24)}`)
  })

  test('too short, too long, no hex', () => {
    expect(faultOf('uint256')).toBe('short')
    expect(faultOf('uint256', W('1').slice(1))).toBe('short')
    expect(faultOf('uint256', W('1'), '00')).toBe('long')
    expect(faultOf('uint256', `${'0'.repeat(63)}g`)).toBe('not-hex')
    // its low byte is that of 0, and some readers look at no more
    expect(faultOf('uint256', `${'0'.repeat(63)}\u0130`)).toBe('not-hex')
    expect(faultOf('uint256', `${'0'.repeat(61)}\u20ac`)).toBe('short')
  })

  test('dynamic values anywhere but in their place', () => {
    expect(faultOf('string', W('20'), W('2'), '6869'.padEnd(64, '0'))).toBe('hi')
    expect(faultOf('string', W('40'), W('0'), W('2'), '6869'.padEnd(64, '0'))).toBe('offset')
    expect(faultOf('string', W('0'))).toBe('offset')
    expect(faultOf('string', W('20'), W('2'), '686901'.padEnd(64, '0'))).toBe('dirty-bytes')
    expect(faultOf('string', W('20'), W('2'), 'c328'.padEnd(64, '0'))).toBe('not-utf8')
    expect(faultOf('string', W('20'), W('0'), W('0'))).toBe('long')
    expect(faultOf('string', W('20'), W('21'), W('0'))).toBe('short')
    expect(faultOf('string', W('20'), W('3'), 'efbbbf'.padEnd(64, '0'))).toBe('\ufeff')
    expect(faultOf('bytes', W('20'), 'f'.repeat(64))).toBe('short')
    expect(faultOf('uint8[]', W('20'), W('2'), W('1'), W('100'))).toBe('dirty-uint')
    expect(faultOf('uint8[]', W('20'), W('ffffffff'), W('1'))).toBe('short')
    // both elements share one tail
    expect(faultOf('bytes[]', W('20'), W('2'), W('40'), W('40'), W('0'))).toBe('offset')
  })

  test('topics: another event, too few, too many, dirty, cut', () => {
    const event: AbiEvent = { type: 'event', name: 'One', inputs: [{ name: 'it', type: 'address', indexed: true }] }
    const { topic0, decode } = compileEvent(event)
    const fault = (...topics: readonly string[]) => decode({ topics: topics as Hex[], data: '0x' })
    expect(fault()).toMatchObject({ fault: 'topic0' })
    expect(fault(`0x${W('1')}`, `0x${W('1')}`)).toMatchObject({ fault: 'topic0' })
    expect(fault(topic0)).toMatchObject({ fault: 'topics' })
    expect(fault(topic0, `0x${W('1')}`, `0x${W('1')}`)).toMatchObject({ fault: 'topics' })
    expect(fault(topic0, '0x01')).toMatchObject({ fault: 'not-hex' })
    expect(fault(topic0, `0x${neg('1')}`)).toMatchObject({ fault: 'dirty-address' })
    expect(fault(topic0, `0x${W('1')}`)).toMatchObject({ kind: 'decoded', args: { it: `0x${'1'.padStart(40, '0')}` } })
  })
})

describe('what is no event of an ABI', () => {
  const compile = (type: string, rest = {}) => compileEvent({ type: 'event', name: 'One', inputs: [{ name: 'it', type }], ...rest })
  test.each(['uint', 'uint7', 'uint264', 'int0', 'bytes33', 'bytes0', 'fixed128x18', 'uint256[0]', 'uint256[9999][9999]', 'tuple', 'x'])(
    '%s is refused',
    (type) => expect(() => compile(type)).toThrow(/ABI type/),
  )
  test('so is an anonymous event', () => expect(() => compile('bool', { anonymous: true })).toThrow(/anonymous/))
  test('a row that is too short is our own fault, and a throw', () => {
    const { read, topic0 } = compile('bool')
    expect(() => read({ topics: [topic0], data: `0x${'0'.repeat(64)}` }, new Uint32Array(LANES), 1)).toThrow(RangeError)
  })
  test('names that would not be properties give an array', () => {
    const { decode, topic0 } = compileEvent({ type: 'event', name: 'One', inputs: [{ name: '__proto__', type: 'bool' }] })
    expect(decode({ topics: [topic0], data: `0x${'1'.padStart(64, '0')}` })).toMatchObject({ args: [true] })
  })
})
