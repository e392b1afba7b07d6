// The honest liquidator: repays for whoever is under water. It must look at the chain, so its operations are not paired by id.
import type { Address } from 'viem'
import type { PlannedTx } from '../src/scenario.ts'
import { type AssetSymbol, SYMBOLS } from './market.ts'
import { accountsData, portfolios, usdOf } from './observe.ts'
import { poolCalls } from './operations.ts'
import { honestTx, type Lab } from './scenarios/lab.ts'

/** It looks every so many blocks. */
const EVERY_BLOCKS = 3
const HEALTHY_E18 = 10n ** 18n

/** One liquidation for the block after `block`, if anybody is liquidatable: largest debt against largest collateral. */
export async function liquidatorTraffic(lab: Lab, block: number): Promise<PlannedTx[]> {
  if ((block - lab.headBlock) % EVERY_BLOCKS !== 0) return []
  const accounts = [...lab.people.map(({ address }) => address), lab.deployment.whale]
  const data = await accountsData(lab, block, accounts)
  const underWater = accounts.filter((_, i) => (data[i]?.debtBase ?? 0n) > 0n && (data[i]?.healthE18 ?? HEALTHY_E18) < HEALTHY_E18)
  const [user] = underWater
  if (user === undefined) return []
  const target = await largestParts(lab, block, user)
  if (target === undefined) return []
  const call = poolCalls(lab.deployment, lab.deployment.liquidator).liquidate(target.collateral, target.debt, user)
  const what = `liquidate ${user}: ${target.collateral} for ${target.debt}`
  return [{ ...honestTx({ id: `${block + 1}:liquidator:0`, what, ...call }), paired: false }]
}

async function largestParts(lab: Lab, block: number, user: Address): Promise<{ collateral: AssetSymbol; debt: AssetSymbol } | undefined> {
  const [held] = await portfolios(lab, block, [user])
  if (held === undefined) return undefined
  const prices = lab.prices.at(block - lab.headBlock)
  const largest = (part: 'supplied' | 'owed'): AssetSymbol | undefined =>
    SYMBOLS.filter((symbol) => held[symbol][part] > 0n).sort(
      (x, y) => usdOf(y, held[y][part], prices[y]) - usdOf(x, held[x][part], prices[x]),
    )[0]
  const [collateral, debt] = [largest('supplied'), largest('owed')]
  return collateral === undefined || debt === undefined ? undefined : { collateral, debt }
}
