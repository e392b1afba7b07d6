// Traces as Erigon, Nethermind, reth and anvil tell them in the parity way: flat frames with their place, and state diffs.
import type { Hex } from '../../core/flow.ts'
import type { CallKind, StorageWrite } from '../../core/trace.ts'
import { fail, type Header, list, type Where } from '../schemas.ts'
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

const CALL_KINDS: Readonly<Record<string, CallKind>> = {
  call: 'call',
  callcode: 'callcode',
  delegatecall: 'delegatecall',
  staticcall: 'staticcall',
}

/** Answers of trace_block and of trace_replayBlockTransactions with stateDiff; without the second nothing is written. */
export function readParityTraces(where: Where, flat: unknown, diffs: unknown | undefined, header: Header): readonly RawTx[] {
  const txs: { readonly txHash: Hex; readonly calls: RawCall[] }[] = []
  let place: readonly number[] = []
  /** Depth of a frame that was left out, and all below it. */
  let untold = Number.POSITIVE_INFINITY
  for (const item of list(where, 'the traces', flat)) {
    const fields = fieldsOf(where, 'a trace', item)
    const hash = word(where, "a trace's blockHash", fields.blockHash)
    if (hash !== header.hash) fail(where, "a trace's blockHash", hash, header.hash)
    if (fields.type === 'reward') continue
    const txHash = word(where, "a trace's transactionHash", fields.transactionHash)
    const at = placeOf(where, fields.traceAddress)
    if (txs.at(-1)?.txHash !== txHash) {
      if (at.length !== 0) fail(where, 'the first trace of a transaction', at.join(), 'its outermost frame')
      if (fields.transactionPosition !== txs.length)
        fail(where, "a trace's transactionPosition", fields.transactionPosition, String(txs.length))
      txs.push({ txHash, calls: [] })
    } else if (!follows(place, at)) fail(where, "a trace's traceAddress", at.join(), `one that follows ${place.join()}`)
    place = at
    if (at.length > untold) continue
    untold = Number.POSITIVE_INFINITY
    const call = frameOf(where, fields, at.length)
    if (isUntold(call.kind, call.to, call.value, at.length)) untold = at.length
    else (txs.at(-1) as { calls: RawCall[] }).calls.push(call)
  }
  const states = diffs === undefined ? undefined : list(where, 'the state diffs', diffs)
  if (states && states.length !== txs.length) fail(where, 'the number of state diffs', states.length, `${txs.length}, as there are traces`)
  return txs.map(({ txHash, calls }, n) => ({ txHash, calls, writes: states ? writesOf(where, states[n], txHash) : [] }))
}

function placeOf(where: Where, raw: unknown): readonly number[] {
  const place = list(where, "a trace's traceAddress", raw)
  if (place.some((n) => !Number.isInteger(n) || (n as number) < 0)) fail(where, "a trace's traceAddress", raw, 'whole numbers')
  within(where, place.length)
  return place as readonly number[]
}

/** In the order in which frames begin: the first one below, or the next one beside the last or beside one above it. */
function follows(before: readonly number[], at: readonly number[]): boolean {
  if (at.length === 0 || at.length > before.length + 1) return false
  const last = at.length - 1
  for (let n = 0; n < last; n++) if (at[n] !== before[n]) return false
  return at[last] === (last === before.length ? 0 : (before[last] as number) + 1)
}

function frameOf(where: Where, fields: Fields, depth: number): RawCall {
  const action = fieldsOf(where, "a trace's action", fields.action)
  const end = endOf(where, fields.error)
  const result = fields.result === undefined || fields.result === null ? undefined : fieldsOf(where, "a trace's result", fields.result)
  if (fields.type === 'suicide' || fields.type === 'selfdestruct')
    return {
      depth,
      kind: 'selfdestruct',
      from: address(where, "a trace's address", action.address),
      to: address(where, "a trace's refundAddress", action.refundAddress),
      selector: '0x',
      value: amount(where, "a trace's balance", action.balance),
      gasUsed: 0,
      inputBytes: 0,
      end,
      codeBytes: 0,
    }
  const isCreate = fields.type === 'create'
  const kind: CallKind = isCreate
    ? 'create'
    : fields.type === 'call'
      ? (CALL_KINDS[String(action.callType)] ?? fail(where, "a trace's callType", action.callType, Object.keys(CALL_KINDS).join(', ')))
      : fail(where, "a trace's type", fields.type, 'call, create, suicide or reward')
  const input = isCreate ? action.init : action.input
  const made = isCreate && end === 'ok'
  // a frame that failed without a result used up all it was given
  const used = result?.gasUsed ?? (end === 'ok' ? undefined : action.gas)
  const moves = kind !== 'delegatecall' && kind !== 'staticcall'
  return {
    depth,
    kind,
    from: address(where, "a trace's from", action.from),
    to: isCreate ? (made ? address(where, "a trace's address", result?.address) : NOBODY) : address(where, "a trace's to", action.to),
    selector: isCreate ? '0x' : selectorOf(where, input),
    value: moves ? amount(where, "a trace's value", action.value) : '0x0',
    gasUsed: depth === 0 ? 0 : gas(where, "a trace's gasUsed", used),
    inputBytes: sizeOf(where, "a trace's input", input),
    end,
    codeBytes: made ? sizeOf(where, "a trace's code", result?.code) : 0,
  }
}

function writesOf(where: Where, item: unknown, txHash: Hex): readonly StorageWrite[] {
  const { stateDiff, transactionHash } = fieldsOf(where, 'a state diff', item)
  if (transactionHash !== undefined && transactionHash !== null) {
    const hash = word(where, "a state diff's transactionHash", transactionHash)
    if (hash !== txHash) fail(where, "a state diff's transactionHash", hash, txHash)
  }
  const writes: StorageWrite[] = []
  for (const [name, state] of Object.entries(fieldsOf(where, 'a stateDiff', stateDiff))) {
    const { storage } = fieldsOf(where, "an account's diff", state)
    if (storage === undefined || storage === null) continue
    for (const [slot, change] of Object.entries(fieldsOf(where, "an account's storage", storage))) {
      const [before, after] = changeOf(where, change)
      if (before !== after) writes.push({ address: address(where, 'an account', name), slot: word(where, 'a slot', slot), before, after })
    }
  }
  return writes.sort(byPlace)
}

function changeOf(where: Where, raw: unknown): readonly [Hex, Hex] {
  if (raw === '=') return [ZERO_WORD, ZERO_WORD]
  const change = fieldsOf(where, "a slot's change", raw)
  if (change['+'] !== undefined) return [ZERO_WORD, word(where, "a slot's word", change['+'])]
  if (change['-'] !== undefined) return [word(where, "a slot's word", change['-']), ZERO_WORD]
  const { from, to } = fieldsOf(where, "a slot's change", change['*'])
  return [word(where, "a slot's word before", from), word(where, "a slot's word after", to)]
}
