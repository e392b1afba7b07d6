// The benign twin of price-keeper-takeover: LINK's price is a hundredfold in one block, everywhere.
import { priceKeeperTakeover } from '../attacks/price-keeper-takeover.ts'
import { honestDay } from '../honest-day.ts'

export const trueHundredfold = honestDay({
  id: 'true-hundredfold',
  title: 'LINK is redenominated: a hundred times the price in one block, and every source says so',
  twinOf: priceKeeperTakeover.id,
  truePriceMoves: [{ symbol: 'LINK', afterBlocks: priceKeeperTakeover.startBlock, factor: 100 }],
})
