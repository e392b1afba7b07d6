// A lender takes leverage: supplies, borrows against it, supplies what it borrowed, twelve times over in as many blocks.
import { units } from '../../market.ts'
import { poolCalls } from '../../operations.ts'
import { honestDay } from '../honest-day.ts'
import { honestTx, personOf } from '../lab.ts'

const FROM = 30
const LOOPS = 12
const FIRST_USD = 600_000
const PART = 0.7

export const leverageLoop = honestDay({
  id: 'leverage-loop',
  title: 'A lender of DAI borrows USDC against it and supplies that again, twelve times in a row',
  begin(lab) {
    const from = personOf(lab, 'lender-3')
    const calls = poolCalls(lab.deployment, from)
    return {
      next(n) {
        const loop = n - FROM
        if (loop < 0 || loop >= LOOPS) return []
        const amount = units('USDC', FIRST_USD * PART ** loop)
        const [borrow, supply] = [calls.borrow('USDC', amount), calls.supply('USDC', amount)]
        return [borrow, supply].map((call, i) =>
          honestTx({
            id: `${lab.headBlock + n}:lender-3:${i + 1}`,
            what: `leverage loop ${loop + 1}, ${i === 0 ? 'borrow' : 'supply'}`,
            ...call,
          }),
        )
      },
    }
  },
})
