// A pegged asset leaves its peg, and on which venues: small deviations summed up, so that a slow slide and a fall are both seen.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { feeds } from '../state/tables.ts'
import { cusum, ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

/** One sample of each venue a minute, whatever the block time. */
const SAMPLE_S = 60
/** A week of minutes. */
const HALF_LIFE_ROWS = 10_080
/** In usual deviations: half the shift to be found, and the sum at which it is told. Ten deviations are found in five minutes. */
const drift = cusum({ slack: 3, limit: 30 })

const params = z.strictObject({
  /** A feed that usually stays within this of its own long mean has a peg; others are no matter of this detector. */
  maxUsualBps: z.number().positive().default(50),
  /** Less than this is no deviation: a stablecoin's spread and fees. */
  floorBps: z.number().positive().default(10),
  /** A second feed that has said nothing for longer is no witness, seconds. */
  maxSecondAgeS: z.number().positive().default(93_600),
  /** While it lasts it is told again after so many seconds. */
  repeatS: z.number().positive().default(60),
})

export const venueDepeg = defineDetector({
  id: 'venue-depeg',
  title: 'Pegged asset leaves its peg',
  maturity: 'test',
  threat:
    'A stable collateral that loses its peg leaves bad debt; one venue that loses it alone liquidates people at a price that is not the market.',
  catches:
    'The deviation of feed, second feed and exchange from the long mean of the feed, summed up each minute beyond three usual deviations, and on which of them: all, or one while the others hold. USDC 2023-03-11; USDe 2025-10-10, where one venue said 0.65 and a pool 0.9998.',
  misses:
    'A peg younger than three and a half days; venues that are not the feed, its second feed or its pool; a peg that is moved by less than three usual deviations.',
  falsePositives: ['a peg that is moved on purpose, or accrues', 'a pool so thin that a trade moves its average for many minutes'],
  runbook: 'docs/runbooks/venue-depeg.md',
  source: 'second-feed',
  basis: 'chain',
  on: feeds,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    peg: ewmaVolatility({ halfLifeRows: HALF_LIFE_ROWS }),
    usual: ewmaVolatility({ halfLifeRows: HALF_LIFE_ROWS }),
    first: drift,
    second: drift,
    exchange: drift,
    sampled: ring({ size: 1 }),
    told: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(feed, { peg, usual, first, second, exchange, sampled, told, toldAtS }, params, block) {
    const slot = Math.floor(block.timeS / SAMPLE_S)
    if (sampled.get(0) === slot || !(feed.updatedAtS > 0)) return undefined
    sampled.push(slot)
    const { price, secondPrice, twapPrice } = feed
    const isFresh = block.timeS - feed.secondUpdatedAtS <= params.maxSecondAgeS
    const venues = [
      { name: 'the feed', said: price, sum: first },
      { name: 'the second feed', said: isFresh ? secondPrice : 0, sum: second },
      { name: 'the exchange', said: twapPrice, sum: exchange },
    ].filter(({ said }) => said > 0 && said < Number.POSITIVE_INFINITY)
    // the root of the mean square of a price that hardly moves is its mean
    const mean = peg.sigma
    const unit = Math.max(usual.sigma, params.floorBps / 10_000)
    const isPegged = peg.ready && usual.ready && usual.sigma <= params.maxUsualBps / 10_000
    const deviation = (said: number): number => (mean > 0 ? ln(said / mean) : 0)
    if (isPegged)
      for (const { said, sum } of venues) {
        const value = deviation(said) / unit
        if (sum.shift !== 0 && Math.abs(value) <= 1)
          sum.reset() // it is back: what was summed up is no part of the next time
        else sum.push(value)
      }
    const off = isPegged ? venues.filter(({ sum }) => sum.shift !== 0) : []
    if (off.length === 0) {
      if (price > 0) {
        if (mean > 0) usual.push(deviation(price))
        peg.push(price)
      }
      if ((told.get(0) ?? 0) !== 0) told.push(0)
      return undefined
    }
    const mask = off.reduce((sum, { name }) => sum + (MASK[name] ?? 0), 0)
    if (mask === told.get(0) && block.timeS - (toldAtS.get(0) ?? 0) < params.repeatS) return undefined
    told.push(mask)
    toldAtS.push(block.timeS)
    const single = off.length === 1 && venues.length > 1
    const names = off.map(({ name, said }) => `${name} says ${said}`).join(', ')
    const own = off.some(({ name }) => name === 'the feed')
    return {
      severity: single && !own ? 'low' : own && venues.length > 1 ? 'high' : 'medium',
      summary: `${names}, away from a peg of ${mean.toFixed(4)}${single ? '; a single venue: the others hold' : ''}`,
      evidence: { peg: mean, usual: usual.sigma, price, secondPrice, twapPrice, off: off.length, venues: venues.length },
    }
  },
})

const MASK: Readonly<Record<string, number>> = { 'the feed': 1, 'the second feed': 2, 'the exchange': 4 }
