// Tries each answer to an incident on the node, on the state of the block in question, and then the attack once more after it.
import { setMaxListeners } from 'node:events'
import { UnreachableError } from '../core/errors.ts'
import type { Option, Outcome, Question } from '../core/flow.ts'
import { isUnsupported } from './errors.ts'
import { fail, list, object, type Where } from './fields.ts'
import type { LastingRpc } from './lasting-rpc.ts'
import { callOf } from './mempool/simulate-v1.ts'
import { type Previews, previewsOf } from './previews.ts'
import { revertName } from './revert-name.ts'
import type { Rpc } from './rpc.ts'
import { firstOf } from './wait.ts'

export interface SimulatorOptions {
  /** Best over WebSocket: questions run beside each other over one connection. `close()` of the simulator closes it. */
  readonly rpc: LastingRpc
  /** Failures that cost an outcome; for logs. */
  readonly onFailure?: (error: unknown) => void
}

export interface Simulated {
  /** Of the options that were done in time, in the order of the question. */
  readonly outcomes: readonly Outcome[]
  /** Is any option without an outcome? Then the analytic bound decides about it. */
  readonly late: boolean
}

export interface Simulator {
  /** `deadlineMs`: how long from now an answer is of use. Never throws. */
  simulate(question: Question, deadlineMs: number): Promise<Simulated>
  close(): void
}

/** What was learnt of one connection: the next one may lead to another node. */
interface Learnt {
  supported: boolean
  readonly ahead: Ahead
}

/** A node without eth_simulateV1 is asked once; from then on every question comes back late and empty at once. */
export function createSimulator({ rpc: lasting, onFailure = () => undefined }: SimulatorOptions): Simulator {
  const learnt = new WeakMap<Rpc, Learnt>()
  const about = (rpc: Rpc): Learnt => {
    const known = learnt.get(rpc) ?? { supported: true, ahead: new Ahead() }
    learnt.set(rpc, known)
    return known
  }
  const failed = (error: unknown, rpc: Rpc | undefined): void => {
    if (rpc && isUnsupported(error)) about(rpc).supported = false
    if (rpc && error instanceof UnreachableError) lasting.failed(rpc)
    onFailure(error)
  }
  return {
    close: () => lasting.close(),
    async simulate(question, deadlineMs) {
      const { options } = question
      const stop = new AbortController()
      setMaxListeners(0, stop.signal) // every request under way listens
      const done = new Map<Option, Outcome>()
      const reported = new Set<unknown>() // all options share the previews, and so their failure
      let previews: Previews | undefined
      if (options.length === 0) return { outcomes: [], late: false }
      const connecting = lasting.connection()
      const work = options.map(async (option) => {
        let rpc: Rpc | undefined
        try {
          rpc = await connecting
          const { supported, ahead } = about(rpc)
          if (!supported) return
          previews ??= previewsOf(rpc, question, stop.signal)
          done.set(option, await tryOption(rpc, question, option, previews, ahead, stop.signal))
        } catch (error) {
          if (reported.has(error) || (stop.signal.aborted && !(error instanceof UnreachableError))) return
          reported.add(error)
          failed(error, rpc)
        }
      })
      await firstOf(Promise.all(work), deadlineMs)
      // Taken before the abort, so that nothing of this question can still change what was returned.
      const outcomes = options.flatMap((option) => done.get(option) ?? [])
      stop.abort()
      return { outcomes, late: outcomes.length < options.length }
    },
  }
}

/**
 * How far the number of a simulated block lies ahead of the block it stands on: 1 on geth, 0 on anvil. A node that mines between
 * looking up a block and reading its state simulates on the next one; its number is then one more than this node's usual.
 */
class Ahead {
  private usual = Number.POSITIVE_INFINITY
  check(by: number): boolean {
    if (!(by >= 0)) return false
    this.usual = Math.min(this.usual, by)
    return by === this.usual
  }
}

async function tryOption(
  rpc: Rpc,
  question: Question,
  option: Option,
  preview: Previews,
  ahead: Ahead,
  signal: AbortSignal,
): Promise<Outcome> {
  const { guard, onHash, onNumber, probes, pending } = question
  const waiting = pending?.txs ?? []
  // Of an option that didn't go through nothing was shown: every probe counts as one that still works.
  const named = [...(pending ? [pending.probe] : []), ...probes.map(({ name }) => name)]
  const refused = (why: string): Outcome => ({ option: option.id, executed: false, why, succeeded: named })
  const previews = await Promise.all(option.steps.map(preview))
  const no = previews.find((one) => typeof one === 'string')
  if (no !== undefined) return refused(no)
  const steps = previews.filter((one) => typeof one !== 'string').map(({ to, data }) => ({ from: guard, to, data }))
  const tried = probes.map(({ from, to, data }) => ({ from, to, data }))
  const calls = [...steps, ...waiting.map((tx) => callOf(tx, 'next')), ...tried]
  if (calls.length === 0) return { option: option.id, executed: true, why: '', succeeded: [] }
  const request = { blockStateCalls: [{ calls }], validation: false }
  const raw = await rpc.request('eth_simulateV1', [request, { blockHash: onHash }], signal)
  const results = readCalls({ endpoint: rpc.endpoint, method: 'eth_simulateV1' }, raw, calls.length, (number) =>
    ahead.check(number - onNumber),
  )
  const failed = results.slice(0, steps.length).findIndex(({ ok }) => !ok)
  if (failed >= 0) return refused(`step ${failed} ${results[failed]?.why}`)
  return {
    option: option.id,
    executed: true,
    why: '',
    succeeded: named.filter((name) => {
      const at =
        name === pending?.probe
          ? waiting.findIndex(({ hash }) => hash === pending.txHash)
          : waiting.length + probes.findIndex((p) => p.name === name)
      return results[steps.length + at]?.ok === true
    }),
  }
}

function readCalls(
  where: Where,
  raw: unknown,
  count: number,
  isOn: (number: number) => boolean,
): readonly { readonly ok: boolean; readonly why: string }[] {
  const blocks = list(where, 'the blocks', raw)
  const block = object(where, 'the block', blocks[0])
  const calls = list(where, 'the calls', block['calls'])
  if (!isOn(Number(block['number']))) fail(where, 'the simulated block', block['number'], 'one on the block asked for')
  if (blocks.length !== 1 || calls.length !== count) fail(where, 'the number of calls', calls.length, `${count}, as asked`)
  return calls.map((item) => {
    const { status, returnData, error } = object(where, 'a call', item)
    if (status !== '0x1' && status !== '0x0') return fail(where, "a call's status", status, '0x1 or 0x0')
    if (status === '0x1') return { ok: true, why: '' }
    const inError = typeof error === 'object' && error !== null ? object(where, 'the error', error).data : undefined
    return { ok: false, why: revertName(inError ?? returnData) }
  })
}
