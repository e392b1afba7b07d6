// Of the Guard's interface what the tables need: its events and views (contracts/src/IGuard.sol), read without trust.
import { decodeEventLog, decodeFunctionResult, encodeFunctionData } from 'viem'
import { Guard } from '../../contracts/Guard.ts'
import type { Call, Hex, Log } from '../../core/flow.ts'

const GUARD = Guard.abi

type View = 'armed' | 'signers' | 'windowS' | 'liftGapS'

export const ask = {
  view: (to: Hex, functionName: View): Call => ({ to, data: encodeFunctionData({ abi: GUARD, functionName }) }),
  entry: (to: Hex, id: Hex): Call => ({ to, data: encodeFunctionData({ abi: GUARD, functionName: 'entryOf', args: [id] }) }),
  action: (to: Hex, id: Hex, subject: Hex): Call => ({
    to,
    data: encodeFunctionData({ abi: GUARD, functionName: 'action', args: [id, subject] }),
  }),
}

type Answer = Hex | null | undefined

/** undefined: it reverted, was not asked, or is not shaped like a Guard's answer. */
export const told = {
  armed: (data: Answer) => orNothing(data, (d) => decodeFunctionResult({ abi: GUARD, functionName: 'armed', data: d })),
  signers: (data: Answer) => orNothing(data, (d) => decodeFunctionResult({ abi: GUARD, functionName: 'signers', data: d })),
  seconds: (data: Answer) => orNothing(data, (d) => Number(decodeFunctionResult({ abi: GUARD, functionName: 'windowS', data: d }))),
  entry: (data: Answer) => orNothing(data, (d) => decodeFunctionResult({ abi: GUARD, functionName: 'entryOf', data: d })),
  action: (data: Answer) => orNothing(data, (d) => decodeFunctionResult({ abi: GUARD, functionName: 'action', data: d })),
}

/** undefined: not one of the events that change our tables, or not well formed. */
export function eventOf(log: Log) {
  return orNothing(log.data, (data) => decodeEventLog({ abi: GUARD, topics: log.topics as [Hex, ...Hex[]], data }))
}

function orNothing<T>(data: Answer, decode: (data: Hex) => T): T | undefined {
  if (data === null || data === undefined) return undefined
  try {
    return decode(data)
  } catch {
    return undefined
  }
}
