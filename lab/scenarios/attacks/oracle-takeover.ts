// Two of LINK's three reporters fall to an attacker: they report ten times the price, and its LINK borrows the market empty.
import type { ObservedState, PlannedTx } from '../../../src/scenario.ts'
import { FEES } from '../../fees.ts'
import { ASSETS } from '../../market.ts'
import { WHALE_LINK } from '../../population.ts'
import { seenPrice, submission } from '../../reporters.ts'
import { drainAtOnce, drainer } from '../drainer.ts'
import { attackTx, feedOf, feedsDisagree, honestReport, isRoundBlock, type Lab, type LabScenario } from '../lab.ts'
import { DRIFT } from '../paces.ts'
import { repairedReports, replaceReporters } from '../repair.ts'

const FACTOR = 10
const START = 30
/** 15 minutes until the owners have noticed, met and signed. */
const REPAIR_AFTER = 75
const TAKEN = 2

export const oracleTakeover = oracleTakeoverAs({
  id: 'oracle-takeover',
  title: 'Two of three reporters report ten times the price of LINK',
  atOnce: false,
})

/** The attack at its incident's pace, or in one block. */
export function oracleTakeoverAs({ id, title, atOnce }: { id: string; title: string; atOnce: boolean }): LabScenario {
  return {
    version: 1,
    id,
    title,
    kind: 'attack',
    twinOf: null,
    preventable: !atOnce,
    loss: 'attacker-gain',
    pace: DRIFT,
    startBlock: START,
    minBlocks: 110,
    repairAfterBlocks: REPAIR_AFTER,
    truePriceMoves: [],
    begin(lab) {
      const { whale } = lab.deployment
      const drain = drainer(lab, { me: whale, collateral: 'LINK', pace: DRIFT, exits: true })
      const repairAt = START + REPAIR_AFTER
      // One false price, kept until the reporters are replaced.
      const falsePrice = FACTOR * lab.prices.at(START).LINK
      const take = async (state: ObservedState, n: number): Promise<PlannedTx[]> => {
        if (!atOnce) return drain(state, n === START || isOvervalued(state))
        const { ltvBps, thresholdBps } = ASSETS.LINK
        const plan = { me: whale, collateral: 'LINK', amount: WHALE_LINK, priceUsd: falsePrice, ltvBps, thresholdBps, exits: true } as const
        return n === START ? drainAtOnce(lab, state, plan) : []
      }
      return {
        attackers: [whale],
        drivesFeed: (feedId, afterBlocks) => feedId === 'LINK' && afterBlocks >= START,
        evidence: (state) => feedsDisagree(state, 'LINK', 0.5),
        async next(state) {
          const n = state.afterBlocks + 1
          if (n < START) return []
          const repair = n === repairAt ? [await replaceReporters(lab, state.block, 'LINK', TAKEN)] : []
          const reports = n <= repairAt ? takenReports(lab, n, falsePrice) : repairedReports(lab, n, repairAt, 'LINK', TAKEN)
          return [...repair, ...reports, ...(await take(state, n))]
        },
      }
    },
  }
}

const isOvervalued = (state: ObservedState): boolean => (state.usedPrices['LINK'] ?? 0) > 1.5 * (state.truePrices['LINK'] ?? 0)

/** Two false answers, and the third reporter's true one, in every round. */
function takenReports(lab: Lab, n: number, falsePrice: number): PlannedTx[] {
  if (n !== START && !isRoundBlock(lab, 'LINK', n)) return []
  const feed = feedOf(lab, 'LINK')
  const [block, round] = [lab.headBlock + n, lab.nextRound('LINK')]
  return feed.reporters.map((reporter, i) => {
    if (i >= TAKEN) return honestReport(block, feed, i, reporter, round, seenPrice(lab.seed, feed, i, round, lab.prices.at(n).LINK))
    const what = `LINK round ${round}: false price ${falsePrice.toFixed(4)}`
    return attackTx({ id: `${block}:false-reporter-${i}:0`, what, ...submission(feed, reporter, round, falsePrice) }, FEES.falseReporter)
  })
}
