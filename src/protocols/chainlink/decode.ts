// An aggregator's log as one of five events; a log that isn't shaped like one of them is none: anyone may emit our topics.
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, topicAt, wordAt } from '../../core/words.ts'
import { signed } from '../../store/column.ts'
import { TOPIC } from './abi.ts'
import { decodeTransmission, type Observation } from './transmission.ts'

export type FeedEvent =
  | { readonly kind: 'answer'; readonly answer: bigint; readonly round: bigint; readonly updatedAtS: number }
  | { readonly kind: 'submission'; readonly answer: bigint; readonly round: bigint; readonly reporter: Hex }
  | { readonly kind: 'permission'; readonly reporter: Hex; readonly allowed: boolean }
  /** The answer itself comes as an event of its own, in the same transaction. */
  | { readonly kind: 'transmission'; readonly round: bigint; readonly observations: readonly Observation[] }
  /** Other oracles, or the same in another order: who, the aggregator says when asked. */
  | { readonly kind: 'config' }

export function decodeFeedLog({ topics, data }: Pick<Log, 'topics' | 'data'>): FeedEvent | undefined {
  const topic = topics[0]
  if (topic === TOPIC.configSet1 || topic === TOPIC.configSet2) return { kind: 'config' }
  const first = topicAt(topics, 1)
  if (first === undefined) return undefined
  if (topic === TOPIC.newTransmission1 || topic === TOPIC.newTransmission2) {
    const observations = decodeTransmission(topic === TOPIC.newTransmission1 ? 'ocr1' : 'ocr2', data)
    return observations && { kind: 'transmission', round: first, observations }
  }
  const second = topicAt(topics, 2)
  if (second === undefined) return undefined
  switch (topic) {
    case TOPIC.answerUpdated: {
      const updatedAt = wordAt(data, 0)
      if (updatedAt === undefined) return undefined
      return { kind: 'answer', answer: signed(first), round: second, updatedAtS: Number(updatedAt) }
    }
    case TOPIC.submissionReceived: {
      const reporter = topicAt(topics, 3)
      if (reporter === undefined) return undefined
      return { kind: 'submission', answer: signed(first), round: second, reporter: addressOf(reporter) }
    }
    case TOPIC.oraclePermissionsUpdated:
      return { kind: 'permission', reporter: addressOf(first), allowed: second !== 0n }
    default:
      return undefined
  }
}
