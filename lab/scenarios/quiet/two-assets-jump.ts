// The benign twin of decoy-then-attack: ISO does jump fivefold, and LINK eightfold fifteen blocks later.
import { decoyThenAttack } from '../attacks/decoy-then-attack.ts'
import { honestDay } from '../honest-day.ts'

const START = decoyThenAttack.startBlock

export const twoAssetsJump = honestDay({
  id: 'two-assets-jump',
  title: 'ISO jumps fivefold and LINK eightfold fifteen blocks later; every source says so',
  twinOf: decoyThenAttack.id,
  truePriceMoves: [
    { symbol: 'ISO', afterBlocks: START, factor: 5 },
    { symbol: 'LINK', afterBlocks: START + 15, factor: 8 },
  ],
})
