// How a block changes the feeds: first what was emitted, then a swap that was read, then the figures that follow from both.
import { toFloat } from '../../core/exact.ts'
import type { BlockInput, Call, Hex } from '../../core/flow.ts'
import { addressWord, wordAt, wordsOf } from '../../core/words.ts'
import { topic0Of } from '../../decode/word-log.ts'
import type { Answers } from '../../state/protocol.ts'
import { NO_TX } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { signed, unsigned } from '../../store/column.ts'
import { TOPIC } from './abi.ts'
import { decodeFeedLog, type FeedEvent } from './decode.ts'
import { observerAt, writeObservers } from './observers.ts'
import { decimalsCall, latestRoundCall, limitCalls, newAggregator, observersOf, oracleStateCall, oraclesOf, phaseCall } from './reads.ts'
import { reporterRow, retireReporters, summarizeReports } from './reporters.ts'

/** The proxy's round id is its phase in the high bits and the aggregator's round in the low 64. */
const PHASE_BITS = 64n
const ROUND_MASK = (1n << PHASE_BITS) - 1n
const PHASE_MASK = 0xffffn
const MAX_DECIMALS = 36n
/** FluxAggregator.MAX_ORACLE_COUNT. */
const MAX_REPORTS = 77n

const FEED_TOPICS: ReadonlySet<Hex | undefined> = new Set(Object.values(TOPIC))

/** `changed` collects feeds whose reports must be summed up again. */
export function applyLogs(world: World, feedRows: readonly number[], block: BlockInput, answers: Answers, changed: Set<number>): void {
  const byAggregator = new Map<Hex, number[]>()
  for (const feed of feedRows) {
    const aggregator = world.feeds.columns.aggregator.address(feed)
    byAggregator.set(aggregator, [...(byAggregator.get(aggregator) ?? []), feed])
  }
  for (const log of block.logs) {
    if (!FEED_TOPICS.has(topic0Of(log))) continue
    const feeds = byAggregator.get(log.address.toLowerCase() as Hex)
    const event = feeds && decodeFeedLog(log)
    if (!event) continue
    for (const feed of feeds) {
      changed.add(feed)
      applyEvent(world, feed, event, block.timeS, log.txIndex, answers)
    }
  }
}

function applyEvent(world: World, feed: number, event: FeedEvent, timeS: number, txIndex: number, answers: Answers): void {
  const { columns } = world.feeds
  switch (event.kind) {
    case 'answer': {
      const phase = columns.roundId.get(feed) >> PHASE_BITS
      answered(world, feed, event.answer, (phase << PHASE_BITS) | (event.round & ROUND_MASK), event.updatedAtS, txIndex)
      return
    }
    case 'submission':
      submitted(world, feed, event.reporter, event.answer, event.round, timeS)
      return
    case 'permission':
      world.reporters.columns.active.set(reporterRow(world, feed, event.reporter), event.allowed ? 1 : 0)
      return
    case 'transmission':
      for (const { observer, answer } of event.observations) {
        const reporter = observerAt(world, feed, observer)
        if (reporter !== undefined) submitted(world, feed, reporter, answer, event.round, timeS)
      }
      return
    case 'details':
      columns.minReports.set(feed, event.minReports)
      return
    case 'config':
      columns.minReports.set(feed, event.minReports)
      retireReporters(world, feed)
      seatObservers(world, feed, columns.aggregator.address(feed), answers)
      return
  }
}

function submitted(world: World, feed: number, reporter: Hex, answer: bigint, round: bigint, timeS: number): void {
  const row = reporterRow(world, feed, reporter)
  const { columns } = world.reporters
  columns.active.set(row, 1)
  columns.price.set(row, toFloat(answer, world.feeds.columns.decimals.get(feed)))
  columns.roundId.set(row, Number(round & ROUND_MASK))
  columns.updatedAtS.set(row, timeS)
}

/** Observers as the aggregator lists them now; their rows. What those who stay said last still counts. */
function seatObservers(world: World, feed: number, aggregator: Hex, answers: Answers): readonly number[] {
  const observers = observersOf(aggregator, answers)
  writeObservers(world, feed, observers)
  const rows = observers.map((observer) => reporterRow(world, feed, observer))
  for (const row of rows) world.reporters.columns.active.set(row, 1)
  return rows
}

/** It has said nothing yet to this aggregator: what it said to another doesn't count. */
function forget(world: World, row: number): void {
  const { columns } = world.reporters
  columns.price.set(row, 0)
  columns.roundId.set(row, 0)
  columns.updatedAtS.set(row, 0)
}

