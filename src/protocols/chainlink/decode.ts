// An aggregator's log as one of three events; a log that isn't shaped like one of them is none: anyone may emit our topics.
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, topicAt, wordAt } from '../../core/words.ts'
import { signed } from '../../store/column.ts'
import { TOPIC } from './abi.ts'

export type FeedEvent =
  | { readonly kind: 'answer'; readonly answer: bigint; readonly round: bigint; readonly updatedAtS: number }
  | { readonly kind: 'submission'; readonly answer: bigint; readonly round: bigint; readonly reporter: Hex }
  | { readonly kind: 'permission'; readonly reporter: Hex; readonly allowed: boolean }

export function decodeFeedLog({ topics, data }: Pick<Log, 'topics' | 'data'>): FeedEvent | undefined {
  const first = topicAt(topics, 1)
  const second = topicAt(topics, 2)
  if (first === undefined || second === undefined) return undefined
  switch (topics[0]) {
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
