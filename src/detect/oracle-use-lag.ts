// Somebody takes a loan at a price that was made seconds ago and serves them: who makes a price false uses it before anybody looks.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { SIDE } from '../state/legs.ts'
import { accounts, FLOW, feeds, flows, markets } from '../state/tables.ts'
import { ewmaVolatility, quantile, ring } from '../store/windows.ts'
import { defineDetector, type View } from './define.ts'
import { legsOf } from './legs-of.ts'
import { venueSums } from './venue-sums.ts'
import { witnessOf, wordOf } from './witness.ts'

const params = z.strictObject({
  /** A change above this many deviations of the feed's own is worth using: half of what oracle-jump fires at. */
  maxSigmas: z.number().positive().default(4),
  /** A feed that hardly ever moves still may by so much: 4 sigmas of it are less than any liquidation bonus. */
  floorSigmaBps: z.number().positive().default(20),
  /** So long after the change its use counts, seconds: people take minutes. */
  maxLagS: z.number().positive().default(60),
  /** What is taken in that time, above so many times what is usual after a small change. */
  usualTimes: z.number().min(1).default(3),
  /** And above this part of what the venue can lend. */
  floorShareBps: z.number().positive().default(100),
  /** A second source within this of the price says that it is right. */
  confirmBps: z.number().positive().default(300),
  /** A second feed that has said nothing for longer is no witness, seconds. */
  maxSecondAgeS: z.number().positive().default(93_600),
})

export const oracleUseLag = defineDetector({
  id: 'oracle-use-lag',
  title: 'A fresh price is used at once',
  maturity: 'test',
  threat: 'A false price is worth something only until it is corrected: it is used in its own block or the next ones.',
  catches:
    'Loans within a minute of a large change of a feed, by accounts that it serves (their collateral rose, or what they borrow fell), above 1 % of what the venue lends and above what is usual after small changes. BonqDAO 2023-02-01, Mango 2022-10-11, Moonwell 2025-11-04.',
  misses:
    'A price that is made in small steps; use after a minute; accounts opened before the first block watched; venues without positions in our tables.',
  falsePositives: ['a large borrower who waited for a true move: low if a second source agrees'],
  runbook: 'docs/runbooks/oracle-use-lag.md',
  source: 'pool',
  basis: 'chain',
  on: feeds,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: {
    prices: ring({ size: 1 }),
    moves: ewmaVolatility({ halfLifeRows: 200 }),
    lastMove: ring({ size: 1 }),
    movedAtS: ring({ size: 1 }),
    usedUsd: ring({ size: 1 }),
    usual: quantile({ share: 0.99, least: 1e-6, most: 10 }),
  },
  check(feed, { prices, moves, lastMove, movedAtS, usedUsd, usual }, params, block, view) {
    const { price } = feed
    const before = prices.get(0)
    let move = lastMove.get(0) ?? 0
    let large = movedAtS.get(0) ?? 0
    const changed = price !== before && price > 0
    if (changed) {
      const step = before !== undefined && before > 0 ? ln(price / before) : 0
      const isLarge = moves.ready && Math.abs(step) > params.maxSigmas * Math.max(moves.sigma, params.floorSigmaBps / 10_000)
      if (!isLarge && step !== 0) moves.push(step)
      prices.push(price)
      move = step
      large = isLarge ? block.timeS : 0
      lastMove.push(move)
      movedAtS.push(large)
      usedUsd.push(0)
    }
    if (view.count(flows) === 0 || move === 0) return undefined
    const isLarge = large > 0
    if (isLarge ? block.timeS - large > params.maxLagS : !changed) return undefined
    const { usd, venue, account } = served(view, feed.row, move > 0)
    if (!(usd > 0)) return undefined
    const total = usd + (isLarge ? (usedUsd.get(0) ?? 0) : 0)
    const { lendableUsd } = venueSums(view, venue)
    const share = total / (lendableUsd + total)
    if (!isLarge) {
      usual.push(share)
      return undefined
    }
    usedUsd.push(total)
    const limit = Math.max(usual.ready ? params.usualTimes * usual.value : 0, params.floorShareBps / 10_000)
    if (!(share > limit)) return undefined
    const witness = witnessOf(feed, block.timeS, params.maxSecondAgeS)
    const word = wordOf(price, witness, params.confirmBps)
    const lagS = block.timeS - large
    return {
      severity: word === 'confirmed' ? 'low' : word === 'denied' ? 'critical' : 'high',
      summary: `${total.toFixed(0)} USD were borrowed within ${lagS} s of a move of ${(move * 100).toFixed(1)} % that serves the borrowers`,
      evidence: { price, move, lagS, usedUsd: total, share, limit, witness, account: view.name(accounts, account) },
    }
  },
})

/** Loans of this block that the feed's move serves, the venue of the last of them and the largest borrower. */
function served(view: View, feed: number, up: boolean): { readonly usd: number; readonly venue: number; readonly account: number } {
  let usd = 0
  let venue = 0
  let most = 0
  let account = -1
  for (let row = 0; row < view.count(flows); row++) {
    const flow = view.at(flows, row)
    const { usd: taken, account: by, venue: of, market } = flow
    if (flow.kind !== FLOW.borrow || !(taken > 0) || by === 0) continue
    const serves = up
      ? legsOf(view, by - 1).some((leg) => leg.side === SIDE.collateral && leg.amount > 0n && isPricedBy(view, leg.market, feed))
      : isPricedBy(view, market - 1, feed)
    if (!serves) continue
    usd += taken
    venue = of
    if (taken > most) [most, account] = [taken, by - 1]
  }
  return { usd, venue, account }
}

const isPricedBy = (view: View, market: number, feed: number): boolean =>
  market >= 0 && market < view.count(markets) && view.at(markets, market).feed === feed + 1
