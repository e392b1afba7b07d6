// A pair's log as one of its events; a log that isn't shaped like one of them, or says what no pair can say, is none.
import type { Log } from '../../core/flow.ts'
import { topicAt, wordsOf } from '../../core/words.ts'
import { TOPIC } from './abi.ts'

export type PairEvent =
  | { readonly kind: 'sync'; readonly reserve0: bigint; readonly reserve1: bigint }
  | { readonly kind: 'swap' | 'mint' | 'burn' }
  /** Shares that are new, or gone. */
  | { readonly kind: 'issued' | 'redeemed'; readonly shares: bigint }

const MOST_RESERVE = 2n ** 112n - 1n

export function decodePairLog({ topics, data }: Pick<Log, 'topics' | 'data'>): PairEvent | undefined {
  switch (topics[0]) {
    case TOPIC.sync: {
      const [reserve0, reserve1] = wordsOf(data, 2) ?? []
      if (reserve0 === undefined || reserve1 === undefined || reserve0 > MOST_RESERVE || reserve1 > MOST_RESERVE) return undefined
      return { kind: 'sync', reserve0, reserve1 }
    }
    case TOPIC.swap:
      return topics.length === 3 && wordsOf(data, 4) ? { kind: 'swap' } : undefined
    case TOPIC.mint:
      return topics.length === 2 && wordsOf(data, 2) ? { kind: 'mint' } : undefined
    case TOPIC.burn:
      return topics.length === 3 && wordsOf(data, 2) ? { kind: 'burn' } : undefined
    case TOPIC.transfer: {
      const [from, to, [shares] = []] = [topicAt(topics, 1), topicAt(topics, 2), wordsOf(data, 1)]
      if (topics.length !== 3 || shares === undefined || (from !== 0n && to !== 0n)) return undefined
      // from nobody to nobody: the first shares of a pair, which nobody can redeem
      return { kind: from === 0n ? 'issued' : 'redeemed', shares }
    }
    default:
      return undefined
  }
}
