// A pool's log as one of two events; a log that isn't shaped like one of them, or says what no pool can say, is none.
import type { Hex, Log } from '../../core/flow.ts'
import { topicAt, wordAt, wordsOf } from '../../core/words.ts'
import { LogWords, NONE } from '../../decode/log-words.ts'
import { topic0Of } from '../../decode/word-log.ts'
import { isSqrtPrice, MOST_LIQUIDITY, tickOf } from '../../state/tick-scan.ts'
import { TOPIC } from './abi.ts'

export type PoolEvent =
  | { readonly kind: 'swap'; readonly sqrtPriceX96: bigint; readonly liquidity: bigint; readonly tick: number }
  /** `amount` is negative if it was taken out. */
  | { readonly kind: 'liquidity'; readonly low: number; readonly high: number; readonly amount: bigint }

/** Of the log under way. */
const words = new LogWords()

export function decodePoolLog(log: Pick<Log, 'topics' | 'data'>): PoolEvent | undefined {
  switch (topic0Of(log)) {
    case TOPIC.swap: {
      words.look(log)
      if (words.data(4) === NONE) return undefined
      return priceEvent(words.bigint(words.data(2)), words.bigint(words.data(3)), words.bigint(words.data(4)))
    }
    case TOPIC.mint:
      return wordsOf(log.data, 4) && liquidityEvent(log.topics, wordAt(log.data, 1) as bigint, 1n)
    case TOPIC.burn:
      return wordsOf(log.data, 3) && liquidityEvent(log.topics, wordAt(log.data, 0) as bigint, -1n)
    default:
      return undefined
  }
}

function priceEvent(sqrtPriceX96: bigint, liquidity: bigint, tickWord: bigint): PoolEvent | undefined {
  const tick = tickOf(tickWord)
  if (tick === undefined || !isSqrtPrice(sqrtPriceX96) || liquidity > MOST_LIQUIDITY) return undefined
  return { kind: 'swap', sqrtPriceX96, liquidity, tick }
}

function liquidityEvent(topics: readonly Hex[], amount: bigint, sign: 1n | -1n): PoolEvent | undefined {
  const low = tickOf(topicAt(topics, 2))
  const high = tickOf(topicAt(topics, 3))
  if (low === undefined || high === undefined || low >= high || amount > MOST_LIQUIDITY) return undefined
  return { kind: 'liquidity', low, high, amount: sign * amount }
}
