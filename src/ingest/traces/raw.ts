// What both kinds of traces are brought to before anything is left out: frames in order and changed slots, each a checked value.
import type { Hex } from '../../core/flow.ts'
import type { CallEnd, CallKind, StorageWrite, TraceCall } from '../../core/trace.ts'
import { fail, type Where } from '../schemas.ts'

/** A frame with what is needed of a create. */
export interface RawCall extends TraceCall {
  readonly codeBytes: number
}

export interface RawTx {
  /** Undefined: the node doesn't say; then its place in the answer counts. */
  readonly txHash: Hex | undefined
  readonly calls: readonly RawCall[]
  readonly writes: readonly StorageWrite[]
}

type Field =
  | ('txHash' | 'result' | 'error' | 'type' | 'from' | 'to' | 'input' | 'value' | 'gas' | 'gasUsed' | 'output' | 'calls')
  | ('pre' | 'post' | 'storage' | 'stateDiff' | 'transactionHash' | '+' | '-' | '*')
  | (
      | 'blockHash'
      | 'traceAddress'
      | 'transactionPosition'
      | 'action'
      | 'callType'
      | 'init'
      | 'address'
      | 'refundAddress'
      | 'balance'
      | 'code'
    )
/** An object of an answer; every field is still to be checked, and each may be missing. */
export type Fields = { readonly [name in Field]?: unknown }

export const NOBODY: Hex = `0x${'0'.repeat(40)}`
export const ZERO_WORD: Hex = `0x${'0'.repeat(64)}`

/** EVMs stop at 1,024 frames below each other; an answer that goes deeper is none. */
const MOST_DEPTH = 1_024

export function fieldsOf(where: Where, what: string, raw: unknown): Fields {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Fields) : fail(where, what, raw, 'an object')
}

export function address(where: Where, what: string, raw: unknown): Hex {
  return typeof raw === 'string' && /^0x[0-9a-fA-F]{40}$/.test(raw) ? lower(raw) : fail(where, what, raw, 'an address')
}

/** Nodes differ in leading zeros of words. */
export function word(where: Where, what: string, raw: unknown): Hex {
  if (typeof raw !== 'string' || !/^0x[0-9a-fA-F]{0,64}$/.test(raw)) return fail(where, what, raw, 'at most 32 bytes of hex')
  return raw.length === 66 ? lower(raw) : `0x${raw.slice(2).toLowerCase().padStart(64, '0')}`
}

/** A quantity without leading zeros; absent is zero. */
export function amount(where: Where, what: string, raw: unknown): Hex {
  if (raw === undefined || raw === null || raw === '0x0') return '0x0'
  if (typeof raw !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(raw)) return fail(where, what, raw, 'a hex quantity')
  return `0x${raw
    .slice(2)
    .replace(/^0+(?=.)/, '')
    .toLowerCase()}`
}

export function gas(where: Where, what: string, raw: unknown): number {
  const number = typeof raw === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(raw) ? Number(raw) : Number.NaN
  return Number.isSafeInteger(number) ? number : fail(where, what, raw, 'a hex quantity')
}

/** Only its ends are looked at: input and code are the bulk of an answer. */
export function sizeOf(where: Where, what: string, raw: unknown): number {
  if (raw === undefined || raw === null) return 0
  if (typeof raw !== 'string' || !raw.startsWith('0x') || raw.length % 2 !== 0) return fail(where, what, raw, 'whole bytes of hex')
  return raw.length / 2 - 1
}

export function selectorOf(where: Where, raw: unknown): Hex {
  if (sizeOf(where, "a frame's input", raw) < 4) return '0x'
  const selector = (raw as string).slice(0, 10)
  return /^0x[0-9a-fA-F]{8}$/.test(selector) ? lower(selector) : fail(where, "a frame's selector", selector, 'hex')
}

/** What a node calls the end of a frame: nothing, some text with "revert" in it, or any other failure. */
export function endOf(where: Where, raw: unknown): CallEnd {
  if (raw === undefined || raw === null || raw === '') return 'ok'
  if (typeof raw !== 'string') return fail(where, "a frame's error", raw, 'a text')
  return /revert/i.test(raw) ? 'reverted' : 'failed'
}

export function within(where: Where, depth: number): number {
  return depth <= MOST_DEPTH ? depth : fail(where, "a frame's depth", depth, `at most ${MOST_DEPTH}`)
}

/** 1 to 0x11 and 0x100: some nodes list calls to them, some don't. */
const PRECOMPILES: ReadonlySet<string> = new Set(
  [...Array.from({ length: 0x11 }, (_, n) => n + 1), 0x100].map((n) => `0x${n.toString(16).padStart(40, '0')}`),
)

/** A call that nodes don't agree to list: to a precompile, moving nothing. */
export const isUntold = (kind: CallKind, to: Hex, value: Hex, depth: number): boolean =>
  depth > 0 && kind !== 'create' && kind !== 'selfdestruct' && value === '0x0' && PRECOMPILES.has(to)

export const byPlace = (a: StorageWrite, b: StorageWrite): number =>
  a.address < b.address ? -1 : a.address > b.address ? 1 : a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0

const lower = (text: string): Hex => text.toLowerCase() as Hex
