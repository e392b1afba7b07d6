// The holder of a thin token buys up its only pool, the feed honestly reports the pool's price, and the paper gain borrows the market.
import type { ObservedState, PlannedTx } from '../../../src/scenario.ts'
import { FEES } from '../../fees.ts'
import { ASSETS, units } from '../../market.ts'
import { accountsData } from '../../observe.ts'
import { assetOf, poolCalls } from '../../operations.ts'
import { THIN_HOLDER } from '../../population.ts'
import { readViews } from '../../reads.ts'
import { seenPrice, submission } from '../../reporters.ts'
import { supplyAbi } from '../../run/governance.ts'
import { poolOf, swapToPrice } from '../../uniswap.ts'
import { CRUMBS_USD, drainAtOnce, drainer } from '../drainer.ts'
import { attackTx, feedOf, type Lab, type LabScenario } from '../lab.ts'
import { MANGO } from '../paces.ts'
import { repairedReports, replaceReporters } from '../repair.ts'

/** How far the price is driven, in how many blocks. */
export const PUMP = { factor: 20, blocks: 10 } as const
const START = 30
/** 20 minutes until the owners have understood that every reporter tells the truth and the price is still false. */
const REPAIR_AFTER = 100
/** All of them report the one pool. */
const REPORTERS = 3
const POOL = 'THIN/USDC'
/** In the one block of the single-block variant: after the pump, before the borrowing. */
const REPORT_FEE = (FEES.falseReporter + FEES.attacker) / 2n

export const thinCollateral = thinCollateralAs({
  id: 'thin-collateral',
  title: "THIN's only pool is bought up twentyfold, its feed reports that, and the holder borrows against it",
  atOnce: false,
})

/** The attack at its incident's pace, or in one block. */
export function thinCollateralAs({ id, title, atOnce }: { id: string; title: string; atOnce: boolean }): LabScenario {
  return {
    version: 1,
    id,
    title,
    kind: 'attack',
    twinOf: null,
    preventable: !atOnce,
    loss: 'attacker-gain',
    pace: MANGO,
    startBlock: START,
    minBlocks: 130,
    repairAfterBlocks: REPAIR_AFTER,
    truePriceMoves: [],
    begin(lab) {
      const { thinHolder } = lab.deployment
      const drain = drainer(lab, { me: thinHolder, collateral: 'THIN', pace: MANGO, exits: false })
      const repairAt = START + REPAIR_AFTER
      const startUsd = lab.prices.at(START).THIN
      let sold = false

      const atPace = async (state: ObservedState, n: number): Promise<PlannedTx[]> => {
        if (n < START + PUMP.blocks) {
          const target = startUsd * PUMP.factor ** ((n - START + 1) / PUMP.blocks)
          const first = n === START ? [await supplyRoom(lab, state)] : []
          return [...first, swap(lab, state, target, FEES.falseReporter), ...(await drain(state, isOvervalued(state)))]
        }
        if (sold) return []
        if (n < repairAt && !(await isSpent(lab, state))) return drain(state, isOvervalued(state))
        sold = true
        return [swap(lab, state, lab.prices.at(n).THIN, FEES.attacker)]
      }
      const inOneBlock = async (state: ObservedState, n: number): Promise<PlannedTx[]> => {
        if (n !== START) return []
        const target = startUsd * PUMP.factor
        const { ltvBps, thresholdBps } = ASSETS.THIN
        const amount = THIN_HOLDER.supplied + Number((await room(lab, state)) / units('THIN', 1))
        const plan = { me: thinHolder, collateral: 'THIN', amount, priceUsd: target, ltvBps, thresholdBps, exits: false } as const
        const sale = swap(lab, { ...state, poolPrices: { [POOL]: target } }, lab.prices.at(n).THIN, FEES.rescue)
        return [
          swap(lab, state, target, FEES.falseReporter),
          ...bundledReports(lab, n, target),
          await supplyRoom(lab, state),
          ...(await drainAtOnce(lab, state, plan)),
          sale,
        ]
      }
      return {
        attackers: [thinHolder],
        drivesFeed: (feedId, n) => feedId === 'THIN' && (n > repairAt || (atOnce && n === START)),
        // Nobody else has the token to sell.
        drivesPool: (poolId, n) => poolId === POOL && n >= START && !sold && !(atOnce && n > START),
        evidence: ({ usedPrices, secondPrices }) => (usedPrices['THIN'] ?? 0) > 1.5 * (secondPrices['THIN'] ?? 0),
        async next(state) {
          const n = state.afterBlocks + 1
          if (n < START) return []
          const repair = n === repairAt ? [await replaceReporters(lab, state.block, 'THIN', REPORTERS)] : []
          const reports = repairedReports(lab, n, repairAt, 'THIN', REPORTERS)
          return [...repair, ...reports, ...(atOnce ? await inOneBlock(state, n) : await atPace(state, n))]
        },
      }
    },
  }
}

const isOvervalued = (state: ObservedState): boolean => (state.usedPrices['THIN'] ?? 0) > 1.5 * (state.truePrices['THIN'] ?? 0)

/** Its credit is used up, or the market is: not merely stopped by somebody, which may pass. */
async function isSpent(lab: Lab, state: ObservedState): Promise<boolean> {
  if (state.lendableUsd < CRUMBS_USD) return true
  const [data] = await accountsData(lab, state.block, [lab.deployment.thinHolder])
  return (state.ltvBps['THIN'] ?? 0) > 0 && isOvervalued(state) && Number(data?.availableBase ?? 0n) / 1e8 < CRUMBS_USD
}

function swap(lab: Lab, state: ObservedState, targetUsd: number, fee: bigint): PlannedTx {
  const { thinHolder } = lab.deployment
  const spot = state.poolPrices[POOL] ?? 0
  const call = swapToPrice(lab.deployment, poolOf(lab.deployment, 'THIN'), thinHolder, spot, targetUsd)
  const what = `${targetUsd > spot ? 'pump' : 'sell'} THIN to ${targetUsd.toFixed(2)} USD`
  return attackTx({ id: `${state.block + 1}:attacker-swaps-${targetUsd > spot ? 'up' : 'down'}:0`, what, ...call }, fee)
}

/** What the cap leaves room for. */
async function room(lab: Lab, state: ObservedState): Promise<bigint> {
  const { aToken } = assetOf(lab.deployment, 'THIN')
  const [supplied] = (await readViews(lab.rpc, state.block, [{ to: aToken, abi: supplyAbi, fn: 'totalSupply' }])) as [bigint]
  return units('THIN', state.supplyCaps['THIN'] ?? 0) - supplied
}

async function supplyRoom(lab: Lab, state: ObservedState): Promise<PlannedTx> {
  const call = poolCalls(lab.deployment, lab.deployment.thinHolder).supply('THIN', await room(lab, state))
  return attackTx({ id: `${state.block + 1}:attacker-supplies:0`, what: 'supply THIN up to the cap', ...call }, REPORT_FEE)
}

/** The reporters' own honest answers, which the attacker has put between its pump and its borrowing. */
function bundledReports(lab: Lab, n: number, priceUsd: number): PlannedTx[] {
  const feed = feedOf(lab, 'THIN')
  const round = lab.nextRound('THIN')
  return feed.reporters.map((reporter, i) => {
    const what = `THIN round ${round}: the pool's price`
    const call = submission(feed, reporter, round, seenPrice(lab.seed, feed, i, round, priceUsd))
    return attackTx({ id: `${lab.headBlock + n}:bundled-reporter-${i}:0`, what, ...call }, REPORT_FEE)
  })
}
