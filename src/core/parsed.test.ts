// A user's slip as a sentence: which key, what stands there, what would be right.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { UserError } from './errors.ts'
import { parsed } from './parsed.ts'

const schema = z.strictObject({ a: z.object({ n: z.number().int().positive() }).array(), s: z.string().min(1).optional() })
const said = (input: unknown): string => {
  try {
    parsed('thing()', input, schema.parse)
    return 'nothing'
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as Error).message
  }
}

describe('parsed', () => {
  test('what fits comes back as the schema makes it', () => {
    expect(parsed('thing()', { a: [{ n: 1 }] }, schema.parse)).toEqual({ a: [{ n: 1 }] })
  })
  test('key, value and what would be right', () => {
    expect(said({ a: [{ n: 1 }, { n: 0 }] })).toBe('thing().a.1.n: got 0; want number to be >0')
    expect(said({})).toBe('thing().a: got nothing; want array')
    expect(said({ a: [], b: 1 })).toContain('want no key "b"')
    expect(said(undefined)).toBe('thing(): got nothing; want object')
  })
  test("an error that is not the schema's own goes on as it is", () => {
    const own = new TypeError('other')
    expect(() =>
      parsed('thing()', 1, () => {
        throw own
      }),
    ).toThrow(own)
  })
})
