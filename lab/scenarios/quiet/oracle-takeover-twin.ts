// The benign twin of oracle-takeover: LINK's price does rise tenfold, every source says so, and nobody steals.
import type { PlannedTx } from '../../../src/scenario.ts'
import { type AssetSymbol, units } from '../../market.ts'
import { poolCalls } from '../../operations.ts'
import { seenPrice } from '../../reporters.ts'
import { oracleTakeover } from '../attacks/oracle-takeover.ts'
import { feedOf, feedsDisagree, honestReport, honestTx, type Lab, type LabScenario, personOf } from '../lab.ts'

const FACTOR = 10
const SECOND_FEED = 'LINK-second'
const START = oracleTakeover.startBlock

/** Holders of LINK borrow a little of their new wealth: blocks after the rise, who, what. */
const BORROWS: readonly (readonly [number, string, AssetSymbol, number])[] = [
  [3, 'link-1', 'USDC', 20_000],
  [5, 'link-2', 'DAI', 15_000],
  [8, 'whale', 'USDC', 60_000],
  [12, 'link-4', 'USDC', 10_000],
  [20, 'link-1', 'USDC', 10_000],
  [35, 'whale', 'DAI', 40_000],
  [60, 'link-3', 'USDC', 8000],
]

export const oracleTakeoverTwin: LabScenario = {
  version: 1,
  id: 'oracle-takeover-twin',
  title: 'LINK truly rises tenfold, and every reporter of both feeds says so',
  kind: 'twin',
  twinOf: oracleTakeover.id,
  preventable: false,
  loss: 'attacker-gain',
  pace: null,
  startBlock: START,
  minBlocks: oracleTakeover.minBlocks,
  repairAfterBlocks: null,
  truePriceMoves: [{ symbol: 'LINK', afterBlocks: START, factor: FACTOR }],
  begin(lab) {
    return {
      attackers: [],
      drivesFeed: (feedId, n) => (feedId === 'LINK' || feedId === SECOND_FEED) && (n === START || n === START + 1),
      evidence: (state) => feedsDisagree(state, 'LINK', 0.5),
      async next(state) {
        const n = state.afterBlocks + 1
        return [...reports(lab, n), ...borrows(lab, n)]
      },
    }
  },
}

/** The first two reporters see the rise in the second feed's block; the third is one block later. */
function reports(lab: Lab, n: number): PlannedTx[] {
  const report = (feedId: string, i: number, round: number): PlannedTx => {
    const feed = feedOf(lab, feedId)
    const reporter = feed.reporters[i]
    if (reporter === undefined) throw new Error(`${feedId} has no reporter ${i}`)
    const price = seenPrice(lab.seed, feed, i, round, lab.prices.at(n).LINK)
    return honestReport(lab.headBlock + n, feed, i, reporter, round, price)
  }
  if (n === START + 1) return [report('LINK', 2, lab.lastRound('LINK'))]
  if (n !== START) return []
  const [main, second] = [lab.nextRound('LINK'), lab.nextRound(SECOND_FEED)]
  return [...[0, 1].map((i) => report('LINK', i, main)), ...[0, 1, 2].map((i) => report(SECOND_FEED, i, second))]
}

function borrows(lab: Lab, n: number): PlannedTx[] {
  return BORROWS.filter(([after]) => START + after === n).map(([, name, symbol, amount]) => {
    const from = name === 'whale' ? lab.deployment.whale : personOf(lab, name)
    const call = poolCalls(lab.deployment, from).borrow(symbol, units(symbol, amount))
    return honestTx({ id: `${lab.headBlock + n}:${name}:1`, what: `borrow ${amount} USD of ${symbol}`, ...call })
  })
}
