// An ordinary day: feeds report, people come and go. Any action here is a failure.
import { feedsDisagree, type LabScenario } from '../lab.ts'

export const calmDay: LabScenario = {
  version: 1,
  id: 'calm-day',
  title: 'An ordinary day',
  kind: 'quiet',
  twinOf: null,
  preventable: false,
  loss: 'attacker-gain',
  pace: null,
  startBlock: 1,
  minBlocks: 200,
  repairAfterBlocks: null,
  truePriceMoves: [],
  begin: () => ({
    attackers: [],
    drivesFeed: () => false,
    next: async () => [],
    evidence: (state) => feedsDisagree(state, 'LINK', 0.5),
  }),
}
