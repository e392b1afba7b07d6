// Fields of an answer, each looked at before it is believed; what is wrong fails with who said it, what it was, and what was wanted.
import { BadDataError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'

/** Whose answer to what is being read: the errors name both. */
export interface Where {
  readonly endpoint: string
  readonly method: string
}

type Field =
  | ('number' | 'hash' | 'parentHash' | 'timestamp' | 'logsBloom' | 'transactions')
  | ('blockNumber' | 'blockHash' | 'transactionIndex' | 'transactionHash' | 'logs')
  | ('address' | 'topics' | 'data' | 'logIndex' | 'removed')
  | ('gasUsed' | 'calls' | 'status' | 'returnData' | 'error' | 'message')
export type Fields = { readonly [name in Field]?: unknown }

export function readBytes(where: Where, what: string, raw: unknown): Hex {
  const bytes = matching(where, what, raw, HEX, 'whole bytes of hex')
  return bytes.length % 2 === 0 ? bytes : fail(where, what, raw, 'whole bytes of hex')
}

export function readWord(where: Where, what: string, raw: unknown): Hex {
  return word(where, what, raw)
}

/** undefined: it isn't one. For what nothing rests on. */
export function maybeQuantity(raw: unknown): number | undefined {
  const number = typeof raw === 'string' && QUANTITY.test(raw) ? Number(raw) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}

export function quantity(where: Where, what: string, raw: unknown): number {
  return maybeQuantity(raw) ?? fail(where, what, raw, 'a hex quantity')
}

/** An object whose fields are still to be checked, each of which may be missing. */
export function object(where: Where, what: string, raw: unknown): Fields {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return fail(where, what, raw, 'an object')
  return raw
}

export function list(where: Where, what: string, raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : fail(where, what, raw, 'a list')
}

/** Always a failure that may pass: another answer, or another node, can be right. */
export function fail(where: Where, what: string, got: unknown, want: string): never {
  throw new BadDataError({ from: where.endpoint, what: `${what} (${where.method})`, got, want, retryable: true })
}

const WORD = /^0x[0-9a-fA-F]{64}$/
const HEX = /^0x[0-9a-fA-F]*$/
/** A leading zero is against the specification, but some nodes send it and it means no other number. */
const QUANTITY = /^0x[0-9a-fA-F]{1,16}$/

export const word = (where: Where, what: string, raw: unknown): Hex => matching(where, what, raw, WORD, '32 bytes of hex')

export function matching(where: Where, what: string, raw: unknown, pattern: RegExp, want: string): Hex {
  return typeof raw === 'string' && pattern.test(raw) ? (raw.toLowerCase() as Hex) : fail(where, what, raw, want)
}

export function same(where: Where, what: string, raw: unknown, want: string): void {
  if (raw !== want && (typeof raw !== 'string' || raw.toLowerCase() !== want)) fail(where, what, raw, want)
}
