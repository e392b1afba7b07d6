// A log of a timelock as what it means for what waits in it; one that isn't shaped as it should be means nothing.
import type { Hex, Log } from '../../core/flow.ts'
import { topicAt, wordAt } from '../../core/words.ts'
import { TOPIC } from './abi.ts'

export type QueueEvent =
  | {
      readonly kind: 'scheduled'
      readonly id: bigint
      readonly index: number
      readonly target: bigint
      readonly value: bigint
      readonly data: Hex
      readonly predecessor: bigint
      readonly delayS: number
    }
  | { readonly kind: 'executed' | 'cancelled'; readonly id: bigint }

const ADDRESS_BITS = 160n
/** An operation of more calls fits into no block. */
const MOST_CALLS = 4_096n
/** Longer delays than a float counts exactly are all the same. */
const MOST_S = BigInt(Number.MAX_SAFE_INTEGER)

type Shape = Pick<Log, 'topics' | 'data'>

export function decodeQueueLog(log: Shape): QueueEvent | undefined {
  const id = topicAt(log.topics, 1)
  if (id === undefined) return undefined
  switch (log.topics[0]) {
    case TOPIC.scheduled:
      return scheduled(id, log)
    case TOPIC.executed:
      return topicAt(log.topics, 2) === undefined || wordAt(log.data, 3) === undefined ? undefined : { kind: 'executed', id }
    case TOPIC.cancelled:
      return { kind: 'cancelled', id }
    default:
      return undefined
  }
}

function scheduled(id: bigint, { topics, data }: Shape): QueueEvent | undefined {
  const index = topicAt(topics, 2)
  const [target, value, predecessor, delay] = [0, 1, 3, 4].map((n) => wordAt(data, n))
  const payload = bytesAt(data, wordAt(data, 2))
  if (index === undefined || index >= MOST_CALLS || target === undefined || target >> ADDRESS_BITS !== 0n) return undefined
  if (value === undefined || predecessor === undefined || delay === undefined || payload === undefined) return undefined
  const delayS = Number(delay > MOST_S ? MOST_S : delay)
  return { kind: 'scheduled', id, index: Number(index), target, value, data: payload, predecessor, delayS }
}

/** A `bytes` whose length stands at this offset; undefined: it isn't whole. */
function bytesAt(data: Hex, offset: bigint | undefined): Hex | undefined {
  if (offset === undefined || offset > BigInt(data.length)) return undefined
  const from = 2 + 2 * Number(offset)
  const length = from + 64 > data.length ? undefined : BigInt(`0x${data.slice(from, from + 64)}`)
  if (length === undefined || length > BigInt(data.length)) return undefined
  const end = from + 64 + 2 * Number(length)
  return end > data.length ? undefined : `0x${data.slice(from + 64, end)}`
}
