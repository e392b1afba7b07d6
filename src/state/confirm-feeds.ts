// An exchange's mean price beside a feed's own, whichever adapter watches the pool.
import type { Hex } from '../core/flow.ts'
import type { World } from './world.ts'

/** Ties pools to their feeds. Of several pools of a feed the first counts that remembers its window. */
export function confirmFeeds(world: World, specs: readonly { readonly pool: string; readonly feed: Hex | undefined }[]): void {
  const { pools, feeds } = world
  const touched = new Set<number>()
  for (const { pool, feed } of specs) {
    const row = pools.find(pool)
    const of = feed === undefined ? undefined : feeds.find(feed)
    if (row === undefined || of === undefined) continue
    pools.columns.feed.set(row, of + 1)
    touched.add(of)
  }
  for (const of of touched) feeds.columns.twapPrice.set(of, meanOf(world, of))
}

function meanOf({ pools }: World, feed: number): number {
  for (let row = 0; row < pools.count; row++) {
    const mean = pools.columns.feed.get(row) === feed + 1 ? pools.columns.twapPrice.get(row) : 0
    if (mean > 0) return mean
  }
  return 0
}
