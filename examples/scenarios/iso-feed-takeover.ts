// Two of the three reporters of a small asset fall to a stranger who has supplied it: a whole scenario of one's own in one file.
import {
  attackTx,
  drainer,
  endow,
  FEES,
  feedOf,
  honestReport,
  honestTx,
  isRoundBlock,
  type Lab,
  newcomer,
  personOf,
  poolCalls,
  repairedReports,
  replaceReporters,
  seenPrice,
  submission,
  units,
} from 'firebreak/lab'
import { defineScenario, type ObservedState, type PlannedTx } from 'firebreak/scenario'

const START = 20
const REPAIR_AFTER = 60
const SUPPLIED = 100_000
const FACTOR = 10
const TAKEN = 2
const pace = {
  shareOfMarket: 1 / 60,
  txsPerBlock: 1,
  incident: 'Drift (privileged keys taken, collateral overvalued, the market borrowed empty)',
  date: '2026-04-01',
  why: '285 M USD left in 12 minutes: 60 blocks of 12 s, so at most 1/60 of what can be lent per transaction, one a block',
} as const

export default defineScenario<Lab>({
  version: 1,
  id: 'iso-feed-takeover',
  title: 'Two of three reporters report ten times the price of ISO',
  kind: 'attack',
  twinOf: null,
  preventable: true,
  loss: 'attacker-gain',
  pace,
  startBlock: START,
  minBlocks: 90,
  repairAfterBlocks: REPAIR_AFTER,
  truePriceMoves: [],

  // before the first block, in every run alike: a stranger comes with ISO and makes it its collateral
  async deploy(lab) {
    const stranger = newcomer()
    const calls = poolCalls(lab.deployment, stranger)
    await lab.setUp([
      ...endow(lab, stranger, { ISO: SUPPLIED }),
      { what: 'supply ISO', ...calls.supply('ISO', units('ISO', SUPPLIED)) },
      { what: 'use ISO as collateral', ...calls.useAsCollateral('ISO') },
    ])
  },

  begin(lab) {
    const drain = drainer(lab, { me: newcomer(), collateral: 'ISO', pace, exits: true })
    const falsePrice = FACTOR * lab.prices.at(START).ISO
    const isFalse = (state: ObservedState): boolean => (state.usedPrices['ISO'] ?? 0) > 1.5 * (state.truePrices['ISO'] ?? 0)
    const repairAt = START + REPAIR_AFTER
    return {
      attackers: [newcomer()],
      drivesFeed: (feedId, n) => feedId === 'ISO' && n >= START,
      evidence: isFalse,
      async next(state) {
        const n = state.afterBlocks + 1
        if (n < START) return somebodySupplies(lab, n)
        const repair = n === repairAt ? [await replaceReporters(lab, state.block, 'ISO', TAKEN)] : []
        const reports = n <= repairAt ? falseRound(lab, n, falsePrice) : repairedReports(lab, n, repairAt, 'ISO', TAKEN)
        return [...repair, ...reports, ...(await drain(state, n === START || isFalse(state)))]
      },
    }
  },
})

/** Honest people do something with ISO too: on block 10, one of the lab's own supplies some more. */
function somebodySupplies(lab: Lab, n: number): PlannedTx[] {
  if (n !== 10) return []
  const call = poolCalls(lab.deployment, personOf(lab, 'isolated-1')).supply('ISO', units('ISO', 500))
  return [honestTx({ id: `${lab.headBlock + n}:isolated-1:1`, what: 'supply 500 ISO', ...call })]
}

/** Two false answers and a true one, at the start and in every ordinary round after it. */
function falseRound(lab: Lab, n: number, falsePrice: number): PlannedTx[] {
  if (n !== START && !isRoundBlock(lab, 'ISO', n)) return []
  const feed = feedOf(lab, 'ISO')
  const [block, round] = [lab.headBlock + n, lab.nextRound('ISO')]
  return feed.reporters.map((reporter, i) => {
    if (i >= TAKEN) return honestReport(block, feed, i, reporter, round, seenPrice(lab.seed, feed, i, round, lab.prices.at(n).ISO))
    const what = `ISO round ${round}: false price`
    return attackTx({ id: `${block}:false-reporter-${i}:0`, what, ...submission(feed, reporter, round, falsePrice) }, FEES.falseReporter)
  })
}
