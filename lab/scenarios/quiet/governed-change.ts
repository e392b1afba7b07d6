// The benign twin of admin-takeover: THIN's parameters rise just as far, but governance decided it, in the timelock for days.
import type { ObservedState, PlannedTx } from '../../../src/scenario.ts'
import { type QueuedOperation, RAISED, timelockExecute } from '../../deploy/queued.ts'
import { type AssetSymbol, units } from '../../market.ts'
import { poolCalls } from '../../operations.ts'
import { adminTakeover } from '../attacks/admin-takeover.ts'
import { honestTx, type Lab, type LabScenario, personOf } from '../lab.ts'

const START = adminTakeover.startBlock
const CHANGE_AFTER = 40

/** Holders of THIN use a little of their new credit: blocks after the rise, who, what. */
const OPERATIONS: readonly (readonly [number, string, 'supply' | 'borrow', AssetSymbol, number])[] = [
  [2, 'thinHolder', 'supply', 'THIN', 100_000],
  [4, 'thin-2', 'borrow', 'USDC', 5000],
  [7, 'thinHolder', 'borrow', 'USDC', 60_000],
  [15, 'thin-1', 'supply', 'THIN', 20_000],
  [22, 'thin-1', 'borrow', 'USDC', 15_000],
  [50, 'thinHolder', 'borrow', 'DAI', 40_000],
]

export const governedChange: LabScenario = {
  version: 1,
  id: 'governed-change',
  title: "Governance raises THIN's LTV and cap through its timelock, and later changes other parameters",
  kind: 'twin',
  twinOf: adminTakeover.id,
  preventable: false,
  loss: 'attacker-gain',
  pace: null,
  startBlock: START,
  minBlocks: adminTakeover.minBlocks,
  repairAfterBlocks: null,
  truePriceMoves: [],
  begin(lab) {
    const { raise, change } = lab.deployment.queued
    return {
      attackers: [],
      drivesFeed: () => false,
      // This is what governance set, as anybody can read in the timelock.
      evidence: ({ ltvBps }) => (ltvBps['THIN'] ?? 0) > RAISED.ltvBps,
      async next(state) {
        const n = state.afterBlocks + 1
        const decided = n === START ? [raise] : n === START + CHANGE_AFTER ? [change] : []
        return [...(await Promise.all(decided.map((op) => execute(lab, state, op)))), ...operations(lab, n)]
      },
    }
  },
}

async function execute(lab: Lab, state: ObservedState, op: QueuedOperation): Promise<PlannedTx> {
  const { to, data } = timelockExecute(lab.deployment, op)
  const tx = await lab.safeTx(state.block, 'execute what the timelock holds', to, data, 1_500_000n)
  return { ...tx, party: 'honest', paired: true }
}

function operations(lab: Lab, n: number): PlannedTx[] {
  return OPERATIONS.filter(([after]) => START + after === n).map(([, name, act, symbol, amount]) => {
    const from = name === 'thinHolder' ? lab.deployment.thinHolder : personOf(lab, name)
    const call = poolCalls(lab.deployment, from)[act](symbol, units(symbol, amount))
    return honestTx({ id: `${lab.headBlock + n}:${name}:1`, what: `${act} ${amount} ${symbol}`, ...call })
  })
}
