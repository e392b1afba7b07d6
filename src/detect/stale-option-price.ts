// A trade that was worth more than it cost, fees included, at the price that an independent feed has now: the pool was picked off.
import { z } from 'zod'
import { blackScholes, SECONDS_PER_YEAR } from '../core/black-scholes.ts'
import { ln } from '../core/math.ts'
import { isPutOption, optionTrades } from '../state/tables.ts'
import { ewmaVolatility, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Spot against the independent feed, 1/10,000: two Chainlink feeds of 0.5 % each may stand so far apart. */
  floorBps: z.number().positive().default(100),
  /** The same as a multiple of their usual gap. */
  maxSigmas: z.number().positive().default(8),
  /** Points of volatility that a board's may stand from the middle of its last trades: Lyra moves it by one for each standard size traded. */
  floorVolPoints: z.number().positive().default(15),
  /** A trader's edge after fees, 1/10,000 of what was traded at spot: under it no one bothers. */
  minEdgeBps: z.number().nonnegative().default(20),
  /** What was taken within the window, share of the pool in 1/10,000, that makes it high, and ten times that critical: a pool that earns 30 % a year earns 8 of them a day. */
  highTakenBps: z.number().positive().default(10),
  /** A feed that is older is no witness, seconds: Chainlink's heartbeat of an hour and some blocks. */
  maxFeedAgeS: z.number().positive().default(3_900),
})

const WINDOW_S = 3_600
const VOLS = 16
const LEAST_VOLS = 5

export const staleOptionPrice = defineDetector({
  id: 'stale-option-price',
  title: 'Trades of options on a stale spot or volatility',
  maturity: 'test',
  threat:
    'A pool that prices options on a spot or a volatility that is late: who sees the true one first buys what is cheap and sells it back.',
  catches:
    "An unforced trade on a spot over 100 bps and 8 times their usual gap from the independent feed, or at a volatility 15 points from the middle of the board's last 16 trades, with an edge after fees over 20 bps of its size: by Black and Scholes at the feed's price and that volatility. GMX on Avalanche 2022-09-18, where the same flaw of a perpetual was used five times by one account.",
  misses:
    'Edges under 1 % of spot; a feed that is as late as spot is (the same oracle twice); a true move of volatility that trades follow slowly, and a false one that somebody walks up in eight trades.',
  falsePositives: [
    'an independent feed that is behind, not ahead',
    'a volatility that was true before and is true again after a shock',
    'a hedger of the protocol itself that trades at these prices',
  ],
  runbook: 'docs/runbooks/stale-option-price.md',
  source: 'second-feed',
  basis: 'chain',
  on: optionTrades,
  wake: 'touched',
  subject: 'board',
  holdBlocks: 0,
  pending: true,
  params,
  memory: {
    gaps: ewmaVolatility({ halfLifeRows: 500 }),
    vols: ring({ size: VOLS }),
    taken: rateInWindow({ windowS: WINDOW_S }),
  },
  check(trade, { gaps, vols, taken }, params, block) {
    const { spot, vol, iv, amount, forced, feedPrice, feedAgeS, premium, fees, buys, strikePrice, toExpiryS, rate, nav } = trade
    if (forced === 1 || !(amount > 0 && spot > 0 && vol > 0)) return undefined
    const hasFeed = feedPrice > 0 && feedAgeS <= params.maxFeedAgeS
    const gap = hasFeed ? ln(feedPrice / spot) : 0
    const gapLimit = gaps.ready ? Math.max(params.maxSigmas * gaps.sigma, params.floorBps / 10_000) : params.floorBps / 10_000
    const offSpot = Math.abs(gap) > gapLimit
    const usualIv = middle(vols)
    const offVol = usualIv !== undefined && Math.abs(iv - usualIv) * 100 > params.floorVolPoints
    if (iv > 0) vols.push(iv)
    if (!offSpot && hasFeed) gaps.push(gap)
    if (!offSpot && !offVol) return undefined

    const years = toExpiryS / SECONDS_PER_YEAR
    const fairVol = offVol && usualIv !== undefined ? (vol * usualIv) / iv : vol
    const { call, put } = blackScholes({ spot: offSpot ? feedPrice : spot, strike: strikePrice, vol: fairVol, years, rate })
    const fair = isPutOption(trade.type) ? put : call
    const edge = (buys === 1 ? fair * amount - premium : premium - fair * amount) - fees
    if (!(edge > (params.minEdgeBps / 10_000) * spot * amount)) return undefined
    taken.push(block.timeS, edge)
    const takenBps = (taken.sum(block.timeS) / nav) * 10_000
    return {
      severity: takenBps > 10 * params.highTakenBps ? 'critical' : takenBps > params.highTakenBps ? 'high' : 'medium',
      summary: `an edge of ${edge.toFixed(2)} after fees: ${offSpot ? `priced on ${spot}, the feed has ${feedPrice}` : `priced at a volatility of ${(iv * 100).toFixed(0)}, usual is ${((usualIv ?? 0) * 100).toFixed(0)}`}; ${takenBps.toFixed(1)} bps of the pool within an hour`,
      evidence: {
        trader: trade.trader,
        spot,
        feedPrice,
        feedAgeS,
        gap,
        gapLimit,
        iv,
        usualIv: usualIv ?? 0,
        premium,
        fees,
        fair: fair * amount,
        edge,
        takenBps,
      },
    }
  },
})

/** The middle of what it holds; undefined: too few. */
function middle(vols: { readonly length: number; get(ago: number): number | undefined }): number | undefined {
  const values: number[] = []
  for (let ago = 0; ago < vols.length; ago++) values.push(vols.get(ago) ?? 0)
  if (values.length < LEAST_VOLS) return undefined
  values.sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)]
}
