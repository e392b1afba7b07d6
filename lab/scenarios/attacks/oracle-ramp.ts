// The false price creeps: each round a little more, each step as small as an ordinary day's, until LINK is worth several times its price.
import { varied, variedBlocks } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { DRIFT } from '../paces.ts'

const START = 30
/** A round's step. LINK moves by 4 % in an ordinary day. */
const STEP = 0.012
const EVERY_BLOCKS = 2
const MOST_FACTOR = 4

export const oracleRamp = falsePrice({
  id: 'oracle-ramp',
  title: "Two of LINK's reporters raise its price by about a percent a round, so that no round jumps",
  pace: DRIFT,
  taken: 2,
  startBlock: START,
  minBlocks: 260,
  repairAfterBlocks: 225,
  evidenceShare: 0.05,
  overvaluedShare: 0.5,
  exits: true,
  begin(lab) {
    const at = START + variedBlocks(lab, 'start', 0, 0, 12)
    const step = varied(lab, 'step', STEP, 0.008, 0.02)
    const base = lab.prices.at(at).LINK
    return {
      price: (n) => (n >= at ? base * Math.min(MOST_FACTOR, (1 + step) ** (1 + (n - at) / EVERY_BLOCKS)) : undefined),
      isDue: (n) => n >= at && (n - at) % EVERY_BLOCKS === 0,
      borrows: (n) => n >= at,
    }
  },
})
