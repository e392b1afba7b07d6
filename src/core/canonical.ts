// One canonical encoding: sorted keys, bigint as decimal string, no NaN, so that equal values have equal bytes and hashes.
import { createHash } from 'node:crypto'
import { BadDataError } from './errors.ts'
import type { Hex } from './flow.ts'

/** What a value of a class is as plain data. */
export const PLAIN: unique symbol = Symbol('plain')
export interface Plain {
  [PLAIN](): object
}

/** Text of a plain value. Undefined members are left out, as in JSON; anything without one plain meaning throws. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return `"${value}"`
    case 'number':
      if (!Number.isFinite(value))
        throw new BadDataError({ from: 'canonical encoding', what: 'a number', got: String(value), want: 'a finite number' })
      return Object.is(value, -0) ? '0' : JSON.stringify(value)
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${Array.from(value, (v) => canonical(v === undefined ? null : v)).join(',')}]`
      if (!isPlain(value)) {
        if (PLAIN in value) return canonical((value as Plain)[PLAIN]())
        throw new BadDataError({ from: 'canonical encoding', what: 'a value', got: value.constructor.name, want: 'plain data' })
      }
      return canonicalObject(value as Readonly<Record<string, unknown>>)
    default:
      throw new BadDataError({ from: 'canonical encoding', what: 'a value', got: typeof value, want: 'plain data' })
  }
}

/** SHA-256 of the canonical text. */
export function canonicalHash(value: unknown): Hex {
  return sha256(canonical(value))
}

export function sha256(data: string | Uint8Array): Hex {
  return `0x${createHash('sha256').update(data).digest('hex')}`
}

/** An object literal, of whatever realm: not a Map or a Date, whose members don't say what they are. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function canonicalObject(value: Readonly<Record<string, unknown>>): string {
  const parts: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) parts.push(`${JSON.stringify(key)}:${canonical(member)}`)
  }
  return `{${parts.join(',')}}`
}
