// What an arrival without its departure is, at either end of a bridge: one law, told by a detector for each end.
import { z } from 'zod'
import type { bridgeUnmatched } from '../state/tables.ts'
import type { Row } from '../store/table.ts'
import { ring } from '../store/windows.ts'
import type { Cells, Finds } from './define.ts'

export const unmatchedParams = z.strictObject({
  /** How long after an arrival its departure may still become known, seconds: clocks of chains differ, and blocks of the other one come late. */
  delayS: z.number().nonnegative().default(60),
  /** Longest honest way, seconds: what arrives so soon after the other chain's view begins may have departed before it. A challenge period is a week. */
  maxTransitS: z.number().nonnegative().default(604_800),
  /** Differences up to this are rounding between decimals, USD. */
  floorUsd: z.number().nonnegative().default(1),
})

/** Each message is told once. */
export const unmatchedMemory = { told: ring({ size: 1 }) }

export function judgeUnmatched(
  row: Row<(typeof bridgeUnmatched)['schema']>,
  { told }: Cells<typeof unmatchedMemory>,
  { delayS, maxTransitS, floorUsd }: z.infer<typeof unmatchedParams>,
  words: { readonly side: number; readonly here: string; readonly there: string },
): Finds | undefined {
  const { side, sent, amount, sentAmount, usd, waitedS, aheadS, knownS, id } = row
  if (side !== words.side || told.get(0) === 1 || !(usd > floorUsd)) return undefined
  const isUnsent = sent === 0 && waitedS > delayS && aheadS >= 0 && knownS > maxTransitS
  if (!isUnsent && !(sent === 1 && amount > sentAmount)) return undefined
  told.push(1)
  return {
    severity: 'critical',
    summary: isUnsent
      ? `${usd.toFixed(0)} USD ${words.here} for a message that was never ${words.there} on the other chain`
      : `${usd.toFixed(0)} USD more ${words.here} than was ${words.there} on the other chain`,
    evidence: { id: `0x${id.toString(16).padStart(64, '0')}`, amount, sentAmount, usd, waitedS, aheadS },
  }
}
