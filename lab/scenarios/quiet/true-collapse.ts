// The benign twin of hard-coded-oracle and feed-at-floor: LINK does lose three quarters of its price, and its feed says so all the way.
import { hardCodedOracle } from '../attacks/hard-coded-oracle.ts'
import { gradual, honestDay } from '../honest-day.ts'

export const trueCollapse = honestDay({
  id: 'true-collapse',
  title: 'LINK loses three quarters of its price in forty blocks, and every source says so',
  twinOf: hardCodedOracle.id,
  truePriceMoves: gradual(['LINK'], hardCodedOracle.startBlock, 40, 1, 0.25),
})
