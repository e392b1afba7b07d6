// A thief holds the risk steward's key and most of a thin token: it makes the token first-class collateral and borrows the market empty.
import type { ObservedState, PlannedTx } from '../../../src/scenario.ts'
import { RAISED } from '../../deploy/queued.ts'
import { FEES } from '../../fees.ts'
import { ASSETS, units } from '../../market.ts'
import { poolCalls } from '../../operations.ts'
import { THIN_HOLDER } from '../../population.ts'
import { drainAtOnce, drainer } from '../drainer.ts'
import { attackTx, type Lab, type LabScenario } from '../lab.ts'
import { DRIFT } from '../paces.ts'
import { steward, takeBack } from '../steward.ts'

const START = 30
/** 15 minutes until the owners have noticed, met and signed. */
const REPAIR_AFTER = 75

export const adminTakeover = adminTakeoverAs({
  id: 'admin-takeover',
  title: "A stolen risk steward raises THIN's LTV and the caps, and its holder borrows the market empty",
  atOnce: false,
})

/** The attack at its incident's pace, or in one block. */
export function adminTakeoverAs({ id, title, atOnce }: { id: string; title: string; atOnce: boolean }): LabScenario {
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
      const { thinHolder, riskSteward } = lab.deployment
      const key = steward(lab)
      const drain = drainer(lab, { me: thinHolder, collateral: 'THIN', pace: DRIFT, exits: true })
      const take = async (state: ObservedState, n: number): Promise<PlannedTx[]> => {
        if (n === START) {
          const prepared = [...(await key.raise(state)), supplyAll(lab, state)]
          return [...prepared, ...(atOnce ? await drainAtOnce(lab, state, heist(lab, state)) : await drain(state, true, true))]
        }
        if (atOnce) return []
        const undone = await key.undo(state)
        return [...undone, ...(await drain(state, true, undone.length > 0))]
      }
      return {
        attackers: [thinHolder, riskSteward],
        drivesFeed: () => false,
        evidence: (state) => (state.ltvBps['THIN'] ?? 0) > ASSETS.THIN.ltvBps,
        async next(state) {
          const n = state.afterBlocks + 1
          if (n < START) return []
          const repair = n === START + REPAIR_AFTER ? await takeBack(lab, state.block) : []
          return [...repair, ...(await take(state, n))]
        },
      }
    },
  }
}

function supplyAll(lab: Lab, state: ObservedState): PlannedTx {
  const { thinHolder } = lab.deployment
  const call = poolCalls(lab.deployment, thinHolder).supply('THIN', units('THIN', THIN_HOLDER.wallet.THIN))
  return attackTx(
    { id: `${state.block + 1}:attacker-supplies:0`, what: `supply ${THIN_HOLDER.wallet.THIN} THIN`, ...call },
    FEES.falseReporter,
  )
}

const heist = (lab: Lab, state: ObservedState) =>
  ({
    me: lab.deployment.thinHolder,
    collateral: 'THIN',
    amount: THIN_HOLDER.supplied + THIN_HOLDER.wallet.THIN,
    priceUsd: state.usedPrices['THIN'] ?? 0,
    ltvBps: RAISED.ltvBps,
    thresholdBps: RAISED.thresholdBps,
    exits: true,
    liftsCaps: true,
  }) as const
