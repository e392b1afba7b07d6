// Who reports to a feed and what each said last; the feed's lowest, highest and middle report follow from it.
import type { Hex } from '../../core/flow.ts'
import { addressWord } from '../../core/words.ts'
import type { World } from '../../state/world.ts'

const ROUND_MASK = (1n << 64n) - 1n

export function reporterRow(world: World, feed: number, reporter: Hex): number {
  const { reporters } = world
  const row = reporters.rowOf(`${world.feeds.keyOf(feed)}:${reporter}`)
  reporters.columns.feed.set(row, feed + 1)
  reporters.columns.reporter.set(row, addressWord(reporter))
  return row
}

/** Everybody of this feed stops reporting: a new aggregator brings its own. */
export function retireReporters(world: World, feed: number): void {
  const { columns, count } = world.reporters
  for (let row = 0; row < count; row++) if (columns.feed.get(row) === feed + 1) columns.active.set(row, 0)
}

/** Writes how many may report, and the spread of what those who have reported said last. */
export function summarizeReports(world: World, feed: number): void {
  const { columns, count } = world.reporters
  const prices: number[] = []
  const inRound: number[] = []
  const round = Number(world.feeds.columns.roundId.get(feed) & ROUND_MASK)
  let active = 0
  for (let row = 0; row < count; row++) {
    if (columns.feed.get(row) !== feed + 1 || columns.active.get(row) !== 1) continue
    active += 1
    if (!(columns.updatedAtS.get(row) > 0)) continue
    prices.push(columns.price.get(row))
    if (columns.roundId.get(row) >= round) inRound.push(columns.price.get(row))
  }
  prices.sort((a, b) => a - b)
  inRound.sort((a, b) => a - b)
  const feeds = world.feeds.columns
  feeds.reporters.set(feed, active)
  feeds.lowestReport.set(feed, prices[0] ?? 0)
  feeds.highestReport.set(feed, prices.at(-1) ?? 0)
  feeds.medianReport.set(feed, middle(prices))
  const enough = inRound.length >= 3
  feeds.medianFloor.set(feed, enough ? middle([Number.NEGATIVE_INFINITY, ...inRound.slice(0, -1)]) : 0)
  feeds.medianCeiling.set(feed, enough ? middle([...inRound.slice(1), Number.POSITIVE_INFINITY]) : 0)
  feeds.reportsInRound.set(feed, inRound.length)
  feeds.sameReports.set(feed, longestRun(inRound))
}

/** How many of them are equal, at most. */
function longestRun(sorted: readonly number[]): number {
  let most = 0
  let run = 0
  for (let n = 0; n < sorted.length; n++) {
    run = n > 0 && sorted[n] === sorted[n - 1] ? run + 1 : 1
    if (run > most) most = run
  }
  return most
}

/** Mean of the two in the middle when there is no single one, as the aggregator's own median. */
function middle(sorted: readonly number[]): number {
  if (sorted.length === 0) return 0
  const half = Math.floor(sorted.length / 2)
  const high = sorted[half] as number
  return sorted.length % 2 === 1 ? high : ((sorted[half - 1] as number) + high) / 2
}
