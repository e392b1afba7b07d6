// A move of the price such as this asset makes would start more liquidations than the pool absorbs on the way: they would carry it on.
import { z } from 'zod'
import { ln } from '../core/math.ts'
import { AHEAD_BPS, perpMarkets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { isDue, isTold } from './perp-told.ts'

const params = z.strictObject({
  /** The move that is tried: so many standard deviations of the index over an hour ... */
  moveSigmas: z.number().positive().default(4),
  /** ... but at least this, which majors make in an hour several times a year, and until there is a history. */
  leastMoveBps: z.number().min(1).max(4_000).default(500),
  /** Liquidated notional over what the pool takes on the same way: from 1 on it carries itself. */
  maxRatio: z.number().positive().default(0.5),
  /** Within so many times its usual ratio: low. */
  usualTimes: z.number().min(1).default(1.25),
  /** Under so much notional it is no cascade, USD. */
  minUsd: z.number().nonnegative().default(100_000),
  worseTimes: z.number().min(1).default(1.5),
  repeatS: z.number().positive().default(600),
})

export const cascadeAhead = defineDetector({
  id: 'cascade-ahead',
  title: 'Cascade ahead',
  maturity: 'test',
  threat:
    'Liquidations sell into the market that started them; where there are more of them than depth, a push of the price pays for itself (2025-10-10, Black Thursday 2020-03-12).',
  catches:
    'Positions that would be under their requirement after a fall or rise of four hourly standard deviations (5 % at least), by the account book, above half of what the pool absorbs up to there.',
  misses:
    'Makers, whose orders must be cancelled first; what a second market of the same account does to it; depth that leaves before; accounts from before the first block watched.',
  falsePositives: ['traders who will add margin, as most do', 'depth that comes with the move: arbitrage'],
  runbook: 'docs/runbooks/cascade-ahead.md',
  source: 'accounts',
  basis: 'chain',
  on: perpMarkets,
  wake: 'block',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    returns: ewmaVolatility({ halfLifeRows: 500 }),
    index: ring({ size: 1 }),
    usual: ewmaVolatility({ halfLifeRows: 200 }),
    sampled: ring({ size: 1 }),
    told: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(market, { returns, index, usual, sampled, told, toldAtS }, params, block) {
    const { pool, status, bandBps, depthDownUsd, depthUpUsd } = market
    if (status !== 0 || pool === 0 || !(market.index > 0)) return undefined
    const sigmaHour = returns.ready ? returns.sigma * Math.sqrt(SAMPLES_AN_HOUR) : 0
    const moveBps = Math.min(MOST_BPS, Math.max(params.leastMoveBps, params.moveSigmas * sigmaHour * 10_000))
    const reach = Math.min(1, moveBps / bandBps)
    const [downUsd, upUsd] = [notionalAt(moveBps, (bps) => market[`down${bps}Usd`]), notionalAt(moveBps, (bps) => market[`up${bps}Usd`])]
    const [down, up] = [downUsd / (depthDownUsd * reach), upUsd / (depthUpUsd * reach)]
    const isDown = !(up > down)
    const [ratio, usd] = isDown ? [down, downUsd] : [up, upUsd]
    const isOver = ratio > params.maxRatio && usd >= params.minUsd
    const isUsual = usual.ready && ratio <= params.usualTimes * usual.sigma
    if (isDue(sampled, block.timeS)) {
      const before = index.get(0)
      if (before !== undefined && before > 0) returns.push(ln(market.index / before))
      index.push(market.index)
      if (!isOver || isUsual || !usual.ready) usual.push(ratio)
    }
    if (!isTold({ told, toldAtS }, isOver ? ratio : 0, 0, { ...params, repeatS: isUsual ? 0 : params.repeatS }, block.timeS))
      return undefined
    return {
      severity: isUsual ? 'low' : ratio >= 1 ? 'high' : 'medium',
      summary: `a ${isDown ? 'fall' : 'rise'} of ${(moveBps / 100).toFixed(1)} % would liquidate ${usd.toFixed(0)} USD, ${ratio.toFixed(2)} of what the pool absorbs on the way`,
      evidence: { moveBps, sigmaHour, downUsd, upUsd, depthDownUsd, depthUpUsd, bandBps, ratio, usual: usual.sigma },
    }
  },
})

const SAMPLES_AN_HOUR = 12
const MOST_BPS = AHEAD_BPS[AHEAD_BPS.length - 1] as number

/** Between the moves that the table has, by a straight line. */
function notionalAt(moveBps: number, at: (bps: (typeof AHEAD_BPS)[number]) => number): number {
  let [below, belowUsd] = [0, 0]
  for (const bps of AHEAD_BPS) {
    const usd = at(bps)
    if (moveBps <= bps) return belowUsd + ((usd - belowUsd) * (moveBps - below)) / (bps - below)
    ;[below, belowUsd] = [bps, usd]
  }
  return belowUsd
}