/** A new answer. The same answer again in the same round (one more submission that didn't move the median) is no row. */
function answered(world: World, feed: number, answer: bigint, roundId: bigint, updatedAtS: number, txIndex: number): void {
  const { columns } = world.feeds
  const repeated = columns.answer.get(feed) === unsigned(answer) && columns.roundId.get(feed) === roundId
  const before = columns.price.get(feed)
  const price = toFloat(answer, columns.decimals.get(feed))
  columns.answer.set(feed, unsigned(answer))
  columns.roundId.set(feed, roundId)
  columns.updatedAtS.set(feed, updatedAtS)
  columns.price.set(feed, price)
  if (price !== before) columns.previousPrice.set(feed, before)
  if (repeated) return
  const rounds = world.feedRounds
  const row = rounds.append()
  rounds.columns.feed.set(row, feed + 1)
  rounds.columns.roundId.set(row, roundId)
  rounds.columns.answer.set(row, unsigned(answer))
  rounds.columns.price.set(row, price)
  rounds.columns.previousPrice.set(row, before)
  rounds.columns.updatedAtS.set(row, updatedAtS)
  rounds.columns.txIndex.set(row, txIndex)
}

/** First sight of a feed, or another aggregator behind its proxy. */
export function applySwap(world: World, proxy: Hex, answers: Answers, changed: Set<number>): void {
  const aggregator = newAggregator(world, proxy, answers)
  if (aggregator === undefined) return
  const first = world.feeds.find(proxy) === undefined
  const feed = world.feeds.rowOf(proxy)
  const { columns } = world.feeds
  columns.chainId.set(feed, world.chainId)
  columns.proxy.set(feed, addressWord(proxy))
  columns.aggregator.set(feed, addressWord(aggregator))
  if (!first) columns.swaps.set(feed, columns.swaps.get(feed) + 1)
  const decimals = wordAt(answers.get(decimalsCall(proxy)), 0)
  if (decimals !== undefined && decimals <= MAX_DECIMALS) columns.decimals.set(feed, Number(decimals))
  // an aggregator without a round reverts here, and the proxy's `latestAnswer` is 0: nobody has a price
  const [roundId, answer, , updatedAt] = wordsOf(answers.get(latestRoundCall(proxy)), 5) ?? [0n, 0n, 0n, 0n]
  const round = roundId || ((wordAt(answers.get(phaseCall(proxy)), 0) ?? 0n) & PHASE_MASK) << PHASE_BITS
  if (first) {
    columns.answer.set(feed, answer as bigint)
    columns.roundId.set(feed, round)
    columns.updatedAtS.set(feed, Number(updatedAt))
    columns.price.set(feed, toFloat(signed(answer as bigint), columns.decimals.get(feed)))
    columns.previousPrice.set(feed, columns.price.get(feed))
  } else answered(world, feed, signed(answer as bigint), round, Number(updatedAt), NO_TX)
  writeLimits(world, feed, aggregator, answers)
  retireReporters(world, feed)
  for (const row of seatObservers(world, feed, aggregator, answers)) forget(world, row)
  for (const oracle of oraclesOf(aggregator, answers)) {
    const row = reporterRow(world, feed, oracle)
    const last = wordAt(answers.get(oracleStateCall(aggregator, oracle)), 2)
    const reporters = world.reporters.columns
    reporters.active.set(row, 1)
    // the view says what it submitted last but not when: at the latest with the round that we read; 0 is never
    const known = last !== undefined && last !== 0n
    reporters.price.set(row, known ? toFloat(signed(last), columns.decimals.get(feed)) : 0)
    reporters.roundId.set(row, known ? Number(columns.roundId.get(feed) & ROUND_MASK) : 0)
    reporters.updatedAtS.set(row, known ? columns.updatedAtS.get(feed) : 0)
  }
  changed.add(feed)
}

/** What the aggregator can answer at all; one that tells neither has no bounds that we know. */
function writeLimits(world: World, feed: number, aggregator: Hex, answers: Answers): void {
  const { flux, ocr } = limitCalls(aggregator)
  const { columns } = world.feeds
  const bound = (one: Call, other: Call): bigint => wordAt(answers.get(one), 0) ?? wordAt(answers.get(other), 0) ?? 0n
  columns.minAnswer.set(feed, bound(flux.min, ocr.min))
  columns.maxAnswer.set(feed, bound(flux.max, ocr.max))
  const count = wordAt(answers.get(flux.count), 0) ?? 0n
  columns.minReports.set(feed, count <= MAX_REPORTS ? Number(count) : 0)
}

/** The second feed's figures beside the first's, in the feed and in its rounds of this block. */
export function applySecondFeeds(world: World, pairs: readonly { readonly proxy: Hex; readonly second: Hex }[]): void {
  const { columns } = world.feeds
  for (const { proxy, second } of pairs) {
    const feed = world.feeds.find(proxy)
    const other = world.feeds.find(second)
    if (feed === undefined || other === undefined) continue
    columns.secondFeed.set(feed, other + 1)
    columns.secondPrice.set(feed, columns.price.get(other))
    columns.secondUpdatedAtS.set(feed, columns.updatedAtS.get(other))
  }
  const rounds = world.feedRounds
  for (let row = 0; row < rounds.count; row++)
    rounds.columns.secondPrice.set(row, columns.secondPrice.get(rounds.columns.feed.get(row) - 1))
}

export function summarize(world: World, changed: ReadonlySet<number>): void {
  for (const feed of [...changed].sort((a, b) => a - b)) summarizeReports(world, feed)
}
