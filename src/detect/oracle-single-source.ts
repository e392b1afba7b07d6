// One reporter makes a feed's answer: the others are silent, or so far apart that the one in the middle decides.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { feeds } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { witnessOf, wordOf } from './witness.ts'

const params = z.strictObject({
  /** Reach of one reporter above this many times its usual size fires. */
  maxSigmas: z.number().positive().default(8),
  /** One reporter may always move the answer by this much: a deviation threshold of honest nodes is up to 2 %. */
  floorReachBps: z.number().positive().default(300),
  /** So long after a round its other reporters have spoken, seconds: blocks they need, twenty-five on Ethereum. */
  settleS: z.number().positive().default(300),
  /** A second source within this of the answer says that it is right. */
  confirmBps: z.number().positive().default(300),
  /** A second feed that has said nothing for longer is no witness, seconds. */
  maxSecondAgeS: z.number().positive().default(93_600),
})

export const oracleSingleSource = defineDetector({
  id: 'oracle-single-source',
  title: 'One reporter makes the answer',
  maturity: 'test',
  threat: 'A median protects only while several speak: one key, captured or wrong, is then the price.',
  catches:
    'Of three reporters or more one alone in a round that is five minutes old; or the answer that one reporter could choose alone, by the reports of the round, wider than usual and than floorReachBps. BonqDAO 2023-02-01 and Synthetix sKRW 2019-06-25 were one source.',
  misses: 'Reporters that are many keys of one owner or one data source; aggregators that publish no single submissions; two that collude.',
  falsePositives: [
    'an outage of a data provider that most reporters use',
    'a fast market, in which honest reports are far apart; a second source that agrees makes it low',
  ],
  runbook: 'docs/runbooks/oracle-single-source.md',
  source: 'reporters',
  basis: 'chain',
  on: feeds,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { reaches: ewmaVolatility({ halfLifeRows: 2_000 }), told: ring({ size: 1 }) },
  check(feed, { reaches, told }, params, block) {
    const { reporters, reportsInRound, minReports, medianFloor, medianCeiling, price, updatedAtS } = feed
    const witness = witnessOf(feed, block.timeS, params.maxSecondAgeS)
    const word = wordOf(price, witness, params.confirmBps)
    const alone = reporters >= 3 && reportsInRound === 1 && block.timeS - updatedAtS > params.settleS
    const reach = reportsInRound >= 3 && medianFloor > 0 ? ln(medianCeiling / medianFloor) : 0
    const limit = Math.max(reaches.ready ? params.maxSigmas * reaches.sigma : 0, params.floorReachBps / 10_000)
    const decides = reach > limit
    const level = alone ? (word === 'denied' ? 2 : 1) : 0
    const before = told.get(0) ?? 0
    if (level !== before) told.push(level)
    if (!decides && reach > 0) reaches.push(reach)
    const evidence = { reporters, reportsInRound, minReports, medianFloor, medianCeiling, reach, limit, price, witness, updatedAtS }
    if (level > before)
      return {
        severity: level === 2 ? 'high' : 'medium',
        summary: `one of ${reporters} reporters spoke in the round and made the answer ${price}${level === 2 ? `; another source says ${witness}` : ''}`,
        evidence,
      }
    if (!decides) return undefined
    return {
      severity: word === 'confirmed' ? 'low' : word === 'denied' ? 'high' : 'medium',
      summary: `one reporter decides between ${medianFloor} and ${medianCeiling}; the answer is ${price}`,
      evidence,
    }
  },
})
