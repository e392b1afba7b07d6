// LINK crashes through the least answer that its feed can give: the feed stands at the floor, the market is a tenth of it.
import type { PriceMove } from '../../../src/scenario.ts'
import { ASSETS } from '../../market.ts'
import { varied } from '../chance.ts'
import { falsePrice } from '../false-price.ts'
import { VENUS_LUNA } from '../paces.ts'

const START = 30
const STEPS = 50
const LEFT = 0.07
/** The floor as a part of LINK's price at the start of all days. */
const FLOOR = 0.6
const FALL: readonly PriceMove[] = Array.from({ length: STEPS }, (_, n) => ({
  symbol: 'LINK',
  afterBlocks: START + n,
  factor: LEFT ** (1 / STEPS),
}))

export const feedAtFloor = falsePrice({
  id: 'feed-at-floor',
  title: 'LINK falls by nine tenths; its feed cannot say less than its floor, and the fallen token borrows at the floor',
  pace: VENUS_LUNA,
  taken: 3,
  startBlock: START,
  minBlocks: 150,
  repairAfterBlocks: 115,
  truePriceMoves: FALL,
  evidenceShare: 0.05,
  overvaluedShare: 0.3,
  exits: false,
  begin(lab) {
    const floor = varied(lab, 'floor', FLOOR, 0.45, 0.75) * ASSETS.LINK.startPriceUsd
    return {
      price: (n) => Math.max(floor, lab.prices.at(n).LINK),
      isDue: (n) => n < START + STEPS && n % 2 === 0,
      borrows: (n) => n >= START,
    }
  },
})
