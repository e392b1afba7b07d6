// A feed's answer stands at the end of what its aggregator can say: the market may be far beyond it, and the feed can't follow.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { feeds } from '../state/tables.ts'
import { signed } from '../store/column.ts'
import { defineDetector } from './define.ts'
import { witnessOf } from './witness.ts'

const params = z.strictObject({
  /** So close to a bound counts: an answer beyond it reverts, so the last one stays above it (LUNA: 0.107 over a floor of 0.10). */
  nearBps: z.number().int().min(0).max(9_999).default(1_000),
  /** A second source so far beyond the answer says that the market went on without it. */
  beyondBps: z.number().positive().default(300),
  /** A second feed that has said nothing for longer is no witness, seconds: heartbeats are a day. */
  maxSecondAgeS: z.number().positive().default(93_600),
})

export const oracleBound = defineDetector({
  id: 'oracle-bound',
  title: 'Price feed at its bound',
  maturity: 'test',
  threat: 'Aggregators refuse answers outside fixed bounds; when a market falls through the floor, the venue lends at the floor.',
  catches:
    "An answer within nearBps of the aggregator's lowest or highest answer, for as long as it stands; critical if a second source is beyond it. Venus and Blizz, LUNA 2022-05-12.",
  misses:
    'Feeds that do not tell their bounds; bounds in a contract between the proxy and the venue; a market that jumps over the near zone.',
  falsePositives: [
    'an asset whose honest price is within a tenth of a bound that was set too tight',
    'a test feed whose bounds are made up',
  ],
  runbook: 'docs/runbooks/oracle-bound.md',
  source: 'reporters',
  basis: 'chain',
  on: feeds,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {},
  check(feed, _memory, { nearBps, beyondBps, maxSecondAgeS }, block) {
    const [min, max] = [signed(feed.minAnswer), signed(feed.maxAnswer)]
    if (min >= max || !(feed.updatedAtS > 0)) return undefined // not told, or no answer yet
    const answer = signed(feed.answer)
    // of the answer's own size, so that a bound of zero has no near zone
    const low = answer * BPS <= min * BPS + abs(min) * BigInt(nearBps)
    const high = answer * BPS >= max * BPS - abs(max) * BigInt(nearBps)
    if (!low && !high) return undefined
    const { price } = feed
    const witness = witnessOf(feed, block.timeS, maxSecondAgeS)
    const gap = witness > 0 && price > 0 ? ln(witness / price) : 0
    const beyond = (low ? -gap : gap) > beyondBps / 10_000
    const at = low ? answer <= min : answer >= max
    const name = low ? 'lowest' : 'highest'
    return {
      severity: beyond ? 'critical' : at ? 'high' : 'medium',
      summary: `the answer ${price} is ${at ? 'at' : 'close to'} the ${name} that the aggregator can give${beyond ? `; another source says ${witness}` : ''}`,
      evidence: { answer, minAnswer: min, maxAnswer: max, price, witness, gap, updatedAtS: feed.updatedAtS },
    }
  },
})

const BPS = 10_000n
const abs = (value: bigint): bigint => (value < 0n ? -value : value)
