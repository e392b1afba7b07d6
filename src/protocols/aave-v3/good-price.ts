// The price before it was disputed: what loss is valued at while an oracle may lie.
//
// The price before a block in which it moved by more than 10 % is held until the price is back within 5 % of it, or for an hour: by then
// it is the market's. Further jumps while it is held don't replace it, or an attacker would only need two. What climbs by less a
// block passes as good: detectors of drift and second feeds are there for that.
import type { World } from '../../state/world.ts'

const JUMP = 0.1
const BACK = 0.05
const HOLD_S = 3600

/** `before` is the price at the end of the last block, 0 if there was none. */
export function keepGoodPrice(world: World, market: number, before: number, timeS: number): void {
  const { columns } = world.markets
  const heldSinceS = world.store.column('aave.goodHeldSinceS', 'f64')
  const price = columns.price.get(market)
  const held = heldSinceS.get(market)
  if (held > 0) {
    const good = columns.goodPrice.get(market)
    if (Math.abs(price - good) > BACK * good && timeS - held < HOLD_S) return
    heldSinceS.set(market, 0)
  } else if (before > 0 && Math.abs(price - before) > JUMP * before) {
    heldSinceS.set(market, timeS)
    columns.goodPrice.set(market, before)
    return
  }
  columns.goodPrice.set(market, price)
}
