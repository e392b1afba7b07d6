// Who observes for an OCR feed, by place: its reports name places, our tables name addresses.
import type { Hex } from '../../core/flow.ts'
import { addressOf, addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'
import type { U32Column, WordColumn } from '../../store/column.ts'
import { MAX_OBSERVERS } from './transmission.ts'

/** Stands for an observer whose address the aggregator doesn't tell: nobody has a key to it. */
const NAMELESS = 0x0c2n << 144n

const list = (world: World): WordColumn => world.store.column('chainlink.observers', 'word')
const counts = (world: World): U32Column => world.store.column('chainlink.observerCount', 'u32')

/** In the aggregator's order; empty: it doesn't tell. */
export function writeObservers(world: World, feed: number, observers: readonly Hex[]): void {
  const count = Math.min(observers.length, MAX_OBSERVERS)
  const before = counts(world).get(feed)
  for (let n = 0; n < Math.max(count, before); n++)
    list(world).set(feed * MAX_OBSERVERS + n, n < count ? addressWord(observers[n] as Hex) : 0n)
  counts(world).set(feed, count)
}

/** undefined: the aggregator tells who observes for it, and nobody stands in this place. */
export function observerAt(world: World, feed: number, place: number): Hex | undefined {
  const count = counts(world).get(feed)
  if (count === 0) return addressOf(NAMELESS + BigInt(place))
  return place < count ? addressOf(list(world).get(feed * MAX_OBSERVERS + place)) : undefined
}
