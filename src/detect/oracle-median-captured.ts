// Most reporters of a round say one and the same odd value: honest ones round differently, colluding ones copy.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { feeds } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { witnessOf } from './witness.ts'

const params = z.strictObject({
  /** Gaps to the second source above this many times the usual gap count as odd. */
  maxSigmas: z.number().positive().default(6),
  /** And above this: half a usual deviation threshold of 2 %, a third of what oracle-deviation waits for. */
  floorBps: z.number().positive().default(100),
  /** A feed in which more rounds than this share are unanimous says nothing by being so: stablecoins at exactly 1. */
  maxUsualShare: z.number().positive().max(1).default(0.1),
  /** A second feed older than this may be the one that is behind, seconds: one hour, the heartbeat of most feeds with a tight threshold. */
  maxSecondAgeS: z.number().positive().default(3_900),
})

export const oracleMedianCaptured = defineDetector({
  id: 'oracle-median-captured',
  title: 'Reporters agree on an odd value',
  maturity: 'test',
  threat: 'Who holds more than half of the reporters holds the median; the rest cannot outvote them, and no reporter stands apart.',
  catches:
    "More than half of a round's reports at exactly the same value, in a feed where that is rare, while the second feed or the exchange's average is further away than usual and than floorBps. The takeover of a reporter set; UwU Lend 2024-06-10 moved its median by 4 %.",
  misses: 'Captured reporters that add noise of their own; a feed in which unanimity is usual; no second source; the first 50 rounds.',
  falsePositives: [
    'reporters that read one data provider, in a round in which the second feed is behind',
    'a price so coarse in its unit that honest reports coincide',
  ],
  runbook: 'docs/runbooks/oracle-median-captured.md',
  source: 'reporters',
  basis: 'chain',
  on: feeds,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { rounds: ring({ size: 1 }), unanimous: ewmaVolatility({ halfLifeRows: 100 }), gaps: ewmaVolatility({ halfLifeRows: 200 }) },
  check(feed, { rounds, unanimous, gaps }, params, block) {
    const { reportsInRound, sameReports, price, updatedAtS } = feed
    if (!(updatedAtS > 0)) return undefined
    const isMajority = reportsInRound >= 3 && sameReports <= reportsInRound && sameReports * 2 > reportsInRound
    const witness = witnessOf(feed, block.timeS, params.maxSecondAgeS)
    const gap = witness > 0 && price > 0 ? ln(price / witness) : 0
    const limit = Math.max(gaps.ready ? params.maxSigmas * gaps.sigma : 0, params.floorBps / 10_000)
    // the mean square of ones and zeros is the share of ones
    const rare = unanimous.ready && unanimous.sigma * unanimous.sigma <= params.maxUsualShare
    const fires = isMajority && rare && Math.abs(gap) > limit
    const round = Number(feed.roundId & ROUND_MASK)
    const isNew = rounds.get(0) !== round
    if (isNew && !fires) {
      rounds.push(round)
      unanimous.push(isMajority ? 1 : 0)
      if (gap !== 0 && Math.abs(gap) <= limit) gaps.push(gap)
    }
    if (!fires) return undefined
    return {
      severity: Math.abs(gap) > 3 * limit ? 'critical' : 'high',
      summary: `${sameReports} of ${reportsInRound} reports are exactly the same and ${(Math.abs(gap) * 100).toFixed(1)} % away from ${witness} of another source`,
      evidence: { sameReports, reportsInRound, price, witness, gap, limit, usualShare: unanimous.sigma * unanimous.sigma },
    }
  },
})

/** The aggregator's own round; above it stands the proxy's phase, and both together are more than a float tells apart. */
const ROUND_MASK = (1n << 64n) - 1n
