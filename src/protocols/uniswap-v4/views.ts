// How a pool of the manager is asked for its price and ticks: words of storage, taken apart.
import { wordAt } from '../../core/words.ts'
import { isSqrtPrice, MOST_LIQUIDITY, type TickViews, tickOf } from '../../state/tick-scan.ts'
import { call } from './abi.ts'
import type { V4PoolSpec } from './spec.ts'

const MASK_160 = (1n << 160n) - 1n

export const viewsOf = ({ manager, id }: V4PoolSpec): TickViews => ({
  place: [call.slot0(manager, id), call.liquidity(manager, id)],
  placeOf(answers) {
    const slot0 = wordAt(answers.get(call.slot0(manager, id)), 0)
    const liquidity = wordAt(answers.get(call.liquidity(manager, id)), 0)
    if (slot0 === undefined || liquidity === undefined || liquidity > MOST_LIQUIDITY) return undefined
    const tick = tickOf(BigInt.asUintN(256, BigInt.asIntN(24, slot0 >> 160n)))
    const sqrtPriceX96 = slot0 & MASK_160
    return tick !== undefined && isSqrtPrice(sqrtPriceX96) ? { sqrtPriceX96, tick, liquidity } : undefined
  },
  bitmap: (word) => call.bitmap(manager, id, word),
  tick: (tick) => call.tick(manager, id, tick),
  /** Gross liquidity in the low half, net in the high one. */
  netOf(answer) {
    const word = wordAt(answer, 0)
    return word === undefined ? undefined : BigInt.asIntN(128, word >> 128n)
  },
})
