// A pool's log as one of two events; a log that isn't shaped like one of them, or says what no pool can say, is none.
import type { Hex, Log } from '../../core/flow.ts'
import { MAX_SQRT_PRICE_X96, MAX_TICK, MIN_SQRT_PRICE_X96 } from '../../core/tick-math.ts'
import { topicAt, wordAt, wordsOf } from '../../core/words.ts'
import { signed } from '../../store/column.ts'
import { TOPIC } from './abi.ts'

export type PoolEvent =
  | { readonly kind: 'swap'; readonly sqrtPriceX96: bigint; readonly liquidity: bigint; readonly tick: number }
  /** `amount` is negative if it was taken out. */
  | { readonly kind: 'liquidity'; readonly low: number; readonly high: number; readonly amount: bigint }

export const MOST_LIQUIDITY = 2n ** 128n - 1n

export function decodePoolLog({ topics, data }: Pick<Log, 'topics' | 'data'>): PoolEvent | undefined {
  switch (topics[0]) {
    case TOPIC.swap: {
      const said = wordsOf(data, 5)
      return said && priceEvent(said[2] as bigint, said[3] as bigint, said[4] as bigint)
    }
    case TOPIC.mint:
      return wordsOf(data, 4) && liquidityEvent(topics, wordAt(data, 1) as bigint, 1n)
    case TOPIC.burn:
      return wordsOf(data, 3) && liquidityEvent(topics, wordAt(data, 0) as bigint, -1n)
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

export const isSqrtPrice = (word: bigint): boolean => word >= MIN_SQRT_PRICE_X96 && word < MAX_SQRT_PRICE_X96

/** An int24 as a word, if a pool can be there. */
export function tickOf(word: bigint | undefined): number | undefined {
  if (word === undefined) return undefined
  const tick = signed(word)
  return tick < -MAX_TICK || tick > MAX_TICK ? undefined : Number(tick)
}
