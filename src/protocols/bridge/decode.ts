// A gateway's log as one of three events; a log that isn't shaped like one of them is none.
import type { Log } from '../../core/flow.ts'
import { topicAt, wordAt, wordsOf } from '../../core/words.ts'
import { TOPIC } from './abi.ts'

export interface BridgeEvent {
  readonly kind: 'departed' | 'arrived' | 'filled'
  readonly id: bigint
  readonly amount: bigint
}

export function decodeBridgeLog({ topics, data }: Pick<Log, 'topics' | 'data'>): BridgeEvent | undefined {
  const id = topicAt(topics, 1)
  if (id === undefined) return undefined
  const event = (kind: BridgeEvent['kind'], amount: bigint | undefined): BridgeEvent | undefined =>
    amount === undefined ? undefined : { kind, id, amount }
  switch (topics[0]) {
    case TOPIC.departed:
      return topics.length === 3 ? event('departed', wordsOf(data, 2)?.[1]) : undefined
    case TOPIC.arrived:
      return topics.length === 3 ? event('arrived', wordAt(data, 0)) : undefined
    case TOPIC.filled:
      return topics.length === 4 ? event('filled', wordAt(data, 0)) : undefined
    default:
      return undefined
  }
}
