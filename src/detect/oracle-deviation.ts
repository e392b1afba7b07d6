// A feed's price stands apart from its independent sources, a second feed or an exchange: one of them is wrong, and the venue uses this one.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { feeds } from '../state/tables.ts'
import { type EwmaVolatility, ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Gaps above this many times the feed's usual gap fire. */
  maxSigmas: z.number().positive().default(8),
  /** Two honest feeds may always differ by this much: each writes only once its price has moved by its own threshold. */
  floorBps: z.number().positive().default(300),
  /** The same for an exchange's average, which lags by design. */
  twapFloorBps: z.number().positive().default(1_500),
  /** A gap that became usual widens its floor to so many times at most: or a slow drift would excuse itself. */
  widestTimes: z.number().min(1).default(4),
  /** Gaps above so many times their limit are critical and fire at first sight. */
  grossTimes: z.number().min(1).default(4),
  /** A second feed that has said nothing for longer is no witness, seconds: heartbeats are a day. */
  maxSecondAgeS: z.number().positive().default(93_600),
})

export const oracleDeviation = defineDetector({
  id: 'oracle-deviation',
  title: 'Price feed against its independent sources',
  maturity: 'test',
  threat: 'Whoever holds the reporters of one feed makes the price the venue lends at; other sources of the same price show it.',
  catches:
    "A gap to the second feed above maxSigmas of the pair's usual gap and above floorBps, in two blocks running or four times as large at once, for as long as it stands; without a fresh second feed, a gap to the exchange's average above twapFloorBps.",
  misses:
    'A feed without second feed and exchange; all of them wrong together (one market behind all); a gap under 3 %; one that grows slowly widens its own limit, up to four floors.',
  falsePositives: [
    'a true move over four times the limit that the second feed makes a block later',
    'a true move that the second feed follows two blocks late or more',
    'a second feed that stands still, for up to 26 hours',
    "a fast true move where only the exchange's average is there to compare",
  ],
  runbook: 'docs/runbooks/oracle-deviation.md',
  source: 'second-feed',
  basis: 'chain',
  on: feeds,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { gaps: ewmaVolatility({ halfLifeRows: 2_000 }), twapGaps: ewmaVolatility({ halfLifeRows: 2_000 }), over: ring({ size: 1 }) },
  check(feed, { gaps, twapGaps, over }, params, block) {
    const { price, updatedAtS, secondPrice, secondUpdatedAtS, twapPrice } = feed
    if (!(price > 0) && !(price <= 0 && updatedAtS > 0)) return undefined // has never answered
    const hasSecond = secondPrice > 0 && block.timeS - secondUpdatedAtS <= params.maxSecondAgeS
    const hasTwap = twapPrice > 0
    const gap = hasSecond ? gapOf(price, secondPrice) : 0
    const twapGap = hasTwap ? gapOf(price, twapPrice) : 0
    const limit = limitOf(gaps, params.floorBps, params)
    const twapLimit = limitOf(twapGaps, params.twapFloorBps, params)

    const isOver = Math.abs(gap) > limit
    const wasOver = over.get(0) === 1
    if (isOver !== wasOver) over.push(isOver ? 1 : 0)
    const figures = { price, secondPrice, secondUpdatedAtS, twapPrice }
    if (isOver) {
      const gross = Math.abs(gap) > params.grossTimes * limit
      if (!wasOver && !gross) return undefined // the second feed may be a block behind
      const joined = gap * twapGap > 0 && Math.abs(twapGap) > params.twapFloorBps / 10_000
      return {
        severity: gross || joined ? 'critical' : 'high',
        summary: `${price} against ${secondPrice} of the second feed: ${percent(gap)} apart (limit ${percent(limit)})${joined ? '; the exchange agrees with the second feed' : ''}`,
        evidence: { ...figures, gap, limit, usual: gaps.sigma, twapGap },
      }
    }
    if (hasSecond) gaps.push(gap)
    if (!hasTwap) return undefined
    if (!hasSecond && Math.abs(twapGap) > twapLimit)
      return {
        severity: 'medium',
        summary: `${price} against an exchange's average of ${twapPrice}: ${percent(twapGap)} apart (limit ${percent(twapLimit)}); no second feed to ask`,
        evidence: { ...figures, gap: twapGap, limit: twapLimit, usual: twapGaps.sigma },
      }
    if (Math.abs(twapGap) <= twapLimit) twapGaps.push(twapGap)
    return undefined
  },
})

/** As a logarithm; an answer of zero or less is infinitely far below any price. */
const gapOf = (price: number, other: number): number => (price > 0 ? ln(price / other) : Number.NEGATIVE_INFINITY)

function limitOf(
  usual: Omit<EwmaVolatility, 'seek'>,
  floorBps: number,
  { maxSigmas, widestTimes }: { readonly maxSigmas: number; readonly widestTimes: number },
): number {
  const floor = floorBps / 10_000
  return usual.ready ? Math.min(Math.max(maxSigmas * usual.sigma, floor), widestTimes * floor) : floor
}

const percent = (gap: number): string => `${(Math.abs(gap) * 100).toFixed(1)} %`
