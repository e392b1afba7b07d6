// The attacker stops when it is stopped, tells the truth until everything is lifted, and comes back through the same hole.
import { varied, variedBlocks } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { UWU } from '../paces.ts'

const START = 30
/** Blocks that it lies, and blocks in which it waits for the guards to go. */
const LIES_BLOCKS = 12
const WAITS_BLOCKS = 100
const FACTOR = 6

export const sameHoleAgain = falsePrice({
  id: 'same-hole-again',
  title: 'Two reporters lie, tell the truth for twenty minutes until all is lifted, and lie again',
  pace: UWU,
  taken: 2,
  startBlock: START,
  minBlocks: 210,
  repairAfterBlocks: 170,
  evidenceShare: 0.5,
  overvaluedShare: 0.5,
  exits: true,
  begin(lab) {
    const waits = variedBlocks(lab, 'waits', WAITS_BLOCKS, 70, 110)
    const factor = varied(lab, 'factor', FACTOR, 3, 15)
    const again = START + LIES_BLOCKS + waits
    const lies = (n: number) => n < START + LIES_BLOCKS || n >= again
    return {
      price: (n) => (lies(n) ? factor * lab.prices.at(n < again ? START : again).LINK : undefined),
      isDue: (n) => n === START || n === START + LIES_BLOCKS || n === again,
      borrows: lies,
    }
  },
})
