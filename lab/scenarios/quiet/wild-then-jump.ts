// The benign twin of baseline-poisoning: LINK is wild for sixty blocks and then does triple.
import { baselinePoisoning } from '../attacks/baseline-poisoning.ts'
import { honestDay, swing } from '../honest-day.ts'

const START = baselinePoisoning.startBlock
const WILD_BLOCKS = 60

export const wildThenJump = honestDay({
  id: 'wild-then-jump',
  title: 'LINK swings by a few percent for sixty blocks, then triples; every source says so',
  twinOf: baselinePoisoning.id,
  minBlocks: 175,
  truePriceMoves: [
    ...Array.from({ length: WILD_BLOCKS / 4 }, (_, n) => swing('LINK', START + 4 * n, 2, n % 2 === 0 ? 1.025 : 1 / 1.025)).flat(),
    { symbol: 'LINK', afterBlocks: START + WILD_BLOCKS, factor: 3 },
  ],
})
