// The benign twin of price-crash-bad-debt: the same fall and the same debts, and liquidators who do their work.
import { priceCrashBadDebt } from '../attacks/price-crash-bad-debt.ts'
import { borrowToTheLimit, crashMoves } from '../crash.ts'
import type { LabScenario } from '../lab.ts'

export const orderlyCrash: LabScenario = {
  version: 1,
  id: 'orderly-crash',
  title: 'The market falls by half in a day, and liquidators work through it',
  kind: 'twin',
  twinOf: priceCrashBadDebt.id,
  preventable: false,
  loss: 'bad-debt',
  pace: null,
  startBlock: priceCrashBadDebt.startBlock,
  minBlocks: priceCrashBadDebt.minBlocks,
  repairAfterBlocks: null,
  truePriceMoves: crashMoves(false),
  deploy: borrowToTheLimit,
  begin: () => ({
    attackers: [],
    drivesFeed: () => false,
    next: async () => [],
    // Debts under water for a block or two are what liquidators live on.
    evidence: () => false,
  }),
}
