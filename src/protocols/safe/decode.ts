// A log of a Safe as what it means for who may act as it; one that isn't shaped as it should be means nothing.
import type { Log } from '../../core/flow.ts'
import { topicAt, wordAt } from '../../core/words.ts'
import { TOPIC } from './abi.ts'

export type SafeEvent =
  | { readonly kind: 'ownerAdded' | 'ownerRemoved' | 'moduleEnabled' | 'moduleDisabled' | 'moduleActed'; readonly who: bigint }
  | { readonly kind: 'threshold'; readonly threshold: number }
  | { readonly kind: 'guard' | 'fallbackHandler'; readonly address: bigint }

const ADDRESS_BITS = 160n
/** More owners than this no Safe has: a block has no gas for it. */
const MOST_THRESHOLD = 0xffff_ffffn

type Shape = Pick<Log, 'topics' | 'data'>

/** Indexed since 1.4 only. */
const only = ({ topics, data }: Shape): bigint | undefined => (topics.length > 1 ? topicAt(topics, 1) : wordAt(data, 0))
const address = (log: Shape): bigint | undefined => {
  const word = only(log)
  return word === undefined || word >> ADDRESS_BITS !== 0n ? undefined : word
}

const KINDS = new Map<string, Extract<SafeEvent, { who: bigint }>['kind']>([
  [TOPIC.addedOwner, 'ownerAdded'],
  [TOPIC.removedOwner, 'ownerRemoved'],
  [TOPIC.enabledModule, 'moduleEnabled'],
  [TOPIC.disabledModule, 'moduleDisabled'],
  [TOPIC.moduleSucceeded, 'moduleActed'],
])

export function decodeSafeLog(log: Shape): SafeEvent | undefined {
  const topic = log.topics[0] ?? ''
  if (topic === TOPIC.changedThreshold) return threshold(only(log))
  const word = address(log)
  if (word === undefined) return undefined
  if (topic === TOPIC.changedGuard) return { kind: 'guard', address: word }
  if (topic === TOPIC.changedFallbackHandler) return { kind: 'fallbackHandler', address: word }
  const kind = KINDS.get(topic)
  return kind && { kind, who: word }
}

/** undefined: no number that a Safe could have. */
export const thresholdOf = (word: bigint | undefined): number | undefined =>
  word === undefined || word > MOST_THRESHOLD ? undefined : Number(word)

function threshold(word: bigint | undefined): SafeEvent | undefined {
  const found = thresholdOf(word)
  return found === undefined ? undefined : { kind: 'threshold', threshold: found }
}
