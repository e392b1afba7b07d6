// One account acts on both sides of a price update within a block: it knew the update, and the pool pays for that knowledge.
import { z } from 'zod'
import { accounts, FLOW, feedRounds, flows, markets, NO_TX } from '../state/tables.ts'
import { defineDetector, type View } from './define.ts'

const params = z.strictObject({
  /** Less than this on either side is nobody's business, USD: the gas of two ordered transactions. */
  dustUsd: z.number().positive().default(1_000),
  /** A price that moved by less between the two pays nobody, 1/10,000: under the smallest liquidation bonus. */
  minMoveBps: z.number().positive().default(30),
})

export const oracleBackrun = defineDetector({
  id: 'oracle-backrun',
  title: 'Price update taken between two transactions of one account',
  maturity: 'test',
  threat:
    'Who sees an update before it is included borrows at the old price and is liquidated by a second account at the new one: the bonus and the bad debt are paid by the pool.',
  catches:
    'In one block, an account that takes (borrows, withdraws) before the update and is liquidated after it, or that brings collateral before an update upwards and borrows after it. The self-liquidation of Euler 2023-03-13 with an update in the place of the donation.',
  misses: 'The two sides in different accounts or blocks; an update inside the same transaction; updates that were read, not emitted.',
  falsePositives: ['an account that was near its threshold anyway and borrowed once more in the wrong block'],
  runbook: 'docs/runbooks/oracle-backrun.md',
  source: 'accounts',
  basis: 'chain',
  on: feedRounds,
  wake: 'touched',
  subject: 'feed',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {},
  check(round, _memory, { dustUsd, minMoveBps }, _block, view) {
    const { txIndex, price, previousPrice, feed } = round
    if (txIndex === NO_TX || feed === 0 || !(price > 0 && previousPrice > 0) || view.count(flows) < 2) return undefined
    if (!(Math.abs(price - previousPrice) * 10_000 >= minMoveBps * previousPrice)) return undefined
    const before = sums(view, feed, (tx) => tx < txIndex)
    const after = sums(view, feed, (tx) => tx > txIndex)
    const up = price > previousPrice
    let worst: { readonly account: number; readonly liquidated: boolean; readonly inUsd: number; readonly outUsd: number } | undefined
    for (const [account, first] of before) {
      const then = after.get(account)
      if (then === undefined) continue
      const liquidated = first.takenUsd > dustUsd && then.seizedUsd > dustUsd
      const entered = up && first.broughtUsd > dustUsd && then.takenUsd > dustUsd
      if (!liquidated && !(entered && !worst?.liquidated)) continue
      worst = liquidated
        ? { account, liquidated, inUsd: first.takenUsd, outUsd: then.seizedUsd }
        : { account, liquidated, inUsd: first.broughtUsd, outUsd: then.takenUsd }
    }
    if (worst === undefined) return undefined
    const { account, liquidated, inUsd, outUsd } = worst
    return {
      severity: liquidated ? 'high' : 'medium',
      summary: liquidated
        ? `an account took ${inUsd.toFixed(0)} USD before the update and was liquidated for ${outUsd.toFixed(0)} USD after it, in one block`
        : `an account brought ${inUsd.toFixed(0)} USD before the update and borrowed ${outUsd.toFixed(0)} USD after it, in one block`,
      evidence: { account: view.name(accounts, account - 1), txIndex, price, previousPrice, inUsd, outUsd },
    }
  },
})

interface Sums {
  takenUsd: number
  /** Supplied in markets that the feed prices. */
  broughtUsd: number
  seizedUsd: number
}

/** By account (row + 1), of the transactions wanted. */
function sums(view: View, feed: number, wants: (tx: number) => boolean): ReadonlyMap<number, Sums> {
  const found = new Map<number, Sums>()
  for (let row = 0; row < view.count(flows); row++) {
    const { account, kind, usd, txIndex, market } = view.at(flows, row)
    if (account === 0 || !(usd > 0) || !wants(txIndex)) continue
    const of = found.get(account) ?? { takenUsd: 0, broughtUsd: 0, seizedUsd: 0 }
    found.set(account, of)
    if (kind === FLOW.borrow || kind === FLOW.withdraw) of.takenUsd += usd
    else if (kind === FLOW.liquidation) of.seizedUsd += usd
    else if (kind === FLOW.supply && market > 0 && market <= view.count(markets) && view.at(markets, market - 1).feed === feed)
      of.broughtUsd += usd
  }
  return found
}
