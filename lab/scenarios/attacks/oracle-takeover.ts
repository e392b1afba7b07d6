// Two of LINK's three reporters fall to an attacker: they report ten times the price, and its LINK borrows the market empty.
import { encodeFunctionData } from 'viem'
import type { ObservedState, PlannedTx } from '../../../src/scenario.ts'
import { aggregatorAbi, safeAbi } from '../../abi.ts'
import { accountOf } from '../../accounts.ts'
import { MAX_SUBMISSIONS, MIN_SUBMISSIONS } from '../../deploy/feed.ts'
import { safeCall } from '../../deploy/safe.ts'
import { FEES } from '../../fees.ts'
import { readViews } from '../../reads.ts'
import { seenPrice, submission } from '../../reporters.ts'
import { drainer } from '../drainer.ts'
import { attackTx, feedOf, feedsDisagree, honestReport, isRoundBlock, type Lab, type LabScenario, rescueTx } from '../lab.ts'

const FACTOR = 10
const START = 30
/** 15 minutes until the owners have noticed, met and signed. */
const REPAIR_AFTER = 75

export const oracleTakeover: LabScenario = {
  version: 1,
  id: 'oracle-takeover',
  title: 'Two of three reporters report ten times the price of LINK',
  kind: 'attack',
  twinOf: null,
  preventable: true,
  pace: {
    shareOfMarket: 1 / 60,
    txsPerBlock: 1,
    incident: 'Drift (privileged keys taken, collateral overvalued, the market borrowed empty)',
    date: '2026-04-01',
    why: '285 M USD left in a drain of 12 minutes: 60 blocks of 12 s, so at most 1/60 of what can be lent per transaction, one a block',
  },
  startBlock: START,
  minBlocks: 110,
  repairAfterBlocks: REPAIR_AFTER,
  truePriceMoves: [],
  begin(lab) {
    const drain = drainer(lab, 'LINK', this.pace as NonNullable<LabScenario['pace']>)
    const feed = feedOf(lab, 'LINK')
    // One false price, kept until the reporters are replaced.
    const falsePrice = FACTOR * lab.prices.at(START).LINK
    return {
      attacker: lab.deployment.whale,
      drivesFeed: (feedId, afterBlocks) => feedId === feed.id && afterBlocks >= START,
      evidence: (state) => feedsDisagree(state, 'LINK', 0.5),
      async next(state) {
        const n = state.afterBlocks + 1
        if (n < START) return []
        const repairAt = START + REPAIR_AFTER
        const repair = n === repairAt ? [await replaceReporters(lab, state)] : []
        const reports = n <= repairAt ? takenReports(lab, n, falsePrice) : repairedReports(lab, n, repairAt)
        const overvalued = n === START || (state.usedPrices['LINK'] ?? 0) > 1.5 * (state.truePrices['LINK'] ?? 0)
        return [...repair, ...reports, ...(await drain(state, overvalued))]
      },
    }
  },
}

/** Two false answers, and the third reporter's true one, in every round. */
function takenReports(lab: Lab, n: number, falsePrice: number): PlannedTx[] {
  if (n !== START && !isRoundBlock(lab, 'LINK', n)) return []
  const feed = feedOf(lab, 'LINK')
  const [block, round] = [lab.headBlock + n, lab.nextRound('LINK')]
  return feed.reporters.map((reporter, i) => {
    if (i === 2) return honestReport(block, feed, i, reporter, round, seenPrice(lab.seed, feed, i, round, lab.prices.at(n).LINK))
    const what = `LINK round ${round}: false price ${falsePrice.toFixed(4)}`
    return attackTx({ id: `${block}:false-reporter-${i}:0`, what, ...submission(feed, reporter, round, falsePrice) }, FEES.falseReporter)
  })
}

/** From the block after the repair: two new reporters and the honest one, the truth. */
function repairedReports(lab: Lab, n: number, repairAt: number): PlannedTx[] {
  if (n !== repairAt + 1 && !isRoundBlock(lab, 'LINK', n)) return []
  const feed = feedOf(lab, 'LINK')
  const round = lab.nextRound('LINK')
  const reporters = [...replacements(), ...feed.reporters.slice(2)]
  return reporters.map((reporter, i) =>
    honestReport(lab.headBlock + n, feed, i, reporter, round, seenPrice(lab.seed, feed, i, round, lab.prices.at(n).LINK)),
  )
}

const replacements = () => [0, 1].map((n) => accountOf('replacement', n).address)

async function replaceReporters(lab: Lab, state: ObservedState): Promise<PlannedTx> {
  const { safe, safeOwners } = lab.deployment
  const { aggregator, reporters } = feedOf(lab, 'LINK')
  const [nonce] = (await readViews(lab.rpc, state.block, [{ to: safe, abi: safeAbi, fn: 'nonce' }])) as [bigint]
  const added = replacements()
  const args = [reporters.slice(0, 2), added, added, MIN_SUBMISSIONS, MAX_SUBMISSIONS, 0] as const
  const change = encodeFunctionData({ abi: aggregatorAbi, functionName: 'changeOracles', args })
  const data = await safeCall(safe, safeOwners, nonce, aggregator, change)
  const from = safeOwners[0]
  if (from === undefined) throw new Error('the Safe has no owner')
  return rescueTx({ id: `${state.block + 1}:safe:0`, what: 'replace the two reporters', from, to: safe, data, gas: 900_000n })
}
