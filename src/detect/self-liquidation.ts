// An account drives itself into liquidation: it opens or takes its margin out at size and is liquidated right after, or stands at the edge.
import { z } from 'zod'
import { perpAccounts, perpVenues } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Opened or taken out so recently that the market did not do it, seconds. */
  freshS: z.number().int().positive().default(3_600),
  /** Notional from which on it can hurt others, USD. */
  minUsd: z.number().positive().default(100_000),
  /** Part of what it was worth that it took out. */
  minWithdrawnBps: z.number().positive().max(10_000).default(2_000),
  /** Margin left, in multiples of the maintenance margin. Perp v2 lets nobody take out below 1.6 of it. */
  edgeTimes: z.number().min(1).default(1.75),
})

export const selfLiquidation = defineDetector({
  id: 'self-liquidation',
  title: 'An account liquidates itself',
  maturity: 'test',
  threat:
    'A large position without margin is handed to the backstop at a price that its owner chose; the profit stands in another account (Hyperliquid ETH whale 2025-03-12, Euler 2023-03-13).',
  catches:
    'A liquidation of 100,000 USD or more within an hour of opening at size or of taking out a fifth of the margin, or by a liquidator of the same cluster; and, before it, such a withdrawal that leaves less than 1.75 times the maintenance margin.',
  misses: 'One that waits for over an hour; a partner account that nobody can link; smaller pieces over many accounts.',
  falsePositives: [
    'a trader with high leverage caught by a jump right after opening',
    'somebody who moves margin to another exchange in a calm hour',
  ],
  runbook: 'docs/runbooks/self-liquidation.md',
  source: 'accounts',
  basis: 'chain',
  on: perpAccounts,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { toldAtS: ring({ size: 1 }) },
  check(account, { toldAtS }, { freshS, minUsd, minWithdrawnBps, edgeTimes }, block, view) {
    const { openedAtS, openedUsd, withdrewAtS, withdrawnUsd, liquidatedAtS, liquidatedUsd, ownLiquidator } = account
    const { leftAtS, leftUsd, valueUsd, notionalUsd, marginRatio, perpVenue } = account
    if (toldAtS.get(0) === block.timeS) return undefined
    const isFresh = (atS: number): boolean => atS > 0 && block.timeS - atS <= freshS
    const tookOut = withdrawnUsd >= ((withdrawnUsd + Math.max(valueUsd, 0)) * minWithdrawnBps) / 10_000 && withdrawnUsd > 0
    const evidence = { liquidatedUsd, openedAtS, openedUsd, withdrewAtS, withdrawnUsd, ownLiquidator, valueUsd, notionalUsd, marginRatio }
    if (liquidatedAtS >= block.timeS && liquidatedUsd >= minUsd) {
      const reasons = [
        ...(isFresh(openedAtS) && openedUsd >= minUsd ? [`opened ${openedUsd.toFixed(0)} USD ${block.timeS - openedAtS} s before`] : []),
        ...(isFresh(withdrewAtS) && tookOut ? [`took out ${withdrawnUsd.toFixed(0)} USD ${block.timeS - withdrewAtS} s before`] : []),
        ...(ownLiquidator > 0 ? ['by a liquidator of its own'] : []),
      ]
      if (reasons.length === 0) return undefined
      const badUsd = Math.max(leftAtS >= block.timeS ? leftUsd : 0, -valueUsd)
      toldAtS.push(block.timeS)
      return {
        severity: badUsd > 0 ? 'critical' : 'high',
        summary: `liquidated for ${liquidatedUsd.toFixed(0)} USD${badUsd > 0 ? `, ${badUsd.toFixed(0)} USD of it bad debt` : ''}: ${reasons.join(', ')}`,
        evidence: { ...evidence, badUsd },
      }
    }
    const mmRatio = perpVenue === 0 ? 0 : view.at(perpVenues, perpVenue - 1).mmRatioPpm / 1_000_000
    if (!(withdrewAtS >= block.timeS && tookOut && notionalUsd >= minUsd && marginRatio < edgeTimes * mmRatio)) return undefined
    toldAtS.push(block.timeS)
    return {
      severity: 'medium',
      summary: `took out ${withdrawnUsd.toFixed(0)} USD and left ${(marginRatio * 100).toFixed(1)} % under ${notionalUsd.toFixed(0)} USD (liquidated at ${(mmRatio * 100).toFixed(2)} %)`,
      evidence,
    }
  },
})
