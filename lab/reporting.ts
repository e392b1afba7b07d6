// One round on every feed of the lab, in the prepared days.
import type { Builder } from './deploy/builder.ts'
import type { Deployment } from './deploy/index.ts'
import type { Prices } from './prices.ts'
import { roundOf } from './reporters.ts'

/** Last round of each feed, by its id. */
export type Rounds = Record<string, number>

export async function reportRound(b: Builder, { feeds, secondFeeds }: Deployment, seed: number, rounds: Rounds, prices: Prices) {
  for (const feed of [...feeds, ...secondFeeds]) {
    const roundId = (rounds[feed.id] ?? 0) + 1
    rounds[feed.id] = roundId
    for (const { from, to, data, gas } of roundOf(seed, feed, roundId, prices[feed.symbol])) {
      await b.push(`${feed.id} round ${roundId}`, from, to, data, gas)
    }
  }
}
