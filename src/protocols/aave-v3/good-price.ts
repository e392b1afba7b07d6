// The price before it was disputed: what loss is valued at while an oracle may lie. Five rules, the first that applies:
//
// a. The feed's second feed is within 5 % of the price, or further from the last good price on the same side, and so vouches for at least
//    as much of the move: the price is good, at once. This also ends a dispute when a second feed that lagged confirms the price.
// b. The second feed and an exchange's pool both disagree, on the same side, and have done so for half a minute, so that it is no swap of
//    one block: the market has left a price that stands still (a feed at its floor, a constant). Good is what the nearer of the two says.
// c. The second feed alone disagrees: the last good price is held for as long as it does.
// d. The reporters' latest submissions are further apart than 5 %: held for as long as they are. A submission of zero or less is apart
//    from every other; who has said nothing for 26 hours while others did has no voice, or a dead reporter would hold it for good.
// e. Nobody says anything: the price is followed while it is within 10 % of an anchor, which is the price of up to an hour ago. Beyond,
//    the last good price is held until the price is back within 5 % of it, or for an hour since anybody last disputed it: by then it is
//    the market's.
//
// So neither a second jump nor a ramp of small steps drags it along: without a witness it moves by 10 % an hour at most, or by any
// amount after an hour of a false price. A second feed is compared only if it is at most 26 hours old (heartbeats are a day) and the
// feed's own price is the market's within 1 %: some markets use another base than their feed. Zero is zero in every base.
import type { World } from '../../state/world.ts'

const APART = 0.05
const DRIFT = 0.1
/** Who moves a pool for one block pays nothing for it; for three blocks arbitrage makes it dear. */
const LEFT_S = 24
const SAME_BASE = 0.01
const HOUR_S = 3_600
const SILENT_S = 26 * HOUR_S

export function keepGoodPrice(world: World, market: number, timeS: number): void {
  const { price: prices, goodPrice } = world.markets.columns
  const anchor = world.store.column('aave.anchorPrice', 'f64')
  const anchoredS = world.store.column('aave.anchoredS', 'f64')
  const heldSinceS = world.store.column('aave.goodHeldSinceS', 'f64')
  const price = prices.get(market)
  const good = goodPrice.get(market)
  const accept = (): void => {
    goodPrice.set(market, price)
    heldSinceS.set(market, 0)
    if (anchor.get(market) === price && timeS - anchoredS.get(market) < HOUR_S) return
    anchor.set(market, price)
    anchoredS.set(market, timeS)
  }
  const said = witness(world, market, price, good, timeS)
  const leftSinceS = world.store.column('aave.leftSinceS', 'f64')
  if (typeof said !== 'number') leftSinceS.set(market, 0)
  else if (leftSinceS.get(market) === 0) leftSinceS.set(market, timeS)
  const held = heldSinceS.get(market)
  if (good === 0 || said === 'good')
    accept() // nothing to hold, or a second opinion
  else if (said !== 'nothing') {
    if (typeof said === 'number' && timeS - leftSinceS.get(market) >= LEFT_S) goodPrice.set(market, said)
    heldSinceS.set(market, timeS)
  } else if (held > 0) {
    if (within(price, good, APART) || timeS - held >= HOUR_S) accept()
  } else if (!within(price, anchor.get(market) || good, DRIFT)) heldSinceS.set(market, timeS)
  else if (timeS - anchoredS.get(market) >= HOUR_S) accept()
  else goodPrice.set(market, price)
}

/** What others than the price itself say of it; a number: what they say instead, with one voice. */
function witness(world: World, market: number, price: number, good: number, timeS: number): 'good' | 'disputed' | 'nothing' | number {
  const feed = world.markets.columns.feed.get(market) - 1
  if (feed < 0) return 'nothing'
  const { columns } = world.feeds
  const second = columns.secondPrice.get(feed)
  const fresh = columns.secondFeed.get(feed) > 0 && second > 0 && timeS - columns.secondUpdatedAtS.get(feed) <= SILENT_S
  if (fresh && (price === 0 || within(columns.price.get(feed), price, SAME_BASE)))
    return within(price, second, APART) || between(price, good, second)
      ? 'good'
      : (agreed(price, second, exchanged(world, feed)) ?? 'disputed')
  return reportsApart(world, feed) ? 'disputed' : 'nothing'
}

/** Both further than 5 % from the price, on the same side: the one that is nearer to it. */
function agreed(price: number, second: number, pool: number): number | undefined {
  if (!(pool > 0) || price === 0 || within(price, pool, APART)) return undefined
  if (second < price) return pool < price ? Math.max(second, pool) : undefined
  return pool > price ? Math.min(second, pool) : undefined
}

/** The present price of the feed's deepest pool; 0: none is watched. */
function exchanged(world: World, feed: number): number {
  const { feed: of, price, depthDownUsd } = world.pools.columns
  let deepest = -1
  for (let row = 0; row < world.pools.count; row++)
    if (of.get(row) === feed + 1 && (deepest < 0 || depthDownUsd.get(row) > depthDownUsd.get(deepest))) deepest = row
  return deepest < 0 ? 0 : price.get(deepest)
}

function reportsApart(world: World, feed: number): boolean {
  const { reporters, lowestReport, highestReport } = world.feeds.columns
  if (reporters.get(feed) < 2 || !apart(lowestReport.get(feed), highestReport.get(feed))) return false
  const { columns, count } = world.reporters
  const voices: number[] = []
  let newestS = 0
  for (let row = 0; row < count; row++) {
    if (columns.feed.get(row) !== feed + 1 || columns.active.get(row) === 0 || columns.updatedAtS.get(row) === 0) continue
    voices.push(row)
    newestS = Math.max(newestS, columns.updatedAtS.get(row))
  }
  const recent = voices.filter((row) => newestS - columns.updatedAtS.get(row) <= SILENT_S).map((row) => columns.price.get(row))
  return recent.length === 0 || apart(Math.min(...recent), Math.max(...recent))
}

/** Strictly beyond `from`, and not beyond `to`. */
const between = (value: number, from: number, to: number): boolean => (from < value && value <= to) || (to <= value && value < from)
const within = (value: number, of: number, share: number): boolean => Math.abs(value - of) <= share * of
const apart = (low: number, high: number): boolean => high > 0 && high - low > APART * low
