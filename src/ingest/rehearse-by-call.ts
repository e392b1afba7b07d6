// A queued operation tried by one eth_call, for nodes without eth_simulateV1: the Rehearser's code is lent to the timelock's address, so
// that the calls come from there. Views only: what shows in storage or events alone is not seen.
import { decodeFunctionResult, encodeFunctionData } from 'viem'
import { Rehearser } from '../contracts/Rehearser.ts'
import type { Hex, Input, Rehearsal } from '../core/flow.ts'
import { isSlotCall } from '../core/words.ts'
import { isTooManyParams } from './errors.ts'
import { fail, readBytes } from './fields.ts'
import { revertName } from './revert-name.ts'
import type { Rpc } from './rpc.ts'

type Rehearsed = Extract<Input, { kind: 'rehearsed' }>

const CANT = 'the endpoint has no eth_simulateV1 and takes no code and time for a call'

export function notTried({ chainId, onHash, operation, run }: Rehearsal, why: string): Rehearsed {
  return { kind: 'rehearsed', chainId, onHash, operation, run, tried: false, partial: false, why, failedCall: -1, logs: [], values: [] }
}

export async function rehearseByCall(rpc: Rpc, question: Rehearsal, signal: AbortSignal | undefined): Promise<Rehearsed> {
  const { chainId, onHash, timelock, atS, calls, operation, run } = question
  // its own code is away meanwhile
  if (calls.some(({ to }) => to.toLowerCase() === timelock))
    return notTried(question, 'it calls its timelock, and the endpoint has no eth_simulateV1')
  const watched = question.watchpoints.filter(({ call }) => !isSlotCall(call) && call.to !== timelock)
  const where = { endpoint: rpc.endpoint, method: 'eth_call' }
  const data = encodeFunctionData({ abi: Rehearser.abi, functionName: 'rehearse', args: [watched.map(({ call }) => call), calls] })
  let raw: Hex
  try {
    const params = [
      { to: timelock, data },
      { blockHash: onHash },
      { [timelock]: { code: Rehearser.runtime } },
      { time: `0x${atS.toString(16)}` },
    ]
    raw = readBytes(where, 'the result', await rpc.request('eth_call', params, signal))
  } catch (error) {
    if (isTooManyParams(error)) return notTried(question, CANT)
    throw error
  }
  const answer = decoded(raw)
  // it passed over the code or the time that it was lent
  if (answer === undefined || answer[0] !== BigInt(atS)) return notTried(question, CANT)
  const [, before, failed, why, afterwards] = answer
  const common = { kind: 'rehearsed', chainId, onHash, operation, run, tried: true, partial: true, logs: [] } as const
  if (failed > 0n) return { ...common, failedCall: Number(failed) - 1, why: revertName(why), values: [] }
  if (before.length !== watched.length || afterwards.length !== watched.length)
    fail(where, 'the number of answers', before.length, String(watched.length))
  const values = watched.flatMap(({ kind, subject, name }, n) => {
    const [was, is] = [before[n], afterwards[n]].map((one) => (one?.ok ? one.data : null)) as [Hex | null, Hex | null]
    return was === is ? [] : [{ kind, subject, name, before: was, after: is }]
  })
  return { ...common, failedCall: -1, why: '', values }
}

function decoded(raw: Hex) {
  try {
    return decodeFunctionResult({ abi: Rehearser.abi, functionName: 'rehearse', data: raw })
  } catch {
    return undefined
  }
}
