// When would detectors of prices and gaps have fired on real ones, and how often for nothing? `node --import tsx bench/price-paths.ts --prices DIR`,
// where DIR holds recorded closes as gzipped CSV (they are not part of the repository). Prints one JSON object.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { Finding, Severity } from '../src/core/flow.ts'
import { atLeast } from '../src/core/severity.ts'
import { oracleDeviation } from '../src/detect/oracle-deviation.ts'
import { oracleFrozen } from '../src/detect/oracle-frozen.ts'
import { oracleUseLag } from '../src/detect/oracle-use-lag.ts'
import { sequencerGap } from '../src/detect/sequencer-gap.ts'
import { venueDepeg } from '../src/detect/venue-depeg.ts'
import { FLOW } from '../src/state/tables.ts'
import type { World } from '../src/state/world.ts'
import { account, assetOf, bench, feed, market, put } from '../test/builders.ts'

const { values } = parseArgs({ options: { prices: { type: 'string' } } })
const folder = values.prices
if (folder === undefined) throw new Error('--prices DIR: where the recorded prices are')

const DAY_S = 86_400
interface Point {
  readonly timeS: number
  readonly price: number
}
function rows(file: string): readonly (readonly string[])[] {
  const text = gunzipSync(readFileSync(join(folder as string, file))).toString()
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(','))
}
const points = (file: string, time: (cell: string) => number, column: number, at = 0): readonly Point[] =>
  rows(file)
    .slice(1)
    .map((cells) => ({ timeS: time(cells[at] ?? ''), price: Number(cells[column]) }))
    .filter(({ price }) => price > 0)
const utc = (cell: string): number => Date.parse(cell) / 1_000
const iso = (timeS: number): string => new Date(timeS * 1_000).toISOString().slice(0, 16)

/** As a Chainlink feed would have answered: a round once the market is `bps` away, or after a day. */
function asFeed(path: readonly Point[], bps: number): (timeS: number, price: number) => Point {
  let last = path[0] as Point
  return (timeS, price) => {
    if (Math.abs(price / last.price - 1) * 10_000 >= bps || timeS - last.timeS >= DAY_S) last = { timeS, price }
    return last
  }
}

/** Steps of time in which it fired, with at least so many quiet minutes before each. */
function episodes(found: readonly Finding[], quietS = 3_600) {
  const begins = found.filter((f, n) => n === 0 || f.timeS - (found[n - 1] as Finding).timeS > quietS)
  return begins.map(({ timeS, severity, summary }) => ({ at: iso(timeS), severity, summary }))
}

function under(path: readonly Point[], limit: number, fromS: number): string | undefined {
  const point = path.find(({ timeS, price }) => timeS >= fromS && price < limit)
  return point && iso(point.timeS)
}
function firstOf(found: readonly Finding[], severity: Severity): string | undefined {
  const first = found.find((f) => atLeast(f.severity, severity))
  return first && iso(first.timeS)
}

/** USDC in March 2023: a feed with a threshold of 25 bps, and an exchange beside it. */
function usdc() {
  const path = points('USDC_USD_implied_1m_2023-03.csv.gz', utc, 1)
  const answer = asFeed(path, 25)
  const b = bench(venueDepeg())
  const found = path.flatMap(({ timeS, price }) => {
    const round = answer(timeS, price)
    return b.block((w) => feed(w, { price: round.price, updatedAtS: round.timeS, twapPrice: price }), { timeS })
  })
  const depegS = utc('2023-03-10T20:00:00Z')
  const overS = utc('2023-03-14T00:00:00Z')
  return {
    minutes: path.length,
    findings: found.length,
    firstUnder: Object.fromEntries([0.995, 0.99, 0.97, 0.95].map((price) => [price, under(path, price, depegS)])),
    firstFinding: firstOf(found, 'low'),
    firstHigh: firstOf(found, 'high'),
    episodesBefore: episodes(found.filter(({ timeS }) => timeS < depegS)),
    episodesDuring: episodes(found.filter(({ timeS }) => timeS >= depegS && timeS < overS)),
    episodesAfter: episodes(found.filter(({ timeS }) => timeS >= overS)),
    daysJudgedBefore: (depegS - ((path[0]?.timeS ?? 0) + 3.5 * DAY_S)) / DAY_S,
    daysAfter: ((path.at(-1)?.timeS ?? 0) - overS) / DAY_S,
  }
}

