// An aggregator's log as one of five events; a log that isn't shaped like one of them is none: anyone may emit our topics.
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, topicAt, wordAt } from '../../core/words.ts'
import { signed } from '../../store/column.ts'
import { TOPIC } from './abi.ts'
import { decodeTransmission, type Observation } from './transmission.ts'

/** Where the data of ConfigSet says f, the oracles that may be faulty: a report needs more than twice as many observations. */
const OCR1_F = 4
const OCR2_F = 5
const MOST_ORACLES = 77n

export type FeedEvent =
  | { readonly kind: 'answer'; readonly answer: bigint; readonly round: bigint; readonly updatedAtS: number }
  | { readonly kind: 'submission'; readonly answer: bigint; readonly round: bigint; readonly reporter: Hex }
  | { readonly kind: 'permission'; readonly reporter: Hex; readonly allowed: boolean }
  /** The answer itself comes as an event of its own, in the same transaction. */
  | { readonly kind: 'transmission'; readonly round: bigint; readonly observations: readonly Observation[] }
  /** Other oracles, or the same in another order: who, the aggregator says when asked. */
  | { readonly kind: 'config'; readonly minReports: number }
  /** How many submissions an answer needs from the next round on. */
  | { readonly kind: 'details'; readonly minReports: number }

export function decodeFeedLog({ topics, data }: Pick<Log, 'topics' | 'data'>): FeedEvent | undefined {
  const topic = topics[0]
  if (topic === TOPIC.configSet1) return { kind: 'config', minReports: overTwice(wordAt(data, OCR1_F)) }
  if (topic === TOPIC.configSet2) return { kind: 'config', minReports: overTwice(wordAt(data, OCR2_F)) }
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
    case TOPIC.roundDetailsUpdated:
      return second > MOST_ORACLES ? undefined : { kind: 'details', minReports: Number(second) }
    case TOPIC.oraclePermissionsUpdated:
      return { kind: 'permission', reporter: addressOf(first), allowed: second !== 0n }
    default:
      return undefined
  }
}

/** 0: not said, or no number of oracles. */
const overTwice = (f: bigint | undefined): number => (f === undefined || f > MOST_ORACLES ? 0 : 2 * Number(f) + 1)
