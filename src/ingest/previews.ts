// What the Guard would send for each candidate step, asked of the Guard itself: in one question where the node allows it.
import { decodeFunctionResult, encodeFunctionData } from 'viem'
import { Guard } from '../contracts/Guard.ts'
import type { Call, GuardStep, Hex, Question } from '../core/flow.ts'
import { isRevert, RpcError } from './errors.ts'
import { fail, readBytes, type Where } from './fields.ts'
import { readerAnswer, readerParams } from './reader.ts'
import { revertName } from './revert-name.ts'
import type { Rpc } from './rpc.ts'

/** A string: why the Guard would refuse. */
export type Preview = { readonly to: Hex; readonly data: Hex } | string
export type Previews = (step: GuardStep) => Promise<Preview>

const keyOf = (step: GuardStep): string => `${step.entry}:${step.subject}:${step.step}`

/** Previews of every step of a question. */
export function previewsOf(rpc: Rpc, question: Question, signal: AbortSignal): Previews {
  const asked = question.options.flatMap((option) => option.steps).filter((step) => !step.call)
  const steps = [...new Map(asked.map((step) => [keyOf(step), step] as const)).values()]
  const together = all(rpc, question, steps, signal)
  together.catch(() => undefined) // whoever asks for a preview hears of it; nobody may ask
  return async (step) => {
    if (step.call) return step.call // anyone may make it: there is no Guard to ask
    const found = (await together)?.get(keyOf(step))
    return found ?? one(rpc, question, step, signal)
  }
}

const callFor = ({ guard }: Question, { entry, subject, step }: GuardStep): Call => ({
  to: guard,
  data: encodeFunctionData({ abi: Guard.abi, functionName: 'preview', args: [entry, subject, step] }),
})

/** undefined: this node doesn't lend code to a call, so each step is asked by itself. */
async function all(
  rpc: Rpc,
  question: Question,
  steps: readonly GuardStep[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Preview> | undefined> {
  if (steps.length === 0) return undefined
  const where = { endpoint: rpc.endpoint, method: 'eth_call' }
  try {
    const calls = steps.map((step) => callFor(question, step))
    const raw = readBytes(where, 'the previews', await rpc.request('eth_call', readerParams(calls, question.onHash), signal))
    if (raw === '0x') return undefined
    const { number, answers } = readerAnswer(where, raw, calls.length)
    // the node moved on while it read: of a later state nothing is concluded, least of all that the Guard refuses
    if (number !== question.onNumber) return fail(where, "the previews' block", number, String(question.onNumber))
    return new Map(steps.map((step, i) => [keyOf(step), toPreview(where, answers[i])]))
  } catch (error) {
    if (error instanceof RpcError) return undefined
    throw error
  }
}

async function one(rpc: Rpc, question: Question, step: GuardStep, signal: AbortSignal): Promise<Preview> {
  const where = { endpoint: rpc.endpoint, method: 'eth_call' }
  const params = [callFor(question, step), { blockHash: question.onHash, requireCanonical: false }]
  try {
    return toPreview(where, { ok: true, data: readBytes(where, 'the preview', await rpc.request('eth_call', params, signal)) })
  } catch (error) {
    if (isRevert(error)) return revertName(error.data)
    throw error
  }
}

function toPreview(where: Where, answer: { readonly ok: boolean; readonly data: Hex } | undefined): Preview {
  if (!answer?.ok) return revertName(answer?.data)
  try {
    const [to, callData] = decodeFunctionResult({ abi: Guard.abi, functionName: 'preview', data: answer.data })
    return { to: to.toLowerCase() as Hex, data: callData }
  } catch {
    return fail(where, 'the preview', answer.data, '(address, bytes, uint256, uint256)')
  }
}
