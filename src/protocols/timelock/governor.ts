// A proposal of a Governor as what it means for what waits: its calls from the day on which it is proposed, before any vote or queue.
import { type AbiParameter, decodeAbiParameters, toFunctionSelector } from 'viem'
import type { BlockInput, Hex, Log } from '../../core/flow.ts'
import { addressWord, wordAt } from '../../core/words.ts'
import { GOVERNOR_TOPIC } from './abi.ts'
import type { QueueEvent } from './decode.ts'

const PROPOSED = [
  { type: 'uint256' },
  { type: 'address' },
  { type: 'address[]' },
  { type: 'uint256[]' },
  { type: 'string[]' },
  { type: 'bytes[]' },
  { type: 'uint256' },
  { type: 'uint256' },
  { type: 'string' },
] as const satisfies readonly AbiParameter[]

/** A vote that ends after this number ends at a time, else in a block: no chain has so many blocks, and no time is so long ago. */
const TIMES_FROM = 1_000_000_000n

type Block = Pick<BlockInput, 'number' | 'timeS'>

/** The calls of a proposal, or its end; nothing, if it isn't whole. `blockTimeS`: how far apart blocks are, for votes that end in a block. */
export function decodeGovernorLog(log: Pick<Log, 'topics' | 'data'>, block: Block, blockTimeS: number): readonly QueueEvent[] {
  const id = wordAt(log.data, 0)
  if (id === undefined) return []
  switch (log.topics[0]) {
    case GOVERNOR_TOPIC.proposed:
      return proposed(log.data, block, blockTimeS)
    case GOVERNOR_TOPIC.executed:
      return [{ kind: 'executed', id }]
    case GOVERNOR_TOPIC.cancelled:
      return [{ kind: 'cancelled', id }]
    default:
      return []
  }
}

function proposed(data: Hex, block: Block, blockTimeS: number): readonly QueueEvent[] {
  const decoded = whole(data)
  if (decoded === undefined) return []
  const [id, , targets, values, signatures, payloads, , voteEnd] = decoded
  if (values.length !== targets.length || payloads.length !== targets.length) return []
  return targets.map((target, index) => ({
    kind: 'scheduled',
    id,
    index,
    target: addressWord(target),
    value: values[index] ?? 0n,
    data: callData(signatures[index] ?? '', payloads[index] ?? '0x'),
    predecessor: 0n,
    delayS: untilS(voteEnd, block, blockTimeS),
  }))
}

/** undefined: not the words of this event. The decoder throws at what is cut short or points anywhere. */
function whole(data: Hex) {
  try {
    return decodeAbiParameters(PROPOSED, data)
  } catch {
    return undefined
  }
}

/** Bravo gives the signature apart from its arguments. */
function callData(signature: string, payload: Hex): Hex {
  if (signature === '') return payload
  try {
    return `${toFunctionSelector(signature)}${payload.slice(2)}`
  } catch {
    return payload
  }
}

/** At least: what comes after the vote, such as a timelock, is not known here. */
function untilS(voteEnd: bigint, { number, timeS }: Block, blockTimeS: number): number {
  const end = Number(voteEnd)
  const leftS = voteEnd >= TIMES_FROM ? end - timeS : (end - number) * blockTimeS
  return Number.isSafeInteger(Math.round(leftS)) ? Math.max(0, leftS) : Number.MAX_SAFE_INTEGER
}
