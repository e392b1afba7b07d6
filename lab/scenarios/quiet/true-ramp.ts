// The benign twin of oracle-ramp: LINK does rise by about a percent each other block, fourfold in the end.
import { oracleRamp } from '../attacks/oracle-ramp.ts'
import { gradual, honestDay } from '../honest-day.ts'

export const trueRamp = honestDay({
  id: 'true-ramp',
  title: 'LINK rises by about a percent each other block until it is worth four times as much, and every source says so',
  twinOf: oracleRamp.id,
  minBlocks: 260,
  truePriceMoves: gradual(['LINK'], oracleRamp.startBlock, 115, 2, 4),
})
