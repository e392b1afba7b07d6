// A market maker rebalances: it moves LINK's and WETH's pools by several percent, back and forth, and arbitrage brings them home.
import { swapToPrice } from '../../uniswap.ts'
import { honestDay } from '../honest-day.ts'
import { honestTx } from '../lab.ts'

const [FROM, UNTIL, EVERY] = [30, 120, 6]
const SHARE = 0.04

export const marketMaker = honestDay({
  id: 'market-maker',
  title: "A market maker moves LINK's and WETH's pools by 4 % every sixth block",
  begin(lab) {
    const { arbitrageur } = lab.deployment
    return {
      next(n, state) {
        if (n < FROM || n >= UNTIL || n % EVERY !== 0) return []
        return lab.deployment.pools
          .filter(({ base }) => base === 'LINK' || base === 'WETH')
          .map((pool) => {
            const spot = state.poolPrices[pool.id] ?? 0
            const target = spot * (n % (2 * EVERY) === 0 ? 1 + SHARE : 1 - SHARE)
            const call = swapToPrice(lab.deployment, pool, arbitrageur, spot, target)
            return { ...honestTx({ id: `${lab.headBlock + n}:maker-${pool.id}:0`, what: `rebalance ${pool.id}`, ...call }), paired: false }
          })
      },
    }
  },
})
