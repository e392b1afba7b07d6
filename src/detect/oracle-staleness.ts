// A feed says nothing for longer than it promised, or than it ever did: the venue lends at a price of the past.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { feeds } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

/** Intervals between rounds that a feed without a promise is judged by. */
const INTERVALS = 100

const params = z.strictObject({
  /** So many times the promised heartbeat may pass: a round needs a block to land in. */
  graceFactor: z.number().min(1).default(1.1),
  /** Without a promise: so many times the longest of the last 100 intervals. */
  longestFactor: z.number().min(1).default(3),
  /** Without a promise: never less than this, seconds. */
  floorS: z.number().positive().default(3_600),
  /** Without a promise: intervals to be seen first. */
  minIntervals: z.number().int().min(1).max(INTERVALS).default(30),
  /** The second feed or the exchange further than this from the old price: it is wrong as well as old. */
  floorBps: z.number().positive().default(300),
  /** A second feed that has said nothing for longer is no witness, seconds. */
  maxSecondAgeS: z.number().positive().default(93_600),
  /** While it lasts it is told again after so many seconds. */
  repeatS: z.number().positive().default(3_600),
})

export const oracleStaleness = defineDetector({
  id: 'oracle-staleness',
  title: 'Price feed is silent',
  maturity: 'test',
  threat: 'Reporters that stop, or are stopped, leave an old price; when the market moves on, whoever knows takes the difference.',
  catches:
    'A last round older than the promised heartbeat and a tenth; without a promise, older than three times the longest of its last 100 intervals and an hour. Once when it begins, when the price turns out to be wrong, and every hour.',
  misses:
    'A price that is wrong within its heartbeat; a feed without a promise in its first 30 intervals; a reporter that repeats an old price in new rounds.',
  falsePositives: ['a chain that made no blocks: all feeds are late at once', 'a market that is closed, where the feed keeps its hours'],
  runbook: 'docs/runbooks/oracle-staleness.md',
  source: 'reporters',
  basis: 'chain',
  on: feeds,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { intervals: ring({ size: INTERVALS }), seen: ring({ size: 1 }), toldAtS: ring({ size: 1 }), toldWrong: ring({ size: 1 }) },
  check(feed, { intervals, seen, toldAtS, toldWrong }, params, block) {
    const { updatedAtS, heartbeatS, price, secondPrice, secondUpdatedAtS, twapPrice } = feed
    if (!(updatedAtS > 0)) return undefined // has never answered
    const last = seen.get(0)
    if (updatedAtS !== last) {
      const intervalS = updatedAtS - (last ?? updatedAtS)
      const told = (toldAtS.get(0) ?? 0) > 0
      if (intervalS > 0 && heartbeatS === 0 && !told) intervals.push(intervalS) // a silence that was told is no measure of the next
      if (told) toldAtS.push(0)
      seen.push(updatedAtS)
    }
    const ageS = block.timeS - updatedAtS
    if (heartbeatS === 0 && (intervals.length < params.minIntervals || !(ageS > params.floorS))) return undefined
    const limitS = heartbeatS > 0 ? heartbeatS * params.graceFactor : Math.max(longest(intervals) * params.longestFactor, params.floorS)
    if (!(ageS > limitS)) return undefined

    const second = secondPrice > 0 && block.timeS - secondUpdatedAtS <= params.maxSecondAgeS ? secondPrice : 0
    const isApart = (other: number): boolean => other > 0 && Math.abs(ln(price / other)) > params.floorBps / 10_000
    const wrong = isApart(second) || isApart(twapPrice)
    const beforeS = toldAtS.get(0) ?? 0
    const worse = wrong && toldWrong.get(0) !== 1
    if (beforeS > 0 && !worse && block.timeS - beforeS < params.repeatS) return undefined
    toldAtS.push(block.timeS)
    toldWrong.push(wrong ? 1 : 0)
    const said = `no round for ${ageS} s, ${heartbeatS > 0 ? `${heartbeatS} s are promised` : `${limitS} s would be long for it`}`
    return {
      severity: wrong ? 'high' : 'medium',
      summary: wrong ? `${said}; the price moved on meanwhile` : said,
      evidence: { updatedAtS, ageS, limitS, heartbeatS, price, secondPrice: second, twapPrice },
    }
  },
})

function longest(intervals: { readonly length: number; get(ago: number): number | undefined }): number {
  let most = 0
  for (let ago = 0; ago < intervals.length; ago++) most = Math.max(most, intervals.get(ago) ?? 0)
  return most
}
