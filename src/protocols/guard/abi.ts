// Of the Guard's interface what the tables need: its events and views (contracts/src/IGuard.sol), read without trust.
import { decodeEventLog, decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem'
import type { Call, Hex, Log } from '../../core/flow.ts'

const GUARD = parseAbi([
  'event EntryAdded(bytes32 indexed entry, address target, bytes4 selector, uint8 class, bytes encoded)',
  'event EntryRetired(bytes32 indexed entry)',
  'event SignersSet(address[] signers, uint256 k)',
  'event Armed()',
  'event Disarmed(address by)',
  'event Executed(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint8 step, uint256 prior, uint256 applied, uint256 expiresAtS)',
  'event Renewed(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 expiresAtS, bool capped)',
  'event LiftBegan(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint256 readyAtS)',
  'event Ended(bytes32 indexed entry, bytes32 indexed subject, uint32 round, uint8 how, uint256 value)',
  'event VetoSet(bytes32 indexed entry, bytes32 indexed subject, uint256 untilS)',
  'struct Live { address target; bytes4 selector; bool withSubject; uint8 word; uint8 shift; uint256 mask; }',
  'struct Arg { uint8 kind; uint256 value; Live live; uint8 bound; uint256[] values; }',
  'struct Step { bool isLive; uint256 value; Live live; uint256 mulBps; uint256 divisor; }',
  'struct Entry { address target; bytes4 selector; uint8 class; uint32 expiryS; uint32 hardCapS; uint32 cooldownS; uint16 budget; uint32 budgetWindowS; uint32 minGas; uint8 owned; Live getter; uint8 direction; bool zeroMeansUnlimited; Arg[] args; Step[] steps; }',
  'struct Action { uint32 round; bool active; uint40 episodeStartS; uint40 expiresAtS; uint40 liftReadyAtS; uint40 vetoUntilS; uint128 prior; uint128 applied; }',
  'function entryOf(bytes32 entry) view returns (Entry decoded, bool live, uint40 budgetStartS, uint16 budgetUsed)',
  'function action(bytes32 entry, bytes32 subject) view returns (Action)',
  'function signers() view returns (address[] list, uint256 k)',
  'function armed() view returns (bool)',
  'function windowS() view returns (uint64)',
  'function liftGapS() view returns (uint64)',
])

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
