// The market falls as it fell on Black Thursday while every liquidator is out: collateral sinks below debts, and nobody attacks.
import { borrowToTheLimit, CRASH_BLOCKS, CRASH_START, crashMoves } from '../crash.ts'
import type { LabScenario } from '../lab.ts'

/** Liquidators come back so many blocks after the last fall. */
const OUTAGE_OUTLASTS_BLOCKS = 20
/** A debt this large under water is more than dust. */
const EVIDENCE_USD = 10_000

export const priceCrashBadDebt = priceCrashBadDebtAs({
  id: 'price-crash-bad-debt',
  title: 'The market falls by half in a day while liquidators are out',
  atOnce: false,
})

/** The crash along its path, or as one gap. */
export function priceCrashBadDebtAs({ id, title, atOnce }: { id: string; title: string; atOnce: boolean }): LabScenario {
  const repairAfter = (atOnce ? 0 : CRASH_BLOCKS) + OUTAGE_OUTLASTS_BLOCKS
  return {
    version: 1,
    id,
    title,
    kind: 'attack',
    twinOf: null,
    preventable: !atOnce,
    loss: 'bad-debt',
    // Nobody takes anything, so nobody has a pace: the path of prices is the incident (MakerDAO, 2020-03-12: 8.3 M USD of collateral
    // went for nothing while keepers were out).
    pace: null,
    startBlock: CRASH_START,
    minBlocks: Math.max(110, repairAfter + 30),
    repairAfterBlocks: repairAfter,
    truePriceMoves: crashMoves(atOnce),
    deploy: borrowToTheLimit,
    begin: () => ({
      attackers: [],
      drivesFeed: () => false,
      keepersWork: (n) => n < CRASH_START || n >= CRASH_START + repairAfter,
      next: async () => [],
      evidence: ({ afterBlocks, liquidatable }) => afterBlocks >= CRASH_START && liquidatable.debtUsd > EVIDENCE_USD,
    }),
  }
}
