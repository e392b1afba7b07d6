// Another aggregator answers behind a feed's proxy: no event says so, and with it come other reporters, bounds and perhaps another unit.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { executions, feeds, governed } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { witnessOf, wordOf } from './witness.ts'

const params = z.strictObject({
  /** A step of the price at the swap above so many deviations of the feed's own changes is no coincidence. */
  maxSigmas: z.number().positive().default(6),
  /** And above this: two honest aggregators differ by their deviation thresholds, up to 2 % each. */
  stepBps: z.number().positive().default(300),
  /** A second source within this of the new price says that it is right. */
  confirmBps: z.number().positive().default(300),
  /** A second feed that has said nothing for longer is no witness, seconds. */
  maxSecondAgeS: z.number().positive().default(93_600),
})

export const oracleSwapped = defineDetector({
  id: 'oracle-swapped',
  title: 'Aggregator behind a feed changed',
  maturity: 'test',
  threat: "Whoever may swap a proxy's aggregator makes the price; an honest swap with the wrong decimals does as well.",
  catches:
    'Each swap, in its block, and whether a governance execution was in the block; high or critical if the price stepped with it and no second source agrees. Aevo/Ribbon 2025-12-12 (a pricer with other decimals), Moonwell 2025-11-04.',
  misses:
    'A swap inside a source that is no Chainlink proxy; one that is undone within its block; a governance execution in the same block that was about something else counts as the cause.',
  falsePositives: [
    "the feed's own operator swaps from a Safe that the config does not name: low",
    'a true jump of the market in the same block',
  ],
  runbook: 'docs/runbooks/oracle-swapped.md',
  source: 'authority',
  basis: 'chain',
  on: feeds,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { seen: ring({ size: 1 }), prices: ring({ size: 1 }), moves: ewmaVolatility({ halfLifeRows: 200 }) },
  check(feed, { seen, prices, moves }, params, block, view) {
    const { swaps, price, reporters } = feed
    const before = prices.get(0) ?? price
    const known = seen.get(0)
    const move = price > 0 && before > 0 ? ln(price / before) : 0
    if (price !== before || known === undefined) prices.push(price)
    if (known !== swaps) seen.push(swaps)
    if (known === undefined || swaps <= known) {
      if (move !== 0) moves.push(move)
      return undefined
    }
    const isGoverned = view.count(governed) === 0 || view.count(executions) > 0
    const limit = Math.max(moves.ready ? params.maxSigmas * moves.sigma : 0, params.stepBps / 10_000)
    const witness = witnessOf(feed, block.timeS, params.maxSecondAgeS)
    const gone = !(price > 0)
    const stepped = gone || (Math.abs(move) > limit && wordOf(price, witness, params.confirmBps) !== 'confirmed')
    const path = isGoverned ? 'beside a governance execution' : 'with no governance execution in the block'
    return {
      severity: gone || (stepped && !isGoverned) ? 'critical' : stepped ? 'high' : isGoverned ? 'info' : 'low',
      summary: `another aggregator answers, ${path}: ${before} became ${price}`,
      evidence: { swaps, price, before, move, limit, witness, reporters, governed: isGoverned ? 1 : 0 },
    }
  },
})
