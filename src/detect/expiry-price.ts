// The price that an expiry was settled at isn't the market's at that time: all its options pay out by a false price.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { boards } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Settlement against the independent feed at expiry, 1/10,000: six times Chainlink's own threshold of 0.5 %. Forged prices are off by multiples. */
  floorBps: z.number().positive().default(300),
  /** Settlement against the venue's own spot at expiry, 1/10,000: the same source, so only the time between may stand between them. */
  ownFloorBps: z.number().positive().default(500),
  /** Gaps above so many times their limit are critical. */
  grossTimes: z.number().min(1).default(4),
  /** A settlement later than this takes the price of another time, seconds: keepers settle within minutes. */
  maxLateS: z.number().nonnegative().default(3_600),
})

export const expiryPrice = defineDetector({
  id: 'expiry-price',
  title: 'Settlement price of an expiry',
  maturity: 'test',
  threat: 'Whoever can set the price of an expiry, or choose when it is taken, decides what every option of it pays.',
  catches:
    "A settlement more than 300 bps from the independent feed, or 500 bps from the venue's own spot, as either stood at expiry; one before its expiry; one of zero; one over an hour late. Aevo/Ribbon 2025-12-12: forged expiry prices, set with an upgraded pricer.",
  misses: 'A false price that both spot and feed shared at expiry; boards settled before the first block watched.',
  falsePositives: ['a true move between expiry and a late settlement', "an emergency settlement before expiry by the venue's owner"],
  runbook: 'docs/runbooks/expiry-price.md',
  source: 'second-feed',
  basis: 'chain',
  on: boards,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { judged: ring({ size: 1 }) },
  check(board, { judged }, { floorBps, ownFloorBps, grossTimes, maxLateS }) {
    const { settled, settledAtS, expiryS, settlementPrice, feedAtExpiry, spotAtExpiry } = board
    if (settled === 0 || !(settledAtS > 0) || judged.length > 0) return undefined
    judged.push(1)
    const evidence = { settlementPrice, feedAtExpiry, spotAtExpiry, settledAtS, expiryS }
    if (!(settlementPrice > 0)) return { severity: 'critical', summary: 'settled at a price of zero', evidence }
    if (settledAtS < expiryS)
      return { severity: 'high', summary: `settled at ${settlementPrice}, ${expiryS - settledAtS} s before its expiry`, evidence }
    const hasFeed = feedAtExpiry > 0
    const reference = hasFeed ? feedAtExpiry : spotAtExpiry
    const gap = reference > 0 ? ln(settlementPrice / reference) : 0
    const limit = (hasFeed ? floorBps : ownFloorBps) / 10_000
    if (Math.abs(gap) > limit)
      return {
        severity: Math.abs(gap) > grossTimes * limit ? 'critical' : 'high',
        summary: `settled at ${settlementPrice}; at expiry ${hasFeed ? 'the independent feed' : 'its own spot'} had ${reference}: ${(Math.abs(gap) * 100).toFixed(1)} % apart (limit ${(limit * 100).toFixed(1)} %)`,
        evidence: { ...evidence, gap, limit },
      }
    if (settledAtS - expiryS > maxLateS)
      return { severity: 'medium', summary: `settled at ${settlementPrice}, ${settledAtS - expiryS} s after its expiry`, evidence }
    return undefined
  },
})
