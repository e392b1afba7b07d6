// LINK falls and its oracle goes on saying what it always said: whoever holds the fallen token borrows against the old price.
import { variedBlocks } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { RESOLV } from '../paces.ts'

const START = 30
const STEPS = 40
/** Part of its price that is left in the end. */
const LEFT = 0.25

export const hardCodedOracle = falsePrice({
  id: 'hard-coded-oracle',
  title: 'LINK loses three quarters of its price on every exchange; its oracle is a constant',
  pace: RESOLV,
  taken: 3,
  startBlock: START,
  minBlocks: 150,
  repairAfterBlocks: 110,
  truePriceMoves: Array.from({ length: STEPS }, (_, n) => ({ symbol: 'LINK', afterBlocks: START + n, factor: LEFT ** (1 / STEPS) })),
  evidenceShare: 0.05,
  overvaluedShare: 0.3,
  exits: false,
  begin(lab) {
    const price = lab.prices.at(START - 1).LINK
    const from = START + variedBlocks(lab, 'borrows', 12, 8, 25)
    return { price: () => price, isDue: () => false, borrows: (n) => n >= from }
  },
})
