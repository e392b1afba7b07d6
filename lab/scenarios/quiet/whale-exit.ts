// The largest lenders leave: nearly half of the USDC that is there goes in six blocks, then all of the largest holder's LINK.
import type { Address } from 'viem'
import type { ObservedState, PlannedTx } from '../../../src/scenario.ts'
import type { AssetSymbol } from '../../market.ts'
import { portfolios } from '../../observe.ts'
import { poolCalls } from '../../operations.ts'
import { feedsDisagree, honestTx, type Lab, type LabScenario, personOf } from '../lab.ts'

const START = 30
const STEPS = 6
const LINK_AFTER = 30
/** Of what lies in the reserve: more would stop others from withdrawing. */
const SHARE_OF_CASH = 0.45

export const whaleExit: LabScenario = {
  version: 1,
  id: 'whale-exit',
  title: 'The largest lender of USDC and the largest holder of LINK leave',
  kind: 'quiet',
  twinOf: null,
  preventable: false,
  loss: 'attacker-gain',
  pace: null,
  startBlock: START,
  minBlocks: 110,
  repairAfterBlocks: null,
  truePriceMoves: [],
  begin(lab) {
    const usdc = exit(lab, personOf(lab, 'lender-1'), 'lender-1', 'USDC', START, SHARE_OF_CASH)
    const link = exit(lab, lab.deployment.whale, 'whale', 'LINK', START + LINK_AFTER, 1)
    return {
      attackers: [],
      drivesFeed: () => false,
      evidence: (state) => feedsDisagree(state, 'LINK', 0.5),
      next: async (state) => [...(await usdc(state)), ...(await link(state))],
    }
  },
}

/** Withdraws in equal steps from `start` on: nearly all it has, or the share of the reserve's cash if that is less. */
function exit(lab: Lab, from: Address, name: string, symbol: AssetSymbol, start: number, shareOfCash: number) {
  let step: bigint | undefined
  return async (state: ObservedState): Promise<PlannedTx[]> => {
    const n = state.afterBlocks + 1
    if (n < start || n >= start + STEPS) return []
    if (step === undefined) {
      const [held] = await portfolios(lab, state.block, [from])
      const most = ((state.available[symbol] ?? 0n) * BigInt(Math.round(shareOfCash * 1000))) / 1000n
      // The rest is for its everyday withdrawals.
      const supplied = ((held?.[symbol].supplied ?? 0n) * 99n) / 100n
      step = (supplied < most ? supplied : most) / BigInt(STEPS)
    }
    const call = poolCalls(lab.deployment, from).withdraw(symbol, step)
    return [honestTx({ id: `${state.block + 1}:${name}:1`, what: `withdraw ${symbol} and leave, ${n - start + 1} of ${STEPS}`, ...call })]
  }
}
