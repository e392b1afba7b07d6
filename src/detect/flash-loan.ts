// Money borrowed for one transaction, a price moved with it, and something taken from the venue: each is honest, the three together are not.
import { z } from 'zod'
import { addressOf } from '../core/words.ts'
import { transactions } from '../state/tables.ts'
import { quantile } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** A price source moved by more than this: 3 %, what a feed may differ from an exchange by (see oracle-deviation). */
  floorBps: z.number().positive().default(300),
  /** And by more than so many times the move that 19 of 20 transactions stay under, once 200 were seen. */
  usualTimes: z.number().min(1).default(4),
  /** A move beyond so many times the limit is gross. */
  grossTimes: z.number().min(1).default(4),
  /** Net loss of the venue that counts as something taken even where no known function took it, USD: above the bonus of most liquidations. */
  minOutUsd: z.number().positive().default(10_000),
})

export const flashLoan = defineDetector({
  id: 'flash-loan',
  title: 'Flash loan that moves a price and takes',
  maturity: 'test',
  threat:
    'A price that can be moved within one transaction is used within it (bZx 2020-02-15 and -18, Harvest 2020-10-26, Inverse 2022-06-16, UwU Lend 2024-06-10, Polter 2024-11).',
  catches:
    'A transaction with a flash loan from anywhere, in which a named price source stood farther from where it was than its limit, and in which something is borrowed, withdrawn or redeemed from the venue, or the venue loses minOutUsd.',
  misses:
    "Loans by functions that are not known, or an attacker's own money; sources that the config does not name; a price moved in one transaction and used in the next; a rate moved by a donation.",
  falsePositives: [
    'a leveraged position in a thin market opened by a flash loan',
    'a flash-loan liquidation of a large account that sells the collateral where the price is made',
  ],
  runbook: 'docs/runbooks/flash-loan.md',
  source: 'trace',
  basis: 'chain',
  on: transactions,
  wake: 'touched',
  subject: 'contract',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { moves: quantile({ share: 0.95, least: 1, most: 1e6 }) },
  check(tx, { moves }, { floorBps, usualTimes, grossTimes, minOutUsd }) {
    const { priceMoveBps, flashLoans, takes, outUsd } = tx
    if (tx.status === 0 || !(priceMoveBps > 0)) return undefined
    const limit = Math.max(floorBps, moves.ready ? usualTimes * moves.value : 0)
    const takesOut = takes > 0 || outUsd > minOutUsd
    if (flashLoans === 0 || priceMoveBps <= limit || !takesOut) {
      if (flashLoans === 0) moves.push(priceMoveBps)
      return undefined
    }
    return {
      severity: priceMoveBps > grossTimes * limit && outUsd > minOutUsd ? 'critical' : 'high',
      summary: `${flashLoans} flash ${flashLoans === 1 ? 'loan' : 'loans'}, a price moved by ${(priceMoveBps / 100).toFixed(1)} % (limit ${(limit / 100).toFixed(1)} %), ${takes} takings, ${Math.round(outUsd)} USD out`,
      evidence: {
        txIndex: tx.txIndex,
        from: addressOf(tx.from),
        to: addressOf(tx.to),
        flashLoans,
        priceMoveBps,
        limitBps: limit,
        takes,
        outUsd,
      },
    }
  },
})
