// A log of a rollup's contracts as one of three facts; one that isn't shaped like its event is none.
import type { Log } from '../../core/flow.ts'
import { topicAt, wordAt } from '../../core/words.ts'
import { TOPIC } from './abi.ts'

export type RollupEvent =
  /** `index`: its own number, from 0, where it has one. */
  | { readonly kind: 'forced'; readonly index: number | undefined }
  /** `taken`: forced transactions read so far, where the batch says. */
  | { readonly kind: 'posted'; readonly taken: number | undefined }

/** Words of a batch's data: the second is how many delayed messages were read. */
const BATCH_TAKEN = 1
const BATCH_WORDS = 7
/** Indexes beyond this are not numbers of messages. */
const MOST = 2n ** 48n

export function decodeRollupLog({ topics, data }: Pick<Log, 'topics' | 'data'>): RollupEvent | undefined {
  switch (topics[0]) {
    case TOPIC.deposited:
      return topics.length === 4 && wordAt(data, 0) !== undefined ? { kind: 'forced', index: undefined } : undefined
    case TOPIC.delayed:
      return fromIndex(topicAt(topics, 1), (index) => ({ kind: 'forced', index }))
    case TOPIC.output:
      return topics.length === 4 ? { kind: 'posted', taken: undefined } : undefined
    case TOPIC.game:
      return topics.length === 4 ? { kind: 'posted', taken: undefined } : undefined
    case TOPIC.batch:
      return wordAt(data, BATCH_WORDS - 1) === undefined
        ? undefined
        : fromIndex(wordAt(data, BATCH_TAKEN), (taken) => ({ kind: 'posted', taken }))
    default:
      return undefined
  }
}

const fromIndex = (word: bigint | undefined, make: (index: number) => RollupEvent): RollupEvent | undefined =>
  word === undefined || word > MOST ? undefined : make(Number(word))
