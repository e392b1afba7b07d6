// Reads many views of one block in one request: our Reader's code, lent to an address for the call, makes them all on one state.
import { type Abi, type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import { Reader } from '../src/contracts/Reader.ts'
import type { Rpc } from './rpc.ts'

export interface View {
  readonly to: Address
  readonly abi: Abi | readonly unknown[]
  readonly fn: string
  readonly args?: readonly unknown[]
}

/** No contract has this address. */
const READER: Address = '0x00000000000000000000000000000000f13eb4ea'
/** The call's gas is a block's, and the dearest view wants about 300,000. */
const AT_ONCE = 120

/** The answers in the order of the views; a view that fails is a mistake of the lab's. */
export async function readViews(rpc: Rpc, block: number, views: readonly View[]): Promise<unknown[]> {
  const chunks = Array.from({ length: Math.ceil(views.length / AT_ONCE) }, (_, n) => views.slice(n * AT_ONCE, (n + 1) * AT_ONCE))
  const requests = chunks.map((chunk) => {
    const calls = chunk.map(({ to, abi, fn, args = [] }) => ({
      to,
      data: encodeFunctionData({ abi: abi as Abi, functionName: fn, args }),
    }))
    const data = encodeFunctionData({ abi: Reader.abi, functionName: 'read', args: [calls] })
    return { method: 'eth_call', params: [{ to: READER, data }, `0x${block.toString(16)}`, { [READER]: { code: Reader.runtime } }] }
  })
  // A refusal is an Error; a scenario from outside is loaded with a second copy of the lab's classes, so no narrower one is asked for.
  const raw = await rpc.batch(requests)
  return chunks.flatMap((chunk, n) => {
    const one = raw[n]
    if (one instanceof Error) throw new Error(`reading ${chunk.length} views at block ${block} failed`, { cause: one })
    const [, , answers] = decodeFunctionResult({ abi: Reader.abi, functionName: 'read', data: one as Hex })
    return chunk.map(({ abi, fn, to }, i) => {
      const answer = answers[i]
      if (answer === undefined || !answer.ok) throw new Error(`${fn} of ${to} at block ${block} failed: ${answer?.data}`)
      return decodeFunctionResult({ abi: abi as Abi, functionName: fn, data: answer.data }) as unknown
    })
  })
}

/** Whether a transaction would succeed on the latest state. */
export async function wouldSucceed(rpc: Rpc, txs: readonly { from: Address; to: Address; data: Hex; gas: bigint }[]): Promise<boolean[]> {
  const calls = txs.map(({ from, to, data, gas }) => ({
    method: 'eth_call',
    params: [{ from, to, data, gas: `0x${gas.toString(16)}` }, 'latest'],
  }))
  return (await rpc.batch(calls)).map((answer) => !(answer instanceof Error))
}
