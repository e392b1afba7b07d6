// Everything moves by just over the feeds' deviation threshold in every block, up and down: each feed answers each block for a while.
import { honestDay, swing } from '../honest-day.ts'

const [FROM, BLOCKS] = [30, 60]

export const deviationBurst = honestDay({
  id: 'deviation-burst',
  title: 'All prices swing by 0.7 % a block for sixty blocks: every feed reports in every block',
  truePriceMoves: ['WETH', 'WBTC', 'LINK', 'ISO'].flatMap((symbol) =>
    Array.from({ length: BLOCKS / 2 }, (_, n) => swing(symbol, FROM + 2 * n, 1, 1.007)).flat(),
  ),
})
