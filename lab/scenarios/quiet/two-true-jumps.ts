// The benign twin of same-hole-again: LINK doubles, falls back, and doubles again twenty minutes later, all of it true.
import { sameHoleAgain } from '../attacks/same-hole-again.ts'
import { honestDay, swing } from '../honest-day.ts'

const START = sameHoleAgain.startBlock

export const twoTrueJumps = honestDay({
  id: 'two-true-jumps',
  title: 'LINK doubles for twelve blocks, and once more twenty minutes later; every source says so',
  twinOf: sameHoleAgain.id,
  minBlocks: 210,
  truePriceMoves: [...swing('LINK', START, 12, 2), ...swing('LINK', START + 112, 12, 2)],
})
