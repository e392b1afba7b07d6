// The honest liquidators: they repay for whoever is under water. They must look at the chain, so their operations are not paired by id.
import type { Address } from 'viem'
import type { PlannedTx } from '../src/scenario.ts'
import { type AssetSymbol, POOLS, SYMBOLS } from './market.ts'
import { isUnderWater, type Observation, type Portfolio, portfolios, usdOf } from './observe.ts'
import { poolCalls } from './operations.ts'
import type { Prices } from './prices.ts'
import { honestTx, type Lab } from './scenarios/lab.ts'

const MAX_A_BLOCK = 6
/** A liquidator must sell what it seizes: it takes no more THIN than this share of one side of its only pool. */
const SHARE_OF_POOL = 0.1

/** Liquidations for the block after `state`, the largest debts first: an account's largest debt against its largest collateral. */
export async function liquidatorTraffic(lab: Lab, { block, accounts }: Observation): Promise<PlannedTx[]> {
  const largest = accounts
    .filter(isUnderWater)
    .sort((x, y) => (x.debtBase < y.debtBase ? 1 : -1))
    .slice(0, MAX_A_BLOCK)
    .map(({ address }) => address)
  if (largest.length === 0) return []
  const held = await portfolios(lab, block, largest)
  const prices = lab.prices.at(block - lab.headBlock)
  const { liquidator } = lab.deployment
  return largest.flatMap((user: Address, n) => {
    const target = targetOf(held[n], prices)
    if (target === undefined) return []
    const call = poolCalls(lab.deployment, liquidator).liquidate(target.collateral, target.debt, user)
    const what = `liquidate ${user}: ${target.collateral} for ${target.debt}`
    return [{ ...honestTx({ id: `${block + 1}:liquidator:${n}`, what, ...call }), paired: false }]
  })
}

function targetOf(held: Portfolio | undefined, prices: Prices): { collateral: AssetSymbol; debt: AssetSymbol } | undefined {
  if (held === undefined) return undefined
  const usd = (symbol: AssetSymbol, part: 'supplied' | 'owed'): number => usdOf(symbol, held[symbol][part], prices[symbol])
  const largest = (part: 'supplied' | 'owed'): AssetSymbol | undefined =>
    SYMBOLS.filter((symbol) => held[symbol][part] > 0n).sort((x, y) => usd(y, part) - usd(x, part))[0]
  const [collateral, debt] = [largest('supplied'), largest('owed')]
  if (collateral === undefined || debt === undefined) return undefined
  const cannotSell = collateral === 'THIN' && usd('THIN', 'supplied') > SHARE_OF_POOL * THIN_SIDE_USD
  return cannotSell ? undefined : { collateral, debt }
}

const THIN_SIDE_USD = POOLS.find(({ base }) => base === 'THIN')?.sideUsd ?? 0
