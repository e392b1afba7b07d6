// Simulation for nodes without eth_simulateV1: each transaction is traced on what those before it changed, and calls see those changes too.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { isSlotCall } from '../../core/words.ts'
import { list, object, readBytes, readWord, type Where } from '../fields.ts'
import { readerAnswer, readerParams } from '../reader.ts'
import type { Rpc } from '../rpc.ts'
import { type Engine, fieldsOf, type Standing } from './engine.ts'
import { callOf, simulatedLog } from './simulate-v1.ts'
import { quantity } from './transaction.ts'

interface Change {
  balance?: Hex
  nonce?: Hex
  code?: Hex
  stateDiff?: Record<Hex, Hex>
}
type Changes = Map<Hex, Change>
type Loose = Readonly<Record<string, unknown>>

const ZERO: Hex = `0x${'0'.repeat(64)}`

/** Needs debug_traceCall with callTracer and prestateTracer, and eth_call with state and block overrides: what geth has. */
export function traces(rpc: Rpc, blockTimeS: number): Engine {
  return {
    name: 'traces',
    async run(on, txs, calls, environment, signal) {
      const { number, timeS, miner, baseFee, random } = fieldsOf(on, environment, blockTimeS)
      const block = {
        number: quantity(number),
        time: quantity(timeS),
        feeRecipient: miner,
        baseFeePerGas: quantity(baseFee),
        ...(random === undefined ? {} : { prevRandao: random }),
      }
      const changes: Changes = new Map()
      const ok: boolean[] = []
      const logs: Log[] = []
      for (const [txIndex, tx] of txs.entries()) {
        const found = await trace(rpc, on, callOf(tx, environment), block, changes, signal)
        ok.push(found.ok)
        for (const entry of found.logs) logs.push(simulatedLog(found.where, entry, tx.hash, txIndex, logs.length))
        merge(changes, found.pre, found.post)
      }
      const views = calls.filter((call) => !isSlotCall(call))
      const [ofViews, ofSlots] = await Promise.all([
        read(rpc, on, views, block, changes, signal),
        Promise.all(calls.filter(isSlotCall).map((call) => slot(rpc, on, call, changes, signal))),
      ])
      const [nextView, nextSlot] = [ofViews[Symbol.iterator](), ofSlots[Symbol.iterator]()]
      const answers = calls.map((call) => (isSlotCall(call) ? nextSlot : nextView).next().value ?? null)
      return { ok, logs, answers }
    },
  }
}

async function trace(rpc: Rpc, on: Standing, call: object, block: object, changes: Changes, signal: AbortSignal) {
  const method = 'debug_traceCall'
  const where: Where = { endpoint: rpc.endpoint, method }
  const ask = (tracer: string, tracerConfig: object) =>
    rpc.request(
      method,
      [call, { blockHash: on.hash }, { tracer, tracerConfig, stateOverrides: overridesOf(changes), blockOverrides: block }],
      signal,
    )
  const [tree, diff] = await Promise.all([ask('callTracer', { withLog: true }), ask('prestateTracer', { diffMode: true })])
  const root = object(where, 'the trace', tree) as Loose
  const { pre, post } = object(where, 'the state', diff) as { readonly pre?: unknown; readonly post?: unknown }
  const failed = root['error'] !== undefined && root['error'] !== null
  return {
    where,
    ok: !failed,
    logs: failed ? [] : logsIn(where, root),
    pre: object(where, 'the state before', pre ?? {}) as Loose,
    post: object(where, 'the state after', post ?? {}) as Loose,
  }
}

/** In the order they were emitted: `position` says before which inner call a log came. What a reverted call emitted is not there. */
function logsIn(where: Where, frame: Loose): readonly unknown[] {
  if (frame['error'] !== undefined && frame['error'] !== null) return []
  const inner = list(where, 'the calls', frame['calls'] ?? [])
  const own = list(where, 'the logs', frame['logs'] ?? []).map((log) => ({ log, at: Number((log as Loose | null)?.['position'] ?? 0) }))
  const out: unknown[] = []
  for (let n = 0; n <= inner.length; n++) {
    for (const { log, at } of own) if (at === n || (n === inner.length && at > n)) out.push(log)
    if (n < inner.length) out.push(...logsIn(where, object(where, 'a call', inner[n]) as Loose))
  }
  return out
}

/** A slot that is in `pre` and not in `post` was set to zero. */
function merge(changes: Changes, pre: Loose, post: Loose): void {
  for (const key of new Set([...Object.keys(pre), ...Object.keys(post)])) {
    const address = key.toLowerCase() as Hex
    const [was, is] = [pre[key] as Loose | undefined, post[key] as Loose | undefined]
    if (is === undefined) continue // read only, or gone; what destroyed itself is rare enough to be missed
    const change = changes.get(address) ?? {}
    if (typeof is['balance'] === 'string') change.balance = is['balance'] as Hex
    if (typeof is['nonce'] === 'number') change.nonce = quantity(is['nonce'])
    if (typeof is['code'] === 'string') change.code = is['code'] as Hex
    const before = (was?.['storage'] ?? {}) as Readonly<Record<Hex, Hex>>
    const after = (is['storage'] ?? {}) as Readonly<Record<Hex, Hex>>
    const slots = Object.keys({ ...before, ...after }) as Hex[]
    if (slots.length > 0) change.stateDiff ??= {}
    for (const slot of slots) (change.stateDiff as Record<Hex, Hex>)[slot] = after[slot] ?? ZERO
    changes.set(address, change)
  }
}

const overridesOf = (changes: Changes): Record<Hex, Change> => Object.fromEntries(changes)

async function slot(rpc: Rpc, on: Standing, { to, data }: Call, changes: Changes, signal: AbortSignal): Promise<Hex> {
  const changed = changes.get(to)?.stateDiff?.[data]
  if (changed !== undefined) return changed
  const method = 'eth_getStorageAt'
  return readWord({ endpoint: rpc.endpoint, method }, 'the slot', await rpc.request(method, [to, data, { blockHash: on.hash }], signal))
}

async function read(rpc: Rpc, on: Standing, views: readonly Call[], block: object, changes: Changes, signal: AbortSignal) {
  if (views.length === 0) return []
  const [call, at, reader] = readerParams(views, on.hash)
  const where = { endpoint: rpc.endpoint, method: 'eth_call' }
  const raw = await rpc.request('eth_call', [call, at, { ...overridesOf(changes), ...(reader as object) }, block], signal)
  return readerAnswer(where, readBytes(where, 'the result', raw), views.length).answers.map(({ ok, data }) => (ok ? data : null))
}
