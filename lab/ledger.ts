// The loss meter: what the attacker has gained, and what honest accounts cannot pay, at true prices and from chain reads alone.
import { type Address, decodeEventLog, type Hex } from 'viem'
import { poolAbi } from './abi.ts'
import type { Receipt } from './chain.ts'
import type { AssetSymbol } from './market.ts'
import { accountsData, type Portfolio, portfolios, usdOf, valueUsd } from './observe.ts'
import type { Lab } from './scenarios/lab.ts'

export interface Loss {
  readonly block: number
  /** The attacker's wallet and positive equity, less what it began with, all at this block's true prices. */
  readonly gainUsd: number
  /**
   * The same if it first withdrew all that the protocol would let it have at the prices that the protocol believes: debt is as
   * good as abandoned from the moment when the collateral behind it can be taken away.
   */
  readonly exitUsd: number
}

export interface Liquidation {
  readonly block: number
  readonly user: Address
  readonly debtUsd: number
  /** Collateral seized beyond the debt repaid. */
  readonly penaltyUsd: number
}

export interface LossMeter {
  measure(block: number): Promise<Loss>
}

/** Begins with what the attacker has at `startBlock`. */
export async function lossMeter(lab: Lab, attacker: Address, startBlock: number): Promise<LossMeter> {
  const [begun] = await portfolios(lab, startBlock, [attacker])
  if (begun === undefined) throw new Error('the attacker has no portfolio')
  return {
    async measure(block) {
      const prices = lab.prices.at(block - lab.headBlock)
      const [[now], [data]] = await Promise.all([portfolios(lab, block, [attacker]), accountsData(lab, block, [attacker])])
      if (now === undefined || data === undefined) throw new Error('the attacker has no portfolio')
      const wallet = valueUsd(now, 'wallet', prices)
      const supplied = valueUsd(now, 'supplied', prices)
      const owed = valueUsd(now, 'owed', prices)
      const before = worthUsd(begun, prices)
      const needed = (Number(data.debtBase) * 10_000) / (Number(data.collateralBase) * Number(data.thresholdBps) || 1)
      const kept = data.debtBase === 0n ? 0 : Math.min(1, needed)
      const gainUsd = wallet + Math.max(0, supplied - owed) - before
      const exitUsd = wallet + supplied * (1 - kept) + Math.max(0, supplied * kept - owed) - before
      return { block, gainUsd, exitUsd }
    },
  }
}

function worthUsd(portfolio: Portfolio, prices: Readonly<Record<string, number>>): number {
  const equity = valueUsd(portfolio, 'supplied', prices) - valueUsd(portfolio, 'owed', prices)
  return valueUsd(portfolio, 'wallet', prices) + Math.max(0, equity)
}

/** Debt of these accounts above their collateral, at true prices. */
export async function badDebtUsd(lab: Lab, block: number, accounts: readonly Address[]): Promise<number> {
  const prices = lab.prices.at(block - lab.headBlock)
  const all = await portfolios(lab, block, accounts)
  return all.reduce((sum, p) => sum + Math.max(0, valueUsd(p, 'owed', prices) - valueUsd(p, 'supplied', prices)), 0)
}

/** Liquidations of honest accounts among a block's receipts. */
export function honestLiquidations(lab: Lab, block: number, receipts: readonly Receipt[], attacker: Address | null): Liquidation[] {
  const { pool, assets } = lab.deployment
  const prices = lab.prices.at(block - lab.headBlock)
  const symbolOf = (address: Address): AssetSymbol => {
    const asset = assets.find((a) => a.address.toLowerCase() === address.toLowerCase())
    if (asset === undefined) throw new Error(`the lab has no asset ${address}`)
    return asset.symbol
  }
  return receipts.flatMap(({ logs }) =>
    logs.flatMap((log) => {
      if (log.address.toLowerCase() !== pool.toLowerCase() || log.topics[0] !== LIQUIDATION_TOPIC) return []
      const topics = log.topics as [Hex, ...Hex[]]
      const { args } = decodeEventLog({ abi: poolAbi, eventName: 'LiquidationCall', topics, data: log.data })
      if (args.user.toLowerCase() === attacker?.toLowerCase()) return []
      const [collateral, debt] = [symbolOf(args.collateralAsset), symbolOf(args.debtAsset)]
      const debtUsd = usdOf(debt, args.debtToCover, prices[debt])
      const seizedUsd = usdOf(collateral, args.liquidatedCollateralAmount, prices[collateral])
      return [{ block, user: args.user, debtUsd, penaltyUsd: seizedUsd - debtUsd }]
    }),
  )
}

/** keccak256 of LiquidationCall(address,address,address,uint256,uint256,address,bool). */
const LIQUIDATION_TOPIC = '0xe413a321e8681d831f4dbccbca790d2952b56f977908e45be37335533e005286'
