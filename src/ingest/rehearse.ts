// Tries a queued operation on the state of a block, at a time at which it may be executed: every watched value before it and after it.
import { UnreachableError } from '../core/errors.ts'
import type { Call, Hex, Input, Rehearsal, RehearsedLog, RehearsedValue } from '../core/flow.ts'
import { isSlotCall } from '../core/words.ts'
import { isUnsupported } from './errors.ts'
import { fail, list, object, readBytes, readWord, type Where } from './fields.ts'
import type { LastingRpc } from './lasting-rpc.ts'
import { readerAnswer, readerParams } from './reader.ts'
import { notTried, rehearseByCall } from './rehearse-by-call.ts'
import { revertName } from './revert-name.ts'
import type { Rpc } from './rpc.ts'

type Rehearsed = Extract<Input, { kind: 'rehearsed' }>

/** SLOAD of the slot in the calldata: lent to an address, it tells its storage as an operation left it. */
const SLOT_READER: Hex = '0x5f35545f5260205ff3'
/** Enough for the dear views of some fifty accounts, and within a block with the operation between. */
const READS_GAS = 15_000_000

/**
 * Throws what a request throws; whoever asks decides whether to ask again. An endpoint without eth_simulateV1 is asked by one eth_call,
 * which shows less; one that can't do that either is told as such, not thrown.
 */
export async function rehearse(lasting: LastingRpc, question: Rehearsal, signal?: AbortSignal): Promise<Rehearsed> {
  if (question.calls.length === 0) return notTried(question, 'its calldata is not known in full')
  const rpc = await lasting.connection()
  try {
    return await simulate(rpc, question, signal)
  } catch (error) {
    if (error instanceof UnreachableError) lasting.failed(rpc)
    if (isUnsupported(error)) return rehearseByCall(rpc, question, signal)
    throw error
  }
}

async function simulate(rpc: Rpc, question: Rehearsal, signal: AbortSignal | undefined): Promise<Rehearsed> {
  const { chainId, onHash, timelock, atS, calls, watchpoints, operation, run, topics } = question
  const views = watchpoints.filter(({ call }) => !isSlotCall(call)).map(({ call }) => call)
  const slots = watchpoints.filter(({ call }) => isSlotCall(call)).map(({ call }) => call)
  const [ask, , lent] = readerParams(views, onHash) as [Call, unknown, unknown]
  const read = { from: timelock, ...ask, gas: `0x${READS_GAS.toString(16)}` }
  const steps = calls.map(({ to, data, value }) => ({ from: timelock, to, data, value: `0x${value.toString(16)}` }))
  const blocks = [
    { blockOverrides: { time: `0x${atS.toString(16)}` }, stateOverrides: lent, calls: [read, ...steps, read] },
    // the code that tells slots comes after everything, so that nothing of the operation ever runs it
    ...(slots.length > 0
      ? [{ stateOverrides: slotReaders(slots), calls: slots.map(({ to, data }) => ({ from: timelock, to, data })) }]
      : []),
  ]
  const at = { blockHash: onHash }
  const where = { endpoint: rpc.endpoint, method: 'eth_simulateV1' }
  const [raw, slotsBefore] = await Promise.all([
    rpc.request('eth_simulateV1', [{ blockStateCalls: blocks, validation: false }, at], signal),
    Promise.all(slots.map((slot) => slotAt(rpc, slot, at, signal))),
  ])
  const results = list(where, 'the blocks', raw).map((block) => list(where, 'the calls', object(where, 'a block', block)['calls']))
  const [first = [], second = []] = results
  if (first.length !== steps.length + 2 || second.length !== slots.length)
    fail(where, 'the number of calls', first.length + second.length, `${steps.length + 2 + slots.length}, as asked`)
  const done = first.map((one) => callResult(where, one))
  const [before, after] = [done[0], done.at(-1)].map((one) => viewsOf(where, one, views.length, atS)) as [Views, Views]
  const failedCall = done.slice(1, -1).findIndex(({ ok }) => !ok)
  const common = { kind: 'rehearsed', chainId, onHash, operation, run, tried: true, partial: false, failedCall } as const
  if (failedCall >= 0) return { ...common, why: done[failedCall + 1]?.why ?? '', logs: [], values: [] }
  const slotsAfter = second.map((one) => {
    const { ok, data } = callResult(where, one)
    return ok ? readWord(where, 'a slot', data) : fail(where, 'a slot', data, 'a word')
  })
  const answers = new Map<Call, readonly [Hex | null, Hex | null]>()
  for (const [n, call] of views.entries()) answers.set(call, [before[n] ?? null, after[n] ?? null])
  for (const [n, call] of slots.entries()) answers.set(call, [slotsBefore[n] ?? null, slotsAfter[n] ?? null])
  const values = watchpoints.flatMap(({ kind, subject, name, call }): readonly RehearsedValue[] => {
    const [was, is] = answers.get(call) ?? [null, null]
    return was === is ? [] : [{ kind, subject, name, before: was, after: is }]
  })
  const wanted = new Set<string>(topics)
  const logs = done.slice(1, -1).flatMap((one) => one.logs.filter((log) => wanted.has(log.topics[0] ?? '')))
  return { ...common, why: '', logs, values }
}

const slotReaders = (slots: readonly Call[]): Record<string, { readonly code: Hex }> =>
  Object.fromEntries(slots.map(({ to }) => [to, { code: SLOT_READER }]))

async function slotAt(rpc: Rpc, { to, data }: Call, at: unknown, signal: AbortSignal | undefined): Promise<Hex> {
  const method = 'eth_getStorageAt'
  return readWord({ endpoint: rpc.endpoint, method }, 'the result', await rpc.request(method, [to, data, at], signal))
}

interface Result {
  readonly ok: boolean
  readonly data: Hex
  readonly why: string
  readonly logs: readonly RehearsedLog[]
}
type Views = readonly (Hex | null)[]

function callResult(where: Where, raw: unknown): Result {
  const { status, returnData, error, logs } = object(where, 'a call', raw)
  if (status !== '0x1' && status !== '0x0') return fail(where, "a call's status", status, '0x1 or 0x0')
  const data = readBytes(where, 'what a call returned', returnData ?? '0x')
  if (status === '0x1') return { ok: true, data, why: '', logs: list(where, 'the logs', logs ?? []).map((log) => logOf(where, log)) }
  const inError = typeof error === 'object' && error !== null ? object(where, 'the error', error)['data'] : undefined
  return { ok: false, data, why: revertName(inError ?? returnData), logs: [] }
}

function logOf(where: Where, raw: unknown): RehearsedLog {
  const { address, topics, data } = object(where, 'a log', raw)
  return {
    address: readBytes(where, "a log's address", address).toLowerCase() as Hex,
    topics: list(where, "a log's topics", topics).map((topic) => readWord(where, 'a topic', topic)),
    data: readBytes(where, "a log's data", data),
  }
}

function viewsOf(where: Where, result: Result | undefined, count: number, atS: number): Views {
  if (!result?.ok) return fail(where, 'the views', result?.why, 'their answers')
  const { timeS, answers } = readerAnswer(where, result.data, count)
  if (timeS !== atS) return fail(where, 'the time of the simulated block', timeS, `${atS}, as asked`)
  return answers.map(({ ok, data }) => (ok ? data : null))
}
