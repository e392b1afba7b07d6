// Reads many views of one block in one request.
import { type Abi, type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import { type Rpc, RpcError } from './rpc.ts'

export interface View {
  readonly to: Address
  readonly abi: Abi | readonly unknown[]
  readonly fn: string
  readonly args?: readonly unknown[]
}

/** The answers in the order of the views; a view that fails is a mistake of the lab's. */
export async function readViews(rpc: Rpc, block: number, views: readonly View[]): Promise<unknown[]> {
  const tag = `0x${block.toString(16)}`
  const calls = views.map(({ to, abi, fn, args = [] }) => {
    const data = encodeFunctionData({ abi: abi as Abi, functionName: fn, args })
    return { method: 'eth_call', params: [{ to, data }, tag] }
  })
  return (await rpc.batch(calls)).map((answer, i) => {
    const { abi, fn, to } = views[i] as View
    if (answer instanceof RpcError) throw new Error(`${fn} of ${to} at block ${block} failed`, { cause: answer })
    return decodeFunctionResult({ abi: abi as Abi, functionName: fn, data: answer as Hex })
  })
}

/** Whether a transaction would succeed on the latest state. */
export async function wouldSucceed(rpc: Rpc, txs: readonly { from: Address; to: Address; data: Hex; gas: bigint }[]): Promise<boolean[]> {
  const calls = txs.map(({ from, to, data, gas }) => ({
    method: 'eth_call',
    params: [{ from, to, data, gas: `0x${gas.toString(16)}` }, 'latest'],
  }))
  return (await rpc.batch(calls)).map((answer) => !(answer instanceof RpcError))
}
