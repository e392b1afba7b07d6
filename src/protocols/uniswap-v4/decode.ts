// A manager's log as one of two events of a pool; a log that isn't shaped like one of them, or says what no pool can say, is none.
import type { Log } from '../../core/flow.ts'
import { topicAt, wordsOf } from '../../core/words.ts'
import { isSqrtPrice, MOST_LIQUIDITY, tickOf } from '../../state/tick-scan.ts'
import { signed } from '../../store/column.ts'
import { TOPIC } from './abi.ts'

export type V4Event = { readonly id: bigint } & (
  | {
      readonly kind: 'swap'
      /** What the swapper gets (positive) or gives (negative). */
      readonly amount0: bigint
      readonly amount1: bigint
      readonly sqrtPriceX96: bigint
      readonly liquidity: bigint
      readonly tick: number
    }
  /** `amount` is negative if it was taken out. */
  | { readonly kind: 'liquidity'; readonly low: number; readonly high: number; readonly amount: bigint }
)

export function decodeV4Log({ topics, data }: Pick<Log, 'topics' | 'data'>): V4Event | undefined {
  const id = topicAt(topics, 1)
  if (id === undefined || topics.length !== 3) return undefined
  if (topics[0] === TOPIC.swap) {
    const [amount0, amount1, sqrtPriceX96, liquidity, tickWord] = wordsOf(data, 6) ?? []
    const tick = tickOf(tickWord)
    if (amount0 === undefined || amount1 === undefined || sqrtPriceX96 === undefined || liquidity === undefined) return undefined
    if (tick === undefined || !isSqrtPrice(sqrtPriceX96) || liquidity > MOST_LIQUIDITY) return undefined
    return { kind: 'swap', id, amount0: signed(amount0), amount1: signed(amount1), sqrtPriceX96, liquidity, tick }
  }
  if (topics[0] !== TOPIC.modify) return undefined
  const [lowWord, highWord, delta] = wordsOf(data, 4) ?? []
  const [low, high] = [tickOf(lowWord), tickOf(highWord)]
  if (low === undefined || high === undefined || low >= high || delta === undefined) return undefined
  const amount = signed(delta)
  return amount > MOST_LIQUIDITY || amount < -MOST_LIQUIDITY ? undefined : { kind: 'liquidity', id, low, high, amount }
}
