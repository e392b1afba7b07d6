// Whoever may set the price is the attacker: all of LINK's reporters say a hundredfold at once, and a third of the market goes a block.
import { varied, variedBlocks } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { KILOEX } from '../paces.ts'

const START = 30
const FACTOR = 100

export const priceKeeperTakeover = falsePrice({
  id: 'price-keeper-takeover',
  title: 'All reporters of LINK say a hundred times its price, as whoever holds the one price keeper can',
  pace: KILOEX,
  taken: 3,
  startBlock: START,
  minBlocks: 110,
  repairAfterBlocks: 75,
  evidenceShare: 0.5,
  overvaluedShare: 0.5,
  exits: true,
  begin(lab) {
    const at = START + variedBlocks(lab, 'start', 0, 0, 12)
    const price = varied(lab, 'factor', FACTOR, 8, 200) * lab.prices.at(at).LINK
    return { price: (n) => (n >= at ? price : undefined), isDue: (n) => n === at, borrows: (n) => n >= at }
  },
})
