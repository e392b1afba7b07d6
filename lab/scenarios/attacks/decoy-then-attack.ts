// A small lie about ISO, which backs little, draws the answer; while it is being dealt with, LINK's reporters tell the large one.
import { FEES } from '../../fees.ts'
import { submission } from '../../reporters.ts'
import { varied, variedBlocks } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { attackTx, feedOf, isRoundBlock, type Lab } from '../lab.ts'
import { DRIFT } from '../paces.ts'

const START = 30
const DECOY_BLOCKS = 15
const FACTOR = 8
const DECOY_FACTOR = 5

export const decoyThenAttack = falsePrice({
  id: 'decoy-then-attack',
  title: 'A false price of ISO as a decoy, and fifteen blocks later the false price of LINK that was meant all along',
  pace: DRIFT,
  taken: 2,
  startBlock: START,
  minBlocks: 140,
  repairAfterBlocks: 100,
  evidenceShare: 0.5,
  overvaluedShare: 0.5,
  exits: true,
  begin(lab) {
    const at = START + variedBlocks(lab, 'decoy', DECOY_BLOCKS, 5, 25)
    const price = varied(lab, 'factor', FACTOR, 3, 20) * lab.prices.at(at).LINK
    const decoy = DECOY_FACTOR * lab.prices.at(START).ISO
    return {
      price: (n) => (n >= at ? price : undefined),
      isDue: (n) => n === at,
      besides: async (n) => (n === START ? lie(lab, n, decoy) : []),
      borrows: (n) => n >= at,
    }
  },
})

/** One extra round of ISO's feed; the next one by the clock is true again. */
function lie(lab: Lab, n: number, price: number) {
  if (isRoundBlock(lab, 'ISO', n)) return []
  const feed = feedOf(lab, 'ISO')
  const round = lab.nextRound('ISO')
  return feed.reporters.slice(0, 2).map((reporter, i) => {
    const what = `ISO round ${round}: false price ${price.toFixed(4)}`
    return attackTx(
      { id: `${lab.headBlock + n}:decoy-reporter-${i}:0`, what, ...submission(feed, reporter, round, price) },
      FEES.falseReporter,
    )
  })
}
