// One account is most of a market, and more than exchanges could sell: its liquidation would be the market's.
import { z } from 'zod'
import { toFloat } from '../core/exact.ts'
import { SIDE } from '../state/legs.ts'
import { accounts, markets } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { legsOf } from './legs-of.ts'

const params = z.strictObject({
  /** Of a market's supply or debt: above half it is the market. */
  maxShareBps: z.number().int().positive().max(10_000).default(5_000),
  /** And above this part of what watched pools pay before the price has fallen by their band: liquidators can't sell more. */
  maxDepthShareBps: z.number().positive().default(5_000),
  /** Where no pool is watched only positions above this count, USD. */
  minUsd: z.number().positive().default(1_000_000),
  /** Told again when the share is over so many times the one told last. */
  worseTimes: z.number().min(1).default(1.2),
})

export const concentration = defineDetector({
  id: 'concentration',
  title: 'One account is most of a market',
  maturity: 'test',
  threat: 'Who owns most of a collateral makes its price and borrows against it; when it falls nobody can sell what is seized.',
  catches:
    'An account in debt that has more than half of a collateral, or owes more than half of a market, and more than half of what pools would absorb. Venus XVS 2021-05-18, Mango 2022-10-11, Venus THE 2026-03-15, CRV loans 2023-07-30.',
  misses: 'One owner with many accounts; positions opened before the first block watched; depth on exchanges that are not watched.',
  falsePositives: ['a vault or an aggregator that is one account for many people', 'a market that is young'],
  runbook: 'docs/runbooks/concentration.md',
  source: 'accounts',
  basis: 'chain',
  on: accounts,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { told: ring({ size: 1 }) },
  check(account, { told }, { maxShareBps, maxDepthShareBps, minUsd, worseTimes }, _block, view) {
    if (account.debtE8 === 0n || account.venue === 0) return undefined
    let worst = { share: 0, usd: 0, market: -1, owes: false, depthUsd: 0, watched: false }
    for (const { market, side, amount } of legsOf(view, account.row)) {
      if (side === SIDE.supply || amount === 0n || market >= view.count(markets)) continue
      const { scaledSupply, scaledDebt, suppliedUsd, borrowedUsd, pools, depthUsd } = view.at(markets, market)
      const owes = side !== SIDE.collateral
      const total = owes ? scaledDebt : scaledSupply
      if (side === SIDE.stable || total < amount || amount * 10_000n <= total * BigInt(maxShareBps)) continue
      const share = toFloat(amount, 0) / toFloat(total, 0)
      const usd = share * (owes ? borrowedUsd : suppliedUsd)
      const limitUsd = pools > 0 ? (depthUsd * maxDepthShareBps) / 10_000 : minUsd
      if (usd > limitUsd && usd > worst.usd) worst = { share, usd, market, owes, depthUsd, watched: pools > 0 }
    }
    const { share, usd, market, owes, depthUsd, watched } = worst
    const before = told.get(0) ?? 0
    if (market < 0) {
      if (before !== 0) told.push(0)
      return undefined
    }
    if (!(share > before * worseTimes)) return undefined
    told.push(share)
    const name = view.name(markets, market)
    return {
      severity: watched ? 'medium' : 'low',
      summary: `one account ${owes ? 'owes' : 'has'} ${(share * 100).toFixed(0)} % of ${name}, ${usd.toFixed(0)} USD${watched ? `; pools absorb ${depthUsd.toFixed(0)}` : ''}`,
      evidence: { market: name, share, usd, depthUsd, side: owes ? 'debt' : 'collateral' },
    }
  },
})
