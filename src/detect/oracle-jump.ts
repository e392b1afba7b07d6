// A feed's answer moved further in one round than its own history explains: the first sign of a wrong or captured oracle.
import { z } from 'zod'
import { limitOf } from '../core/calibration.ts'
import { ln } from '../core/math.ts'
import { feedRounds, feeds } from '../state/tables.ts'
import { ewmaVolatility } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Moves above this many deviations of the feed's own rounds fire. A calibration of the feed takes the place of this and of the floor. */
  maxSigmas: z.number().positive().default(8),
  /** A feed that hardly ever moves still may by this much: a stable coin's 8 sigmas would be nothing. */
  floorSigmaBps: z.number().positive().default(20),
  /** A second feed within this many basis points of the answer confirms the move. */
  confirmBps: z.number().positive().default(300),
})

export const oracleJump = defineDetector({
  id: 'oracle-jump',
  title: 'Price feed jumped',
  maturity: 'test',
  threat: 'A captured reporter set, a wrong source or a fat finger puts a false price on chain, and the venue lends or liquidates at it.',
  catches:
    "An answer that moves by more than maxSigmas of the feed's own volatility in one round and that no second feed confirms; an answer of zero or less.",
  misses:
    'A false price reached in many small steps; a feed with fewer than 100 rounds of history; a jump that the second feed makes too (both captured).',
  falsePositives: [
    'a true jump where no second feed is configured',
    'a second feed that confirms one block later',
    'a feed that resumes after a long silence',
  ],
  runbook: 'docs/runbooks/oracle-jump.md',
  source: 'reporters',
  basis: 'chain',
  on: feedRounds,
  wake: 'touched',
  subject: 'feed',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { returns: ewmaVolatility({ halfLifeRows: 200 }) },
  check(round, { returns }, params, _block, view) {
    const { price, previousPrice, secondPrice, answer, roundId } = round
    if (price <= 0)
      return {
        severity: 'critical',
        summary: `the feed answers ${price}: a price of zero or less`,
        evidence: { answer, roundId, previousPrice },
      }
    if (previousPrice <= 0) return undefined
    const move = ln(price / previousPrice)
    const calibrated = view.calibrated('oracle-jump', view.name(feeds, round.feed - 1))
    const sigma = calibrated
      ? limitOf(calibrated, returns.sigma) / calibrated.perSigma
      : Math.max(returns.sigma, params.floorSigmaBps / 10_000)
    const maxSigmas = calibrated?.perSigma ?? params.maxSigmas
    const sigmas = Math.abs(move) / sigma
    const warm = returns.ready
    if (sigmas <= maxSigmas) returns.push(move) // a jump never widens the range it is judged by
    if (!warm || sigmas <= maxSigmas) return undefined
    const evidence = { answer, roundId, price, previousPrice, sigma, sigmas, secondPrice, ...(calibrated && { maxSigmas }) }
    const by = calibrated && { calibrationHash: calibrated.calibrationHash }
    if (secondPrice > 0 && Math.abs(ln(price / secondPrice)) <= params.confirmBps / 10_000)
      return { severity: 'low', summary: `moved ${sigmas.toFixed(1)} sigmas in one round; the second feed agrees`, evidence, ...by }
    const direction = move > 0 ? 'up' : 'down'
    return {
      severity: sigmas > 2 * maxSigmas ? 'critical' : 'high',
      summary: `moved ${direction} ${sigmas.toFixed(1)} sigmas in one round, ${previousPrice} to ${price}`,
      evidence,
      ...by,
    }
  },
})
