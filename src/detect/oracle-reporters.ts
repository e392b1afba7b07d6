// The reporters of one feed disagree, or too few of them make its answer: somebody is wrong, whoever it is.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { feeds } from '../state/tables.ts'
import { ewmaVolatility } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Spreads above this many times the feed's usual spread fire. */
  maxSigmas: z.number().positive().default(8),
  /** Reporters may always differ by this much: they write in different blocks. */
  floorSpreadBps: z.number().positive().default(300),
  /** Fewer reporters than this dominate by themselves: a feed with one is one key. */
  minReporters: z.number().int().positive().default(2),
  /** A second feed within this many basis points of the answer says the answer is right. */
  confirmBps: z.number().positive().default(300),
})

export const oracleReporters = defineDetector({
  id: 'oracle-reporters',
  title: 'Reporters disagree',
  maturity: 'test',
  threat: 'Some reporters of a feed are captured or broken; where they are enough, the answer is theirs.',
  catches:
    'Latest submissions of one feed that lie further apart than they usually do, for as long as they do; a feed left to fewer than minReporters.',
  misses: 'All reporters captured at once; aggregators that publish no single submissions.',
  falsePositives: [
    'a true jump while the slower reporters have not written yet and no second feed is configured',
    'a reporter that stopped long ago and was not removed',
  ],
  runbook: 'docs/runbooks/oracle-reporters.md',
  source: 'reporters',
  basis: 'chain',
  on: feeds,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { spreads: ewmaVolatility({ halfLifeRows: 2_000 }) },
  check(feed, { spreads }, { maxSigmas, floorSpreadBps, minReporters, confirmBps }) {
    const { reporters, lowestReport, highestReport, medianReport, price, secondPrice } = feed
    if (reporters === 0) return undefined // publishes no submissions
    if (reporters < minReporters)
      return { severity: 'medium', summary: `${reporters} reporter makes the answer alone`, evidence: { reporters, minReporters, price } }
    if (lowestReport <= 0) {
      return highestReport <= 0
        ? undefined // nobody has reported yet
        : { severity: 'high', summary: `a reporter submitted ${lowestReport}`, evidence: { lowestReport, highestReport, price } }
    }
    const spread = ln(highestReport / lowestReport)
    // a young feed has no usual spread yet: its floor alone counts
    const limit = Math.max(spreads.ready ? maxSigmas * spreads.sigma : 0, floorSpreadBps / 10_000)
    if (spread <= limit) {
      spreads.push(spread)
      return undefined
    }
    const evidence = { lowestReport, highestReport, medianReport, price, secondPrice, spread, limit, reporters }
    const said = `${reporters} reporters between ${lowestReport} and ${highestReport}`
    if (secondPrice > 0 && price > 0 && Math.abs(ln(price / secondPrice)) <= confirmBps / 10_000)
      return { severity: 'low', summary: `${said}; the second feed agrees with the answer`, evidence }
    return { severity: 'high', summary: `${said}; the answer is ${price}`, evidence }
  },
})
