// More is paid for an option than its terms allow, or than was put in for it: by integers, on what we know of the position ourselves.
import { z } from 'zod'
import { optionPayouts, PAYOUT } from '../state/tables.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Units of 1e-18 that rounding may add to a payout, a strike or a board: the protocols round down, so that this is room, not use. */
  roundingUnits: z.bigint().nonnegative().default(1_000n),
})

const WHAT: Readonly<Record<number, string>> = {
  [PAYOUT.settled]: 'a settled option paid more than its intrinsic value or its collateral',
  [PAYOUT.liquidated]: "a liquidation took more than the position's collateral",
  [PAYOUT.closed]: 'an option was bought back for more than it can ever pay',
  [PAYOUT.board]: 'a settlement set aside more than its options are worth',
  [PAYOUT.fromReserve]: 'more was paid than was set aside for settled options',
}

export const payoutBound = defineDetector({
  id: 'payout-bound',
  title: 'Payouts of options against their terms',
  maturity: 'test',
  threat:
    'An exercise that can be made twice on one payment, a payoff that is computed wrongly, a burn that is not checked: the pool pays what nobody paid in.',
  catches:
    'Each payout above its bound by our own tables: intrinsic value for a buyer, collateral for a seller and a liquidation, spot or strike for what is bought back, the reserve for what is sent. Opyn 2020-08-04 (one payment exercised many options), Lien 2026-07-24 (payoff above its collateral).',
  misses:
    'Payouts that are right by wrong prices (see expiry-price, stale-option-price); value that leaves by no payout; positions opened before the first block watched that were closed before it.',
  falsePositives: ['a collateral that was changed without an event', 'an asset that pays a return to whom holds it'],
  runbook: 'docs/runbooks/payout-bound.md',
  source: 'accounts',
  basis: 'chain',
  on: optionPayouts,
  wake: 'touched',
  subject: 'optionMarket',
  holdBlocks: 0,
  pending: true,
  params,
  memory: {},
  check(payout, _, { roundingUnits }) {
    const { paid, bound } = payout
    if (paid < bound * 0.999) return undefined // far below: the exact figures need not be read
    const { paidE18, boundE18, account, kind, insolventE18, optionPosition } = payout
    const excessE18 = paidE18 - boundE18
    if (excessE18 <= roundingUnits) return undefined
    return {
      severity: 'critical',
      summary: `${WHAT[kind] ?? 'a payout above its bound'}: ${paid} against ${bound}`,
      evidence: { kind, account, paidE18, boundE18, excessE18, insolventE18, optionPosition },
    }
  },
})
