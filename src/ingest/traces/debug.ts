// Traces as geth and those after it tell them: nested frames of the callTracer, and the prestateTracer's states before and after.
import type { Hex } from '../../core/flow.ts'
import type { CallKind, StorageWrite } from '../../core/trace.ts'
import { fail, list, type Where } from '../schemas.ts'
import {
  address,
  amount,
  byPlace,
  endOf,
  type Fields,
  fieldsOf,
  gas,
  isUntold,
  NOBODY,
  type RawCall,
  type RawTx,
  selectorOf,
  sizeOf,
  within,
  word,
  ZERO_WORD,
} from './raw.ts'

const KINDS: Readonly<Record<string, CallKind>> = {
  CALL: 'call',
  CALLCODE: 'callcode',
  DELEGATECALL: 'delegatecall',
  STATICCALL: 'staticcall',
  CREATE: 'create',
  CREATE2: 'create',
  SELFDESTRUCT: 'selfdestruct',
}

/** Answers of debug_traceBlockByHash with callTracer and with prestateTracer in diffMode; without the second nothing is written. */
export function readDebugTraces(where: Where, calls: unknown, diffs: unknown | undefined): readonly RawTx[] {
  const ofCalls = list(where, 'the traces', calls)
  const ofDiffs = diffs === undefined ? undefined : list(where, 'the states', diffs)
  if (ofDiffs && ofDiffs.length !== ofCalls.length)
    fail(where, 'the number of states', ofDiffs.length, `${ofCalls.length}, as there are traces`)
  return ofCalls.map((item, n) => {
    const { hash, result } = resultOf(where, item)
    const frames: RawCall[] = []
    frame(where, fieldsOf(where, 'a frame', result), 0, frames)
    if (!ofDiffs) return { txHash: hash, calls: frames, writes: [] }
    const state = resultOf(where, ofDiffs[n])
    if (state.hash !== hash) fail(where, "a state's txHash", state.hash, `${hash}, as the trace says`)
    return { txHash: hash, calls: frames, writes: writesOf(where, fieldsOf(where, 'a state', state.result)) }
  })
}

function resultOf(where: Where, item: unknown): { readonly hash: Hex | undefined; readonly result: unknown } {
  const { txHash, result, error } = fieldsOf(where, 'a trace', item)
  if (error !== undefined && result === undefined) fail(where, 'a trace', error, 'one without error')
  return { hash: txHash === undefined ? undefined : word(where, "a trace's txHash", txHash), result }
}

function frame(where: Where, fields: Fields, depth: number, to: RawCall[]): void {
  const kind = KINDS[String(fields.type)] ?? fail(where, "a frame's type", fields.type, Object.keys(KINDS).join(', '))
  const end = endOf(where, fields.error)
  const made = kind === 'create' && end === 'ok'
  const callee = kind === 'create' && !made ? NOBODY : address(where, "a frame's to", fields.to)
  const moves = kind !== 'delegatecall' && kind !== 'staticcall'
  const call: RawCall = {
    depth: within(where, depth),
    kind,
    from: address(where, "a frame's from", fields.from),
    to: callee,
    selector: kind === 'create' || kind === 'selfdestruct' ? '0x' : selectorOf(where, fields.input),
    value: moves ? amount(where, "a frame's value", fields.value) : '0x0',
    gasUsed: depth === 0 || kind === 'selfdestruct' ? 0 : gas(where, "a frame's gasUsed", fields.gasUsed),
    inputBytes: kind === 'selfdestruct' ? 0 : sizeOf(where, "a frame's input", fields.input),
    end,
    codeBytes: made ? sizeOf(where, "a frame's output", fields.output) : 0,
  }
  if (isUntold(kind, call.to, call.value, depth)) return
  to.push(call)
  if (fields.calls === undefined) return
  for (const below of list(where, "a frame's calls", fields.calls)) frame(where, fieldsOf(where, 'a frame', below), depth + 1, to)
}

/** What stands before and not after became zero; the tracer lists nothing that stayed. */
function writesOf(where: Where, { pre, post }: Fields): readonly StorageWrite[] {
  const before = storageOf(where, fieldsOf(where, 'the state before', pre))
  const after = storageOf(where, fieldsOf(where, 'the state after', post))
  const writes: StorageWrite[] = []
  for (const account of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(account) ?? new Map<Hex, Hex>()
    const is = after.get(account) ?? new Map<Hex, Hex>()
    for (const slot of new Set([...was.keys(), ...is.keys()])) {
      const write = { address: account, slot, before: was.get(slot) ?? ZERO_WORD, after: is.get(slot) ?? ZERO_WORD }
      if (write.before !== write.after) writes.push(write)
    }
  }
  return writes.sort(byPlace)
}

function storageOf(where: Where, accounts: Fields): ReadonlyMap<Hex, ReadonlyMap<Hex, Hex>> {
  const all = new Map<Hex, ReadonlyMap<Hex, Hex>>()
  for (const [name, state] of Object.entries(accounts)) {
    const { storage } = fieldsOf(where, "an account's state", state)
    if (storage === undefined || storage === null) continue
    const slots = Object.entries(fieldsOf(where, "an account's storage", storage))
    all.set(
      address(where, 'an account', name),
      new Map(slots.map(([slot, value]) => [word(where, 'a slot', slot), word(where, "a slot's word", value)])),
    )
  }
  return all
}
