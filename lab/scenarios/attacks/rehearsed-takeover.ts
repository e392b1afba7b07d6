// Twice the attacker tries how far a lie carries, with one round and a crumb of a loan; then it takes the market in six pieces.
import { varied, variedBlocks } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { EULER } from '../paces.ts'

const START = 30
const BETWEEN_BLOCKS = 20
const REHEARSAL = 1.04
const FACTOR = 8

export const rehearsedTakeover = falsePrice({
  id: 'rehearsed-takeover',
  title: 'Two rehearsals of one slightly false round each, then two reporters say eight times the price of LINK',
  pace: EULER,
  taken: 2,
  startBlock: START,
  minBlocks: 160,
  repairAfterBlocks: 120,
  evidenceShare: 0.5,
  overvaluedShare: 0.5,
  exits: true,
  begin(lab) {
    const between = variedBlocks(lab, 'between', BETWEEN_BLOCKS, 8, 22)
    const tries = [START, START + between]
    const at = START + 2 * between
    const price = varied(lab, 'factor', FACTOR, 3, 20) * lab.prices.at(at).LINK
    const rehearsed = (n: number) => tries.includes(n)
    return {
      price: (n) => (n >= at ? price : rehearsed(n) ? REHEARSAL * lab.prices.at(n).LINK : undefined),
      isDue: (n) => n === at || rehearsed(n) || rehearsed(n - 1),
      borrows: (n) => n >= at,
    }
  },
})
