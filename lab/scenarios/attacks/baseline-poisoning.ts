// For a while the taken reporters only wobble, so that a monitor that learns from everybody learns that LINK is wild. Then they lie.
import { varied, variedBlocks } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { DRIFT } from '../paces.ts'

const START = 30
const WOBBLE_BLOCKS = 60
const WOBBLE = 0.025
const FACTOR = 3

export const baselinePoisoning = falsePrice({
  id: 'baseline-poisoning',
  title: "Two of LINK's reporters wobble by a few percent for sixty blocks, then say three times its price",
  pace: DRIFT,
  taken: 2,
  startBlock: START,
  minBlocks: 175,
  repairAfterBlocks: 140,
  evidenceShare: 0.5,
  overvaluedShare: 0.5,
  exits: true,
  begin(lab) {
    const at = START + variedBlocks(lab, 'wobbles', WOBBLE_BLOCKS, 40, 70)
    const wobble = varied(lab, 'wobble', WOBBLE, 0.01, 0.04)
    const price = varied(lab, 'factor', FACTOR, 2, 10) * lab.prices.at(at).LINK
    return {
      price: (n) => (n >= at ? price : lab.prices.at(n).LINK * (1 + (n % 4 < 2 ? wobble : -wobble))),
      isDue: (n) => n <= at && (n - at) % 2 === 0,
      borrows: (n) => n >= at,
    }
  },
})
