// How a v3 pool is asked for its price and ticks.
import type { Hex } from '../../core/flow.ts'
import { wordAt, wordsOf } from '../../core/words.ts'
import { isSqrtPrice, MOST_LIQUIDITY, type TickViews, tickOf } from '../../state/tick-scan.ts'
import { signed } from '../../store/column.ts'
import { call } from './abi.ts'

export const viewsOf = (pool: Hex): TickViews => ({
  place: [call.slot0(pool), call.liquidity(pool)],
  placeOf(answers) {
    const slot0 = wordsOf(answers.get(call.slot0(pool)), 2)
    const tick = tickOf(slot0?.[1])
    const liquidity = wordAt(answers.get(call.liquidity(pool)), 0)
    if (!slot0 || tick === undefined || liquidity === undefined || liquidity > MOST_LIQUIDITY) return undefined
    const sqrtPriceX96 = slot0[0] as bigint
    return isSqrtPrice(sqrtPriceX96) ? { sqrtPriceX96, tick, liquidity } : undefined
  },
  bitmap: (word) => call.bitmap(pool, word),
  tick: (tick) => call.tick(pool, tick),
  netOf(answer) {
    const said = wordsOf(answer, 2)
    return said && signed(said[1] as bigint)
  },
})
