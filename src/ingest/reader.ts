// Many views in one question: the Reader's code is lent to an address for one eth_call, and its answer says which block it saw.
import { decodeFunctionResult, encodeFunctionData } from 'viem'
import { Reader } from '../contracts/Reader.ts'
import type { Call, Hex } from '../core/flow.ts'
import { fail, type Where } from './fields.ts'

/** No contract has this address. */
const READER: Hex = '0x00000000000000000000000000000000f13eb4ea'

export interface ReaderAnswer {
  readonly number: number
  readonly timeS: number
  /** In the order of the calls; not ok: it reverted with this data, or ran out of its share of the gas. */
  readonly answers: readonly { readonly ok: boolean; readonly data: Hex }[]
}

/** Parameters of the eth_call. */
export const readerParams = (calls: readonly Call[], blockHash: Hex): readonly unknown[] => [
  { to: READER, data: encodeFunctionData({ abi: Reader.abi, functionName: 'read', args: [calls] }) },
  { blockHash, requireCanonical: false },
  { [READER]: { code: Reader.runtime } },
]

/** Throws BadDataError (retryable) for what is not the answers to `count` calls. */
export function readerAnswer(where: Where, raw: Hex, count: number): ReaderAnswer {
  let decoded: readonly [bigint, bigint, ReaderAnswer['answers']]
  try {
    decoded = decodeFunctionResult({ abi: Reader.abi, functionName: 'read', data: raw })
  } catch {
    return fail(where, 'the result', raw, 'the answers to many calls')
  }
  const [number, timeS, answers] = decoded
  if (answers.length !== count) return fail(where, 'the number of answers', answers.length, String(count))
  return { number: Number(number), timeS: Number(timeS), answers }
}
