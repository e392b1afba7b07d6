// What the price crash and its orderly twin share: the path of prices, and who had borrowed to the limit before it.
import type { PriceMove } from '../../src/scenario.ts'
import { type AssetSymbol, units } from '../market.ts'
import { accountsData } from '../observe.ts'
import { poolCalls } from '../operations.ts'
import { type Lab, personOf } from './lab.ts'
import { BLACK_THURSDAY } from './paths/black-thursday.ts'

export const CRASH_START = 30
/** One half-hour close every so many blocks, in equal steps between closes: still 30 times as fast as that day. */
const BLOCKS_A_CLOSE = 5
const FALLING = ['WETH', 'WBTC', 'LINK', 'ISO'] as const
/** Blocks from the start to the path's last close. */
export const CRASH_BLOCKS = BLOCKS_A_CLOSE * (BLACK_THURSDAY.length - 1)

/** Holders who have borrowed as people do in good times: this share of what the protocol would lend them. */
const SHARE_OF_LIMIT = 0.95
const BORROWERS: readonly (readonly [string, AssetSymbol])[] = [
  ['lender-4', 'USDC'],
  ['lender-5', 'DAI'],
  ['lender-6', 'USDC'],
]

/** All volatile assets fall alike; stablecoins stay, and THIN, which has its own life. At once: the whole fall in the first block. */
export function crashMoves(atOnce: boolean): PriceMove[] {
  const closes = atOnce ? [BLACK_THURSDAY[0] ?? 1, BLACK_THURSDAY.at(-1) ?? 1] : BLACK_THURSDAY
  const steps = atOnce ? 1 : BLOCKS_A_CLOSE
  return closes.slice(1).flatMap((close, i) => {
    const factor = (close / (closes[i] ?? close)) ** (1 / steps)
    return Array.from({ length: steps }, (_, n) => CRASH_START + steps * i + n).flatMap((afterBlocks) =>
      FALLING.map((symbol) => ({ symbol, afterBlocks, factor })),
    )
  })
}

export async function borrowToTheLimit(lab: Lab): Promise<void> {
  const accounts = BORROWERS.map(([name]) => personOf(lab, name))
  const data = await accountsData(lab, lab.headBlock, accounts)
  await lab.setUp(
    BORROWERS.map(([name, symbol], i) => {
      const usd = (SHARE_OF_LIMIT * Number(data[i]?.availableBase ?? 0n)) / 1e8
      const amount = units(symbol, usd / lab.prices.at(0)[symbol])
      return {
        what: `${name} borrows ${Math.round(usd)} USD of ${symbol}`,
        ...poolCalls(lab.deployment, personOf(lab, name)).borrow(symbol, amount),
      }
    }),
  )
}
