import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, canonicalHash, sha256 } from './canonical.ts'
import { BadDataError } from './errors.ts'

type Plain = null | boolean | string | bigint | number | readonly Plain[] | { readonly [key: string]: Plain | undefined }

const key = fc.oneof(fc.constantFrom('a', 'b', 'aa', 'B', '1', '10', '2', 'é', '__proto__'), fc.string({ maxLength: 4, unit: 'binary' }))
const { value } = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.bigInt(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
}))

/** The same value with its members put in the other order. */
function reversed(of: Plain | undefined): Plain | undefined {
  if (Array.isArray(of)) return of.map((v) => reversed(v) as Plain)
  if (typeof of !== 'object' || of === null) return of
  const out = Object.create(null) as Record<string, Plain | undefined>
  for (const [name, member] of Object.entries(of).reverse()) out[name] = reversed(member)
  return out
}

/** What JSON makes of it: bigint as text, no -0. */
function asJson(of: Plain | undefined): unknown {
  if (typeof of === 'bigint') return String(of)
  if (Array.isArray(of)) return of.map(asJson)
  if (typeof of === 'object' && of !== null) {
    const entries = Object.entries(of).filter(([, v]) => v !== undefined)
    return Object.fromEntries(entries.map(([name, v]) => [name, asJson(v)]))
  }
  return Object.is(of, -0) ? 0 : of
}

describe('canonical', () => {
  test('equal values give equal bytes, whatever the order of their members', () => {
    fc.assert(
      fc.property(value, (v) => {
        expect(canonical(reversed(v))).toBe(canonical(v))
        expect(canonical(structuredClone(v))).toBe(canonical(v))
      }),
    )
  })

  test('it is JSON, and says the same value', () => {
    fc.assert(
      fc.property(value, (v) => {
        expect(JSON.parse(canonical(v))).toEqual(asJson(v))
      }),
    )
  })

  test('what it says is encoded to the same text again', () => {
    fc.assert(
      fc.property(value, (v) => {
        expect(canonical(JSON.parse(canonical(v)))).toBe(canonical(v))
      }),
    )
  })

  test('members are sorted at every depth; bigint is decimal text', () => {
    const text = canonical({ b: [{ z: 1, a: -7n }], a: 2n ** 70n, B: 'x"\n' })
    expect(text).toMatchInlineSnapshot(`"{"B":"x\\"\\n","a":"1180591620717411303424","b":[{"a":"-7","z":1}]}"`)
  })

  test('an undefined member is left out; an undefined or missing item of a list is null', () => {
    expect(canonical({ a: undefined, b: null })).toBe('{"b":null}')
    expect(canonical([undefined, 1])).toBe('[null,1]')
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    expect(canonical([1, , 2])).toBe('[1,null,2]')
  })

  test('-0 is 0', () => expect(canonical([-0, { a: -0 }])).toBe('[0,{"a":0}]'))

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is refused, however deep', (bad) => {
    expect(() => canonical({ a: [bad] })).toThrow(BadDataError)
  })

  test.each([
    ['a function', () => 0],
    ['a symbol', Symbol('s')],
    ['a date', new Date(0)],
    ['a map', new Map([[1, 2]])],
    ['bytes', new Uint8Array(3)],
    ['an instance of a class', new BadDataError({ from: 'a', what: 'b', got: 1, want: 'c' })],
  ])('%s has no one plain meaning: refused', (_, bad) => {
    expect(() => canonical({ a: [bad] })).toThrow(BadDataError)
  })
  test('nor has undefined alone', () => expect(() => canonical(undefined)).toThrow(BadDataError))

  test('the hash is SHA-256 of the text', () => {
    expect(canonicalHash({ b: 1, a: 2 })).toBe(sha256('{"a":2,"b":1}'))
    expect(sha256('abc')).toBe('0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
