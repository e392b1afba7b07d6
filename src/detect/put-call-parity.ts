// A call less a put of one strike is a forward, whatever the volatility: where the pool's two prices say another one, one of them is wrong.
import { z } from 'zod'
import { SECONDS_PER_YEAR } from '../core/black-scholes.ts'
import { exp } from '../core/exp.ts'
import { strikes } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Gap of the quotes, 1/10,000 of spot: both come from one formula, so that only its rounding may stand between them. */
  quoteFloorBps: z.number().positive().default(5),
  /** Gap of two trades beyond both their fees, 1/10,000 of spot: each trade moves volatility, and at the money five (a month) to nine (a week) points are worth so much. */
  tradeFloorBps: z.number().positive().default(50),
  /** The same as multiples of the strike's usual gap. */
  maxSigmas: z.number().positive().default(8),
  /** A gap that became usual widens its limit to so many floors at most. */
  widestTimes: z.number().min(1).default(4),
  /** Trades that are further apart in time are no pair, seconds: ten blocks. */
  maxApartS: z.number().positive().default(120),
  /** Trades whose spots are further apart are no pair, 1/10,000. */
  sameSpotBps: z.number().positive().default(10),
  /** Gaps above so many times their limit are critical. */
  grossTimes: z.number().min(1).default(4),
})

export const putCallParity = defineDetector({
  id: 'put-call-parity',
  title: 'Call and put of one strike against the forward',
  maturity: 'test',
  threat:
    'A pricer that values one side wrongly (a changed scale, a volatility of its own) sells a forward under its worth to whoever takes both.',
  catches:
    "Quotes of a strike whose implied forward is more than 5 bps of spot off; trades of its call and put within 120 s at one spot, whose forward is off by more than both fees, 50 bps of spot and 8 times the strike's usual gap. Aevo/Ribbon 2025-12-12: an upgrade that put the pricer on another scale shows in the first quote of both sides.",
  misses:
    'Both sides wrong alike (a wrong spot or a wrong volatility: see stale-option-price); strikes of which one side alone is quoted or traded; American options.',
  falsePositives: [
    'two large trades in a row that move volatility by several points between them',
    'a rate of carry that the pool prices in and its row does not hold',
  ],
  runbook: 'docs/runbooks/put-call-parity.md',
  source: 'pool',
  basis: 'chain',
  on: strikes,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { gaps: ewmaVolatility({ halfLifeRows: 200 }), judged: ring({ size: 2 }) },
  check(strike, { gaps, judged }, params) {
    const { strikePrice, expiryS, rate } = strike
    const forward = (spot: number, atS: number): number => spot - strikePrice * exp((-rate * (expiryS - atS)) / SECONDS_PER_YEAR)

    const { callPrice, putPrice, cachedSpot, cachedAtS } = strike
    if (cachedSpot > 0 && cachedAtS < expiryS && callPrice + putPrice > 0) {
      const gap = (callPrice - putPrice - forward(cachedSpot, cachedAtS)) / cachedSpot
      if (Math.abs(gap) > params.quoteFloorBps / 10_000)
        return {
          severity: 'critical',
          summary: `quotes ${callPrice.toFixed(2)} (call) and ${putPrice.toFixed(2)} (put) at ${strikePrice} imply a forward ${bps(gap)} of spot off`,
          evidence: { kind: 'quotes', callPrice, putPrice, strikePrice, spot: cachedSpot, gap, limit: params.quoteFloorBps / 10_000 },
        }
    }

    const { tradedCall, tradedPut, tradedCallSpot, tradedPutSpot, tradedCallAtS, tradedPutAtS, tradedCallFee, tradedPutFee } = strike
    if (!(tradedCallSpot > 0 && tradedPutSpot > 0)) return undefined
    if (judged.get(0) === tradedPutAtS && judged.get(1) === tradedCallAtS) return undefined // no new trade
    judged.push(tradedCallAtS)
    judged.push(tradedPutAtS)
    if (Math.abs(tradedCallAtS - tradedPutAtS) > params.maxApartS) return undefined
    if (Math.abs(tradedCallSpot / tradedPutSpot - 1) > params.sameSpotBps / 10_000) return undefined
    const [spot, atS] = tradedCallAtS > tradedPutAtS ? [tradedCallSpot, tradedCallAtS] : [tradedPutSpot, tradedPutAtS]
    const gap = (tradedCall - tradedPut - forward(spot, atS)) / spot
    const floor = params.tradeFloorBps / 10_000
    const usual = gaps.ready ? Math.min(Math.max(params.maxSigmas * gaps.sigma, floor), params.widestTimes * floor) : floor
    const limit = usual + (tradedCallFee + tradedPutFee) / spot
    if (!(Math.abs(gap) > limit)) {
      gaps.push(gap)
      return undefined
    }
    return {
      severity: Math.abs(gap) > params.grossTimes * limit ? 'critical' : 'high',
      summary: `a call at ${tradedCall.toFixed(2)} and a put at ${tradedPut.toFixed(2)} of ${strikePrice} imply a forward ${bps(gap)} of spot off (limit ${bps(limit)})`,
      evidence: { kind: 'trades', tradedCall, tradedPut, strikePrice, spot, gap, limit, usual: gaps.sigma },
    }
  },
})

const bps = (share: number): string => `${(Math.abs(share) * 10_000).toFixed(0)} bps`