/** USDe in October 2025: a feed that follows the pool, and one exchange as its second feed. The first day stands for the days before it, five times. */
function usde() {
  const venue = points('USDE_binance_1m_2025-10-09_12.csv.gz', utc, 2)
  const lows = new Map(points('USDE_binance_1m_2025-10-09_12.csv.gz', utc, 1).map(({ timeS, price }) => [timeS, price]))
  const pool = points('USDE_uniswap_per_block_2025-10-10.csv.gz', Number, 2, 1)
  const b = bench(venueDepeg(), oracleDeviation())
  const firstDay = venue.slice(0, 1_440)
  for (let day = 5; day > 0; day--)
    for (const { timeS, price } of firstDay)
      b.block((w) => feed(w, { price, updatedAtS: timeS - day * DAY_S, secondPrice: price, secondUpdatedAtS: timeS - day * DAY_S }), {
        timeS: timeS - day * DAY_S,
      })
  let at = 0
  let own = firstDay[0]?.price ?? 1
  const found = venue.flatMap(({ timeS, price }) => {
    while (at < pool.length && (pool[at] as Point).timeS <= timeS) own = (pool[at++] as Point).price
    return b.block((w) => feed(w, { price: own, updatedAtS: timeS, secondPrice: price, secondUpdatedAtS: timeS, twapPrice: own }), {
      timeS,
    })
  })
  const of = (id: string) => found.filter(({ detector }) => detector === id)
  return {
    lowestOfVenue: Math.min(...lows.values()),
    firstUnder: Object.fromEntries([0.995, 0.99, 0.97].map((price) => [price, under(venue, price, utc('2025-10-10T20:00:00Z'))])),
    venueDepeg: { episodes: episodes(of('venue-depeg')), firstHigh: firstOf(of('venue-depeg'), 'high') },
    oracleDeviation: { firstHigh: firstOf(of('oracle-deviation'), 'high'), findings: of('oracle-deviation').length },
  }
}

/** A constant in the place of a live source, from each 500th hour on: how long until it is told, and at which gap. And live: never. */
function frozen() {
  const table = rows('closes_1h_2020-10_2024-06.csv.gz')
  const names = (table[0] ?? []).slice(1)
  const delaysH: number[] = []
  const gapsBps: number[] = []
  let starts = 0
  let live = 0
  for (const [n, name] of names.entries()) {
    const path = table.slice(1).map((cells) => ({ timeS: utc(cells[0] ?? ''), price: Number(cells[n + 1]) }))
    const write = (price: number, exchange: number) => (w: World) => {
      market(w, name, { price, pools: 1 })
      put(w.pools, 'pool', { base: BigInt(assetOf(name)), price: exchange, twapPrice: exchange, depthDownUsd: 1 })
    }
    const b = bench(oracleFrozen())
    for (const { timeS, price } of path) live += b.block(write(price, price), { timeS }).length
    for (let start = 0; start + 200 < path.length; start += 500) {
      starts += 1
      const one = bench(oracleFrozen())
      const held = (path[start] as Point).price
      for (let hour = 0; hour < 200; hour++) {
        const { timeS, price } = path[start + hour] as Point
        const [found] = one.block(write(held, price), { timeS })
        if (found === undefined) continue
        delaysH.push(hour)
        gapsBps.push(Math.round(Math.abs(Number(found.evidence['gap'])) * 10_000))
        break
      }
    }
  }
  delaysH.sort((x, y) => x - y)
  gapsBps.sort((x, y) => x - y)
  const middle = (list: readonly number[]): number | undefined => list[Math.floor(list.length / 2)]
  return {
    hoursLive: (table.length - 1) * names.length,
    foundLive: live,
    frozenStarts: starts,
    toldWithin200h: delaysH.length,
    medianHours: middle(delaysH),
    medianGapBps: middle(gapsBps),
  }
}

/** Somebody borrows 5 % of what there is after each hour's answer: how often would the move have made that a finding? */
function useLag() {
  const table = rows('closes_1h_2020-10_2024-06.csv.gz')
  const names = (table[0] ?? []).slice(1)
  const share: Record<string, number> = {}
  for (const [n, name] of names.entries()) {
    const b = bench(oracleUseLag())
    let found = 0
    for (const [hour, cells] of table.slice(1).entries()) {
      const [timeS, price] = [utc(cells[0] ?? ''), Number(cells[n + 1])]
      const step = (w: World): void => {
        const row = feed(w, { price, updatedAtS: timeS })
        if (hour === 0) {
          const of = market(w, name, { feed: row + 1 })
          market(w, 'USDC')
          account(w, { firstPosition: 1 })
          put(w.positions, undefined, { leg: of * 4 + 2, amount: 1n })
        }
        put(w.flows, undefined, { venue: 1, market: 2, account: 1, kind: FLOW.borrow, usd: 800_000 })
      }
      found += b.block(step, { timeS }).length
    }
    share[name] = Math.round((found / (table.length - 1)) * 1e5) / 1e3
  }
  return { findingsPer100Hours: share }
}

/** Ethereum's own blocks on a day when everybody wanted in: how often would a late block have been told? */
function gaps() {
  const blocks = points('USDE_uniswap_per_block_2025-10-10.csv.gz', Number, 0, 1) // the number of the block stands for a price
  const b = bench(sequencerGap())
  let found = 0
  let longestS = 0
  for (const [n, { timeS, price: number }] of blocks.entries()) {
    longestS = Math.max(longestS, timeS - (blocks[n - 1]?.timeS ?? timeS))
    found += b.block((w) => put(w.chains, '1', { chainId: 1, number, timeS }), { timeS }).length
  }
  return { blocks: blocks.length, longestS, found }
}

process.stdout.write(`${JSON.stringify({ usdc: usdc(), usde: usde(), frozen: frozen(), useLag: useLag(), gaps: gaps() }, null, 2)}\n`)
